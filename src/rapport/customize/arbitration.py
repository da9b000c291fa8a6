"""Propensity × value × context × lever, explored and recorded: what to offer now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.columns import ColumnType
from rapport.core.decision import Chosen, Decision
from rapport.core.errors import InvalidDefinition
from rapport.customize.choice import draw
from rapport.customize.encoding import Encoded, Encoder, Lineups, net_value
from rapport.customize.influence import Influence, influences
from rapport.customize.moment import Moment
from rapport.customize.posterior import Posterior, Prepared
from rapport.workspace.definitions import Action

Floats = npt.NDArray[np.float64]

REASONS_MAX = 4
REASON_MIN = 0.01
"""An input that moves the logit by less is not worth a sentence."""


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision record keeps of the arbitration; the lists run parallel to ``candidates``."""

    candidates: list[str]
    mean: list[float]
    spread: list[float]
    weight: list[float]
    choice_probability: list[float]
    chosen: list[Chosen]
    inputs: dict[str, Any]


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
    ) -> Ranking:
        """Picks up to ``limit`` of the candidates, with the exact probability of each pick given those before.

        Not personalised, nothing about the customer or the request enters the model: each action stands at what
        it is worth to everybody, and is still explored and recorded. The same arguments give the same ranking.
        """
        if not candidates:
            return _NOBODY
        inputs = self._encoder.inputs(row) if personalized else {}
        prepared = posterior.prepare(self._encoded(inputs, context, personalized))
        lineup = self._lineups.of(candidates)
        weight = lineup.weight
        multipliers = self._moment.multipliers(candidates, context)
        if multipliers is not None:
            weight = weight * np.array(multipliers)
        moments = posterior.score(prepared, lineup, self.noise)
        picks = draw(moments[0], moments[1], weight, floor=self.floor, seed=seed, limit=limit)
        mean, spread = moments.tolist()
        weights = weight.tolist()
        chosen = [
            self._chosen(candidates[place], mean[place], weights[place], probability, posterior, prepared)
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
        )

    def learn(self, posterior: Posterior, decision: Decision, action: str, accepted: bool) -> None:
        """Teaches the posterior, in place, what became of one offer; an action no longer defined is passed over."""
        if action in self._actions:
            encoded = self._encoded(decision.inputs, decision.context, decision.personalized)
            posterior.learn(encoded, self._lineups.of((action,)), accepted, self.memory)

    def observe(self, posterior: Posterior, rows: Iterable[Mapping[str, Any]]) -> None:
        """Tells a new posterior how the customers' numbers are spread, before any answer is in."""
        for row in rows:
            posterior.observe(self._encoder.encode(row, {}))

    def reasons(self, posterior: Posterior, decision: Decision, action: str) -> dict[str, float]:
        """What moves the logit of one action for the customer of a decision, strongest first."""
        encoded = self._encoded(decision.inputs, decision.context, decision.personalized)
        return self._reasons(posterior, posterior.prepare(encoded), action)

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

    def _chosen(  # noqa: PLR0917
        self, action: str, mean: float, weight: float, probability: float, posterior: Posterior, prepared: Prepared
    ) -> Chosen:
        propensity = 1.0 / (1.0 + math.exp(-mean))
        return Chosen(
            action=action,
            probability=probability,
            propensity=propensity,
            value=net_value(self._actions[action]),
            score=propensity * weight,
            reasons=self._reasons(posterior, prepared, action),
        )

    def _reasons(self, posterior: Posterior, prepared: Prepared, action: str) -> dict[str, float]:
        return posterior.reasons(prepared, self._lineups.of((action,)), REASONS_MAX, REASON_MIN)


def _check_finite(actions: Mapping[str, Action]) -> None:
    for name, action in actions.items():
        for number in (action.value, action.cost, action.lever, *action.context.values()):
            if not math.isfinite(number):
                hint = "value, cost, lever and context multipliers are finite numbers"
                raise InvalidDefinition(f"{number} in action '{name}'", where=f"actions/{name}.yaml", hint=hint)


_NOBODY = Ranking(candidates=[], mean=[], spread=[], weight=[], choice_probability=[], chosen=[], inputs={})
