"""How well potential ranks customers and hits the sums, on customers and on days that it did not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.money import SCALE
from rapport.differentiate.potential.inputs import FREQUENCY, MONETARY, RECENCY
from rapport.differentiate.potential.learning import (
    Examples,
    Past,
    cuts_before,
    examples,
    gathered,
    out_of_fold,
    taught,
)
from rapport.differentiate.potential.predictor import calibrated, compiled, money, ranking_score
from rapport.differentiate.potential.ranking import Ranked, quintile_scores, ranked

Floats = NDArray[np.float64]
LEARNT: Final = "learnt"
PAST_SPEND: Final = "past spend"
QUINTILES: Final = "recency–frequency–monetary quintiles"
RESAMPLES: Final = 500
TENTHS: Final = 10
SPENDERS_MIN: Final = 50
"""Fewer customers who spent teach nothing."""


class Tenth(msgspec.Struct, frozen=True):
    """A tenth of the customers by expected spend: what was expected on average and what came, with a 90% interval."""

    customers: int
    expected: float
    spent: float
    low: float
    high: float


class Judged(msgspec.Struct, frozen=True):
    """The rankings of one holdout, the sums, and who was in it."""

    customers: int
    spenders: int
    days: int
    """How long the spend was counted that they were to foretell."""
    scores: dict[str, Ranked]
    tenths: list[Tenth] = []
    """The lowest expectation first."""

    @property
    def ahead(self) -> bool:
        """Whether the learnt score ranked above past spend on these customers, be it by chance."""
        behind = self.scores[PAST_SPEND].spearman.value
        return self.scores[LEARNT].spearman.value > behind

    @property
    def shown(self) -> bool:
        """Whether the learnt score is shown to rank better: the paired 90% interval of the lead is above 0."""
        lead = self.scores[PAST_SPEND].spearman_behind
        return lead is not None and lead.low > 0.0


def over_customers(newest: Examples, scores: Floats, horizon: int, seed: int) -> Judged:
    """The holdout over customers: each scored by what was learnt from others, on the same days."""
    return _judged(newest, scores, horizon, seed)


def over_time(past: Past, day: int, horizon: int, seed: int) -> Judged | None:
    """The holdout by time: all that a refresh ``horizon`` days ago could have learnt, against what came since.

    None where history is too short, or too few spent.
    """
    then = day - horizon
    cuts = cuts_before(past, then, horizon)
    if not cuts:
        return None
    known = gathered(past, cuts, horizon)
    came = examples(past, then, horizon)
    if min(np.count_nonzero(known.spent), np.count_nonzero(came.spent)) < SPENDERS_MIN:
        return None
    newest, unseen, mix = out_of_fold(past, cuts, horizon, seed)
    scores = ranking_score(compiled(taught(known, mix, seed)), came.inputs)
    expected = money(calibrated(unseen, newest.spent), scores)
    in_money = past.unit / SCALE
    return _judged(came, scores, horizon, seed, tenths(expected * in_money, came.spent * in_money, seed))


def _judged(came: Examples, scores: Floats, days: int, seed: int, tenth: Sequence[Tenth] = ()) -> Judged:
    rivals = {LEARNT: scores, PAST_SPEND: came.inputs[:, MONETARY], QUINTILES: quintiles(came.inputs)}
    return Judged(
        customers=len(came.spent),
        spenders=int(np.count_nonzero(came.spent)),
        days=days,
        scores=ranked(rivals, came.spent, LEARNT, seed),
        tenths=list(tenth),
    )


def quintiles(inputs: Floats) -> Floats:
    """The recency–frequency–monetary score of each row of inputs."""
    return quintile_scores(inputs[:, RECENCY], inputs[:, FREQUENCY], inputs[:, MONETARY])


def tenths(expected: Floats, spent: Floats, seed: int) -> list[Tenth]:
    """Expected and actual means of each tenth of the customers by expectation."""
    rng = np.random.default_rng(seed)
    groups = np.array_split(np.argsort(expected, kind="stable"), TENTHS)
    return [_tenth(expected[group], spent[group], rng) for group in groups if len(group)]


def _tenth(expected: Floats, spent: Floats, rng: np.random.Generator) -> Tenth:
    size = len(spent)
    means = np.array([spent[rng.integers(0, size, size)].mean() for _ in range(RESAMPLES)])
    low, high = np.quantile(means, [0.05, 0.95])
    return Tenth(size, float(expected.mean()), float(spent.mean()), float(low), float(high))
