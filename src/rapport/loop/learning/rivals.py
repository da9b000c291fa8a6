"""The policies that stand against the one in force: the chance with which each would have made every recorded pick."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.decision import Decision, action_of
from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.customize.choice import probabilities
from rapport.customize.encoding import net_value
from rapport.customize.moment import Moment
from rapport.learn.offpolicy.log import Floats
from rapport.learn.offpolicy.notes import Note
from rapport.learn.offpolicy.policies import RECORDED, Policy, general
from rapport.loop.learning.evidence import Evidence
from rapport.loop.learning.learner import MODEL
from rapport.loop.runtime import Runtime
from rapport.rules import parse
from rapport.workspace.definitions import Action, Workspace

LEARNT: Final = "general"
NO_FLOOR: Final = "no_floor"
NAMES: Final = (*RECORDED, LEARNT, NO_FLOOR, "noise=V", "floor=F", "model@N")
STANDARD: Final = ("logged", "greedy", NO_FLOOR, LEARNT, "uniform")
"""Compared unless others are named."""
CHANGEABLE: Final = ("value", "cost", "lever")
CHANGED: Final = "changed"
OTHER: Final = "workspace"


@dataclass(frozen=True)
class Rival:
    """A policy on the decisions that may judge it, or why none may."""

    name: str
    evidence: Evidence
    wanted: Floats | None
    """Shape m."""
    policy: Policy | None = None
    """The same for one decision, where it needs no others: what lists are judged by."""
    refusal: Note | None = None


def rival(rt: Runtime, evidence: Evidence, name: str) -> Rival:
    """The policy of a name; raises ``InvalidInput`` for one that is none, ``NotFound`` for an unknown model."""
    if name == LEARNT:
        weights = np.array([weight for one in evidence.decisions for weight in one.weight])
        return Rival(name, evidence, general(evidence.log, weights))
    if name.startswith("model@"):
        return _of_model(rt, evidence, name)
    return _each(name, evidence, _policy(rt, name))


def changed(rt: Runtime, evidence: Evidence, changes: Mapping[str, float]) -> Rival:
    """Today's definitions with other values, costs or levers: ``{"tea.lever": 2.0}``. Raises ``InvalidInput``."""
    actions = dict(rt.workspace.actions)
    for path, number in changes.items():
        name, _, what = path.rpartition(".")
        if name not in actions or what not in CHANGEABLE:
            hint = did_you_mean(name, actions) if what in CHANGEABLE else "write ACTION.lever=2, ACTION.value or .cost"
            raise InvalidInput(f"'{path}' is nothing that can be changed", where="set", hint=hint)
        if what != "lever" and _by_price(actions[name]):
            return Rival(CHANGED, evidence, None, refusal=Note("items_unrecorded", {"action": name}))
        actions[name] = msgspec.structs.replace(actions[name], **{what: number})
    touched = {path.rpartition(".")[0] for path in changes}
    weigh = _Weigher(rt.workspace.actions, actions, touched)
    floor = rt.arbiter.floor
    return _each(CHANGED, evidence, lambda one: probabilities(one.mean, one.spread, weigh(one), floor=floor))


def of_workspace(rt: Runtime, evidence: Evidence, other: Workspace) -> Rival:
    """Another folder's actions, rules, values, levers, floor and noise, with the propensities that were recorded."""
    return _Other(rt, other).rival(evidence)


def _each(name: str, evidence: Evidence, policy: Policy) -> Rival:
    wanted = [chance for one in evidence.decisions for chance in policy(one)]
    return Rival(name, evidence, np.array(wanted, dtype=np.float64), policy)


def _policy(rt: Runtime, name: str) -> Policy:
    if name in RECORDED:
        return RECORDED[name]
    floor, noise = rt.arbiter.floor, rt.arbiter.noise
    what, _, number = name.partition("=")
    if name == NO_FLOOR:
        return lambda one: probabilities(one.mean, one.spread, one.weight, floor=0.0)
    if what == "floor" and (share := _number(number)) is not None and share <= 1.0:
        return lambda one: probabilities(one.mean, one.spread, one.weight, floor=share)
    if what == "noise" and (wide := _number(number)) is not None and noise > 0.0:
        return lambda one: probabilities(one.mean, np.array(one.spread) * (wide / noise), one.weight, floor=floor)
    raise InvalidInput(f"no policy '{name}'", where="policy", hint=did_you_mean(name, NAMES))


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else None


def _of_model(rt: Runtime, evidence: Evidence, name: str) -> Rival:
    """A stored version of the online model, judged by decisions that were made after it was stored."""
    number = name.removeprefix("model@")
    row = rt.store.model(MODEL, int(number)) if number.isdigit() and int(number) else None
    if row is None:
        stored = ", ".join(map(str, rt.store.model_versions().get(MODEL, [])[-5:]))
        raise NotFound(f"no stored model '{number}'", where="policy", hint=f"stored: {stored or 'none yet'}")
    posterior = rt.arbiter.load_posterior(row.body)
    later = evidence.since(row.created_at)
    if not later.decisions:
        return Rival(name, later, None, refusal=Note("trained", {"model": name}))

    def policy(one: Decision) -> Sequence[float]:
        told = rt.arbiter.rank(
            posterior, one.candidates, one.inputs, one.context, seed=0, personalized=one.personalized
        )
        return probabilities(told.mean, told.spread, one.weight, floor=rt.arbiter.floor)

    return _each(name, later, policy)


