"""The report on other policies: what each would have earned from the recorded decisions, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.decision import Decision
from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.core.time import iso
from rapport.customize.choice import probabilities
from rapport.learn.offpolicy import HEADLINE, Judge, Judged, Note, text
from rapport.learn.offpolicy.bootstrap import Bootstrap, Interval
from rapport.learn.offpolicy.lists import Place, by_place
from rapport.learn.offpolicy.policies import Policy
from rapport.learn.offpolicy.support import CUSTOMERS_MIN
from rapport.loop.experimenting.holdout import arm_of, began
from rapport.loop.learning.evidence import REWARDS, VALUE, Evidence, gather
from rapport.loop.learning.rivals import STANDARD, Rival, changed, of_workspace, rival, without
from rapport.loop.runtime import Runtime
from rapport.workspace.definitions import Workspace

CONFIDENCE: Final = 0.95
SEED: Final = 20
"""Of folds and resamples: the same log gives the same report."""
LOOKS: Final = "evaluation_looks"
"""Named state: how often each policy was evaluated on data that had grown since."""
LISTS_NEWEST: Final = 5_000
HELD_ACCEPTED_MIN: Final = 10
"""Fewer acceptances on either side of the holdout tell neither how often they come nor how sure that is."""
REDRAWN: Final = 1e-6
"""A recorded chance of a later place that is drawn again differs by no more."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked; ``other`` is another folder's workspace, ``changes`` are values of today's (``tea.lever``: 2)."""

    policies: tuple[str, ...] = ()
    changes: dict[str, float] = {}
    other: Workspace | None = None
    reward: str = VALUE
    slot: str = ""
    days: int = 0
    """0: all that is kept."""
    confidence: float = CONFIDENCE


class Look(msgspec.Struct):
    """How often a policy was looked at, and how many decisions there were the last time."""

    count: int
    decisions: int


def report(rt: Runtime, question: Question) -> dict[str, Any]:
    """The policies side by side, best first where they can be told apart, with what is to be known about each.

    Raises ``InvalidInput`` for an unknown policy, reward or change, ``NotFound`` for an unknown slot or model.
    """
    _check(rt, question)
    evidence = gather(rt, reward=question.reward, slot=question.slot, days=question.days)
    asked = _rivals(rt, question, evidence)
    rivals = asked if evidence.refusal is None else []
    level = 1.0 - (1.0 - question.confidence) / max(sum(one.name != "logged" for one in rivals), 1)
    notes = [*evidence.notes, *_about(rt, question, evidence, rivals)]
    log = evidence.log
    told = _told(rivals, level, evidence)
    return {
        "as_of": iso(rt.clock.now_us()),
        "since": iso(evidence.decisions[0].made_at) if evidence.decisions else None,
        "until": iso(evidence.decisions[-1].made_at) if evidence.decisions else None,
        "slot": question.slot,
        "reward": question.reward,
        "currency": rt.workspace.settings.currency,
        "confidence": question.confidence,
        "level": level,
        "decisions": log.decisions,
        "customers": len(np.unique(log.customers)),
        "accepted": int(evidence.accepted.sum()),
        "earned": _interval(_mean(evidence, question.confidence)) if log.decisions else None,
        "refused": _note(evidence.refusal),
        "estimator": HEADLINE,
        "policies": told,
        "lists": _lists(rivals, level),
        "holdout": held_out(rt, evidence, question.confidence),
        "notes": [_note(one) for one in notes],
    }


def _check(rt: Runtime, question: Question) -> None:
    if question.reward not in REWARDS:
        raise InvalidInput(f"reward '{question.reward}'", where="reward", hint=did_you_mean(question.reward, REWARDS))
    if question.slot and question.slot not in rt.slots:
        raise NotFound(f"no slot '{question.slot}'", where="actions/*.yaml", hint=did_you_mean(question.slot, rt.slots))
    if not 0.5 <= question.confidence < 1.0:
        raise InvalidInput(f"confidence {question.confidence}", where="confidence", hint="0.5 to 0.999, as 0.95")


