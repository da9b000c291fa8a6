"""Propensity × value × context × lever, explored and recorded: what to offer now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.columns import ColumnType
from rapport.core.decision import Chosen, Decision, Item, Together, action_of
from rapport.core.errors import InvalidDefinition
from rapport.customize.choice import draw
from rapport.customize.encoding import Encoded, Encoder, Lineup, Lineups, net_value
from rapport.customize.influence import Influence, influences
from rapport.customize.listing import NOBODY, Companies
from rapport.customize.moment import Moment
from rapport.customize.posterior import Posterior, Prepared
from rapport.workspace.definitions import Action
from rapport.workspace.lists import ListRules

Floats = npt.NDArray[np.float64]

REASONS_MAX = 4
REASON_MIN = 0.01
"""An input that moves the logit by less is not worth a sentence."""


class Second(Protocol):
    """A second opinion on the same chances, from a model that is fitted now and then instead of answer by answer."""

    share: float
    """Its part in the blend, 0 to 1."""

    def logits(
        self,
        inputs: Mapping[str, Any],
        context: Mapping[str, Any],
        candidates: Sequence[str],
        items: Mapping[str, Item],
    ) -> Floats:
        """What it expects of each candidate, as a logit; the customer's columns and context as the record has them."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """On what terms candidates compete, beside their own values and levers."""

    items: Mapping[str, Item] = {}
    """Candidate → the item that it offers, of those that offer one."""
    prices: Mapping[str, float] = {}
    """Candidate → what an acceptance costs a scarce budget, in the workspace's currency."""
    factors: Mapping[str, Mapping[str, float]] = {}
    """Reason → candidate → what its weight is multiplied by; unless said 1."""
    second: Second | None = None
    lists: ListRules | None = None
    """What the slot wants of its lists, beside the groups of the actions."""