def _by_price(action: Action) -> bool:
    """Whether an acceptance is worth what the item costs, which records hold of picked items alone."""
    return action.items is not None and action.items.margin > 0.0


class _Weigher:
    """What acceptances weigh under other definitions: a record's prices and factors, and ``touched`` actions anew."""

    def __init__(self, then: Mapping[str, Action], now: Mapping[str, Action], touched: set[str]) -> None:
        self._then, self._now, self._touched = then, now, touched
        self._moment = Moment({name: now[name] for name in touched if name in now})

    def __call__(self, decision: Decision) -> list[float]:
        found = zip(decision.candidates, decision.weight, strict=True)
        return [
            self._weight(decision, name, weight) if action_of(name) in self._touched else weight
            for name, weight in found
        ]

    def _weight(self, decision: Decision, candidate: str, recorded: float) -> float:
        name = action_of(candidate)
        now = self._now[name]
        if _by_price(now):
            before = self._then[name].lever
            return recorded * now.lever / before if before else 0.0
        weight = (net_value(now) - decision.prices.get(candidate, 0.0)) * now.lever
        for reason, said in decision.factors.items():
            if reason != "context":
                weight *= said.get(candidate, 1.0)
        factors = self._moment.multipliers([name], decision.context)
        return weight * (factors[0] if factors else 1.0)


class _Other:
    """Another workspace as a policy."""

    def __init__(self, rt: Runtime, other: Workspace) -> None:
        self._rt, self._other = rt, other
        now, then = other.actions, rt.workspace.actions
        touched = {name for name, action in now.items() if name not in then or _worth(action) != _worth(then[name])}
        self._weigh = _Weigher(then, now, touched)
        self._rules: dict[str, Callable[[Mapping[str, Any]], bool | None]] = {}
        self._asks: dict[str, frozenset[str]] = {}
        for name, action in now.items():
            old = then.get(name)
            if old is None or (old.rule, old.slots) != (action.rule, action.slots):
                rule = parse(action.rule, rt.columns, where=f"action {name}, rule")
                self._rules[name], self._asks[name] = rule.holds, rule.uses
        self._unpriced = sorted(name for name in touched if name in then and _repriced(then[name], now[name]))

    def rival(self, evidence: Evidence) -> Rival:
        refusal = self._refusal(evidence)
        if refusal is not None:
            return Rival(OTHER, evidence, None, refusal=refusal)
        return _each(OTHER, evidence, self.policy)

    def policy(self, decision: Decision) -> Sequence[float]:
        """Chances of the recorded candidates; all 0 where none of them may be offered any more."""
        kept = [place for place, name in enumerate(decision.candidates) if self._allows(decision, action_of(name))]
        chances = [0.0] * len(decision.candidates)
        if not kept:
            return chances
        settings = self._other.settings
        before = self._rt.arbiter.noise
        wider = settings.noise / before if before else 1.0
        weights = self._weigh(msgspec.structs.replace(decision, **_only(decision, kept)))
        found = probabilities(
            [decision.mean[place] for place in kept], [decision.spread[place] * wider for place in kept], weights,
            floor=settings.exploration_floor,
        )  # fmt: skip
        for place, chance in zip(kept, found, strict=True):
            chances[place] = chance
        return chances

    def _allows(self, decision: Decision, name: str) -> bool:
        action = self._other.actions.get(name)
        if action is None or decision.slot not in action.slots:
            return False
        rule = self._rules.get(name)
        return rule is None or bool(rule(decision.inputs))

    def _refusal(self, evidence: Evidence) -> Note | None:
        if self._unpriced:
            return Note("items_unrecorded", {"action": self._unpriced[0]})
        recorded = {name for one in evidence.decisions for name in one.inputs}
        for name, uses in self._asks.items():
            if unseen := sorted(uses - recorded):
                return Note("rule_unrecorded", {"action": name, "columns": ", ".join(unseen)})
        return self._newcomers(evidence)

    def _newcomers(self, evidence: Evidence) -> Note | None:
        """Actions that decisions would newly have offered: nobody knows what they earn."""
        new: Counter[str] = Counter()
        concerned = 0
        for one in evidence.decisions:
            there = {action_of(name) for name in one.candidates}
            found = [name for name in self._rules if name not in there and self._allows(one, name)]
            new.update(found)
            concerned += bool(found)
        if not concerned:
            return None
        facts = {"action": new.most_common(1)[0][0], "share": f"{concerned / len(evidence.decisions):.1%}"}
        return Note("unsupported", facts)


def _worth(action: Action) -> tuple[Any, ...]:
    return action.value, action.cost, action.lever, tuple(sorted(action.context.items())), action.items


def _repriced(then: Action, now: Action) -> bool:
    """Whether the worth of items whose prices records do not hold is another."""
    if not _by_price(then) and not _by_price(now):
        return False
    return (then.cost, then.items, then.context) != (now.cost, now.items, now.context)


def _only(decision: Decision, kept: Sequence[int]) -> dict[str, Any]:
    """The lists of a decision's candidates with some of them alone."""
    names = ("candidates", "mean", "spread", "weight", "choice_probability")
    return {name: [getattr(decision, name)[place] for place in kept] for name in names}


def without(decision: Decision, earlier: set[str]) -> Decision:
    """A decision as if some of its candidates had not been there: how it stood for a later place of the list."""
    kept = [place for place, name in enumerate(decision.candidates) if name not in earlier]
    return msgspec.structs.replace(decision, **_only(decision, kept))