def _rivals(rt: Runtime, question: Question, evidence: Evidence) -> list[Rival]:
    asked = list(question.policies) or ([] if question.changes or question.other else list(STANDARD))
    names = dict.fromkeys(["logged", *asked])
    found = [rival(rt, evidence, name) for name in names]
    if question.changes:
        found.append(changed(rt, evidence, question.changes))
    if question.other is not None:
        found.append(of_workspace(rt, evidence, question.other))
    return found


def _about(rt: Runtime, question: Question, evidence: Evidence, rivals: list[Rival]) -> list[Note]:
    """What is to be known about the comparison as a whole."""
    notes = []
    count = sum(one.name != "logged" for one in rivals)
    if count > 1:
        notes.append(Note("several", {"count": count, "level": f"{question.confidence:g}"}))
    foreign = sum(one.definitions != rt.workspace.version for one in evidence.decisions)
    if foreign and (question.changes or question.other):
        share = f"{foreign / len(evidence.decisions):.1%}"
        notes.append(Note("definitions_changed", {"share": share}))
    looked = _look(rt, rivals, evidence.log.decisions)
    if looked > 1:
        notes.append(Note("looks", {"count": looked}))
    return notes


def _look(rt: Runtime, rivals: list[Rival], decisions: int) -> int:
    """Counts a look at every policy whose data has grown since the last; tells the most looks at any of them."""
    looks = msgspec.json.decode(rt.store.state(LOOKS) or b"{}", type=dict[str, Look])
    names = [one.name for one in rivals if one.name != "logged" and one.refusal is None]
    grown = [name for name in names if name not in looks or looks[name].decisions < decisions]
    for name in grown:
        looks[name] = Look(looks[name].count + 1 if name in looks else 1, decisions)
    if grown:
        rt.store.save_state(LOOKS, msgspec.json.encode(looks)).result()
    return max((looks[name].count for name in names), default=0)


def _told(rivals: list[Rival], level: float, evidence: Evidence) -> list[dict[str, Any]]:
    if not rivals:
        return []
    shared = Judge(evidence.log, evidence.actions, level=level, seed=SEED)
    told: list[dict[str, Any]] = []
    for one in rivals:
        if one.wanted is None:
            told.append({"name": one.name, "refused": _note(one.refusal), "notes": []})
            continue
        own = one.evidence is not evidence
        judge = Judge(one.evidence.log, evidence.actions, level=level, seed=SEED) if own else shared
        told.append({"name": one.name, **_judged(judge.judge(one.wanted))})
    return told


def _judged(found: Judged) -> dict[str, Any]:
    return {
        "refused": _note(found.refusal),
        **msgspec.to_builtins(found.support),
        "estimates": {name: _interval(one) for name, one in found.estimates.items()},
        "gain": _interval(found.gain),
        "switched": found.switched,
        "notes": [_note(one) for one in found.notes],
    }


def _mean(evidence: Evidence, level: float) -> Interval:
    """What the decisions did earn."""
    rewards = evidence.log.rewards
    return Bootstrap(evidence.log.customers, SEED).ratio(rewards, np.ones(len(rewards)), level)


def _lists(rivals: list[Rival], level: float) -> list[dict[str, Any]]:
    """What whole lists would earn, of the policies that a record alone tells; empty where no list was offered."""
    return [told for one in rivals if one.policy is not None and (told := _list(one, one.policy, level))]


def _list(one: Rival, policy: Policy, level: float) -> dict[str, Any] | None:
    places = [at for at, decision in enumerate(one.evidence.decisions) if len(decision.chosen) > 1][-LISTS_NEWEST:]
    if not places:
        return None
    longest = max(len(one.evidence.decisions[at].chosen) for at in places)
    ratios, rewards = np.ones((len(places), longest)), np.full((len(places), longest), np.nan)
    strange = 0
    for row, at in enumerate(places):
        decision, earned = one.evidence.decisions[at], one.evidence.list_rewards[at]
        known, told = _ratios(decision, policy)
        strange += not known
        ratios[row, : len(told)] = told
        rewards[row, : len(earned)] = earned
    if strange:
        note = Note("list_rules", {"share": f"{strange / len(places):.1%}"})
        return {"name": one.name, "refused": _note(note), "places": []}
    _, people = np.unique(one.evidence.log.customers[places], return_inverse=True)
    found = by_place(ratios, rewards, people, level=level, seed=SEED)
    told_places = [
        {**msgspec.to_builtins(place), "estimate": _interval(place.estimate), "refusal": _note(place.refusal)}
        for place in found
    ]
    whole = None if any(place.refusal for place in found) else _whole(found)
    return {"name": one.name, "refused": None, "places": told_places, "whole": whole}