PLAIN = Terms()


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision record keeps of the arbitration; the lists run parallel to ``candidates``."""

    candidates: list[str]
    mean: list[float]
    spread: list[float]
    weight: list[float]
    choice_probability: list[float]
    chosen: list[Chosen]
    inputs: dict[str, Any]
    factors: dict[str, dict[str, float]] = {}
    """What multiplied the weights, by reason and candidate, where not 1."""
    floor: float = 0.0
    together: Together | None = None
    """What kept the picks apart, where more than one was asked for and anything did."""


class Arbiter:
    """Ranks the eligible actions for a customer, and teaches the model what came of it.

    ``columns`` are the customer's columns and their types, ``sensitive`` those that are never inputs, ``floor`` the
    share of picks spread evenly over the eligible, ``noise`` the v of z ~ N(mean, v²·variance), ``memory`` below 1
    makes the model forget (see ``Posterior.learn``).
    """

    def __init__(
        self,
        actions: Mapping[str, Action],
        columns: Mapping[str, ColumnType],
        sensitive: frozenset[str] = frozenset(),
        *,
        floor: float,
        noise: float,
        memory: float = 1.0,
    ) -> None:
        _check_finite(actions)
        self.floor, self.noise, self.memory = floor, noise, memory
        self._actions = dict(actions)
        self._encoder = Encoder(columns, sensitive)
        self._lineups = Lineups(self._actions, {name: place for place, name in enumerate(self._actions)})
        self._companies = Companies(self._actions)
        self._moment = Moment(actions)

    def new_posterior(self) -> Posterior:
        """The prior: nothing learnt yet."""
        return Posterior.new(self._encoder.numeric, list(self._actions))

    def load_posterior(self, stored: bytes) -> Posterior:
        """What ``Posterior.to_bytes`` stored, fitted to today's actions and columns."""
        return Posterior.from_bytes(stored, self._encoder.numeric, list(self._actions))

    def rank(
        self,
        posterior: Posterior,
        candidates: Sequence[str],
        row: Mapping[str, Any],
        context: Mapping[str, Any],
        *,
        seed: int,
        limit: int = 1,
        personalized: bool = True,
        terms: Terms = PLAIN,
    ) -> Ranking:
        """Picks up to ``limit`` of the candidates, with the exact probability of each pick given those before.

        Not personalised, nothing about the customer or the request enters the model: each action stands at what
        it is worth to everybody, and is still explored and recorded. The same arguments give the same ranking.
        """
        if not candidates:
            return _NOBODY
        inputs = self._encoder.inputs(row) if personalized else {}
        prepared = posterior.prepare(self._encoded(inputs, context, personalized))
        lineup = self._lineups.of(candidates, terms.items)
        weight, factors = self._weigh(candidates, lineup, context, terms)
        moments = posterior.score(prepared, lineup, self.noise)
        if terms.items:
            moments[0] += [terms.items[name].affinity if name in terms.items else 0.0 for name in candidates]
        if terms.second is not None:
            blend(moments, terms.second, terms.second.logits(inputs, context, candidates, terms.items))
        company = self._companies.of(candidates, terms.items, terms.lists) if limit > 1 else NOBODY
        picks = draw(
            moments[0], moments[1], weight, floor=self.floor, seed=seed, limit=limit,
            apart=company.apart,
        )  # fmt: skip
        mean, spread = moments.tolist()
        weights = weight.tolist()
        chosen = [
            self._chosen(candidates[place], mean[place], weights[place], probability, posterior, prepared, terms.items)
            for place, probability in zip(picks.positions, picks.conditional, strict=True)
        ]
        return Ranking(
            candidates=list(candidates),
            mean=mean,
            spread=spread,
            weight=weights,
            choice_probability=picks.first,
            chosen=chosen,
            inputs=inputs,
            factors=factors,
            floor=self.floor,
            together=company.together,
        )

    def expected(
        self,
        posterior: Posterior,
        candidates: Sequence[str],
        row: Mapping[str, Any],
        context: Mapping[str, Any],
        items: Mapping[str, Item],
    ) -> Floats:
        """What the model expects of candidates for a customer it may know, as logits: ``rank`` without a choice."""
        prepared = posterior.prepare(self._encoder.encode(self._encoder.inputs(row), context))
        logits: Floats = posterior.score(prepared, self._lineups.of(candidates, items))[0]
        return logits + [items[name].affinity if name in items else 0.0 for name in candidates]

    def learn(
        self, posterior: Posterior, decision: Decision, action: str, accepted: bool, *, stranger: bool = False
    ) -> None:
        """Teaches the posterior, in place, what became of one offer; an action no longer defined is passed over.

        Of a ``stranger``, an offer that was another one under the same name, only what all offers share is learnt.
        """
        if action_of(action) in self._actions:
            encoded = self._encoded(decision.inputs, decision.context, decision.personalized)
            items = _items(decision, action)
            offset = items[action].affinity if items else 0.0
            learn = posterior.learn_stranger if stranger else posterior.learn
            learn(encoded, self._lineups.of((action,), items), accepted, self.memory, offset)

    def observe(self, posterior: Posterior, rows: Iterable[Mapping[str, Any]]) -> None:
        """Tells a new posterior how the customers' numbers are spread, before any answer is in."""
        for row in rows:
            posterior.observe(self._encoder.encode(row, {}))

    def reasons(self, posterior: Posterior, decision: Decision, action: str) -> dict[str, float]:
        """What moves the logit of one action for the customer of a decision, strongest first."""
        encoded = self._encoded(decision.inputs, decision.context, decision.personalized)
        return self._reasons(posterior, posterior.prepare(encoded), action, _items(decision, action))

    @property
    def actions(self) -> Mapping[str, Action]:
        """The actions that compete."""
        return self._actions

    @property
    def numeric_inputs(self) -> tuple[str, ...]:
        """Those of the columns that the model reads as numbers; they come first."""
        return self._encoder.numeric

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that the model reads."""
        return self._encoder.names

    def influences(self, posterior: Posterior, rows: Iterable[Mapping[str, Any]]) -> dict[str, Influence]:
        """Input column → how much it moves the model over these customers, all actions taken together."""
        customers = [posterior.prepare(self._encoder.encode(row, {})) for row in rows]
        alone = [self._lineups.of((name,)) for name in self._actions]
        return influences(posterior, self.inputs, customers, alone)

    def warm_up(self) -> None:
        """Compiles the kernels (or reads them from numba's cache) so that the first decision does not wait."""
        if not self._actions:
            return
        posterior = self.new_posterior()
        names = list(self._actions)
        for personalized in (True, False):
            self.rank(posterior, names, {}, {"warm": "up"}, seed=1, limit=2, personalized=personalized)
        posterior.learn(self._encoder.nothing, self._lineups.of(names[:1]), accepted=True)

    def _encoded(self, inputs: Mapping[str, Any], context: Mapping[str, Any], personalized: bool) -> Encoded:
        return self._encoder.encode(inputs, context) if personalized else self._encoder.nothing

    def _weigh(
        self, candidates: Sequence[str], lineup: Lineup, context: Mapping[str, Any], terms: Terms
    ) -> tuple[Floats, dict[str, dict[str, float]]]:
        """What each acceptance earns on these terms, and the factors that are not 1."""
        weight = lineup.weight
        if terms.prices:
            weight = weight - lineup.levers * np.array([terms.prices.get(name, 0.0) for name in candidates])
        factors = {reason: dict(said) for reason, said in terms.factors.items() if said}
        multipliers = self._moment.multipliers(candidates, context)
        if multipliers is not None:
            factors["context"] = {
                name: factor for name, factor in zip(candidates, multipliers, strict=True) if factor != 1.0
            }
        for said in factors.values():
            weight = weight * np.array([said.get(name, 1.0) for name in candidates])
        return weight, {reason: said for reason, said in factors.items() if said}

    def _chosen(  # noqa: PLR0917
        self, action: str, mean: float, weight: float, probability: float, posterior: Posterior, prepared: Prepared,
        items: Mapping[str, Item],
    ) -> Chosen:  # fmt: skip
        propensity = 1.0 / (1.0 + math.exp(-mean))
        return Chosen(
            action=action,
            probability=probability,
            propensity=propensity,
            value=net_value(self._actions[action_of(action)], items.get(action)),
            score=propensity * weight,
            reasons=self._reasons(posterior, prepared, action, items),
            item=items.get(action),
        )

    def _reasons(
        self, posterior: Posterior, prepared: Prepared, action: str, items: Mapping[str, Item]
    ) -> dict[str, float]:
        own = {action: items[action]} if action in items else {}
        return posterior.reasons(prepared, self._lineups.of((action,), own), REASONS_MAX, REASON_MIN)


def blend(moments: Floats, second: Second, logits: Floats) -> None:
    """Moves the means (row 0) towards a second model's logits by its share, in place; the spreads stay."""
    moments[0] += second.share * (logits - moments[0])


def _items(decision: Decision, candidate: str) -> dict[str, Item]:
    """The item that a decision offered under this name, if it was one."""
    return {pick.action: pick.item for pick in decision.chosen if pick.action == candidate and pick.item is not None}


def _check_finite(actions: Mapping[str, Action]) -> None:
    for name, action in actions.items():
        for number in (action.value, action.cost, action.lever, *action.context.values()):
            if not math.isfinite(number):
                hint = "value, cost, lever and context multipliers are finite numbers"
                raise InvalidDefinition(f"{number} in action '{name}'", where=f"actions/{name}.yaml", hint=hint)


_NOBODY = Ranking(candidates=[], mean=[], spread=[], weight=[], choice_probability=[], chosen=[], inputs={})