def _whole(places: list[Place]) -> float:
    """What a list earns in all its places; not all lists have the later ones."""
    return sum(one.estimate.value * one.lists for one in places if one.estimate) / places[0].lists


def _ratios(decision: Decision, policy: Policy) -> tuple[bool, list[float]]:
    """Wanted / recorded chance of each pick given those before; and whether the recorded ones can be drawn again."""
    earlier: set[str] = set()
    found, known = [], True
    for pick in decision.chosen:
        left = without(decision, earlier) if earlier else decision
        place = left.candidates.index(pick.action)
        again = _drawn_again(decision, left) if earlier else left.choice_probability
        known &= abs(again[place] - pick.probability) < REDRAWN
        stand = msgspec.structs.replace(left, choice_probability=again) if earlier else left
        found.append(policy(stand)[place] / pick.probability)
        earlier.add(pick.action)
    return known, found


def _drawn_again(decision: Decision, left: Decision) -> list[float]:
    """The chances of what is left, by the floor that the first pick's distribution shows."""
    return probabilities(left.mean, left.spread, left.weight, floor=_floor(decision))


def _floor(decision: Decision) -> float:
    """The share spread evenly when a decision was made: what its chances are above those without it, solved for it."""
    bare = np.array(probabilities(decision.mean, decision.spread, decision.weight, floor=0.0))
    even = 1.0 / len(bare)
    place = int(np.abs(bare - even).argmax())
    if abs(bare[place] - even) < REDRAWN:
        return 0.0
    return float(np.clip((bare[place] - decision.choice_probability[place]) / (bare[place] - even), 0.0, 1.0))


def held_out(rt: Runtime, evidence: Evidence, level: float) -> dict[str, Any]:
    """What a decision that offers something earns with everything about the customer, and for those held out.

    Compared are those whom the draw as it is now put on either side: who was treated as anybody for another reason, as
    without consent, was not drawn, and what came before the draw came at other times.
    """
    share = rt.workspace.policy.holdout.share
    told: dict[str, Any] = {"share": share, "decisions": 0, "gain": None, "refused": None}
    if share == 0.0:
        return told | {"refused": _note(Note("no_holdout"))}
    since_us = began(rt, evidence.decisions)
    arms = [arm_of(one) if one.made_at >= since_us else None for one in evidence.decisions]
    held, personal = (np.array([one == arm for one in arms], dtype=bool) for arm in (0, 1))
    told |= {"decisions": int(held.sum())}
    log = evidence.log
    customers = min(len(np.unique(log.customers[which])) for which in (held, personal))
    if customers < CUSTOMERS_MIN:
        facts = {"share": f"{share:.1%}", "customers": customers, "least": CUSTOMERS_MIN}
        return told | {"refused": _note(Note("holdout_empty", facts))}
    accepted = min(int(np.count_nonzero(log.rewards[which])) for which in (held, personal))
    if accepted < HELD_ACCEPTED_MIN:
        facts = {"accepted": accepted, "least": HELD_ACCEPTED_MIN}
        return told | {"refused": _note(Note("holdout_few_accepted", facts))}
    sides = [(log.rewards * which, which.astype(np.float64)) for which in (personal, held)]
    gain = Bootstrap(log.customers, SEED).difference(*sides[0], *sides[1], level)
    return told | {"gain": _interval(gain)}


def _interval(found: Interval | None) -> Mapping[str, float] | None:
    return None if found is None else {name: float(getattr(found, name)) for name in found.__struct_fields__}


def _note(note: Note | None) -> dict[str, Any] | None:
    return None if note is None else {"code": note.code, "facts": note.facts, "text": text(note)}
