"""How well a score ranks customers by what they went on to spend, with intervals, and against another score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES: Final = 200
JUDGED_MAX: Final = 5_000
"""So many customers carry the intervals: a rank correlation of more is known to a hundredth."""
TOP: Final = 0.1


class Estimate(msgspec.Struct, frozen=True):
    """A number with its 90% bootstrap interval over customers."""

    value: float
    low: float
    high: float


class Ranked(msgspec.Struct, frozen=True):
    """One score: Spearman's rank correlation with the spend that followed, and the share of it that the best tenth
    of the customers went on to spend; by how much a reference exceeds it, customer resamples paired."""

    spearman: Estimate
    capture: Estimate
    spearman_behind: Estimate | None = None
    capture_behind: Estimate | None = None


def quintile_scores(recency_days: Floats, frequency: Floats, monetary: Floats) -> Floats:
    """The classic sum of three quintile scores, 3 to 15; cutpoints are those of these customers."""
    return 6.0 - _fifth(recency_days) + _fifth(frequency) + _fifth(monetary)


def _fifth(values: Floats) -> Floats:
    cuts = np.quantile(values, [0.2, 0.4, 0.6, 0.8], method="inverted_cdf")
    place: Floats = 1.0 + np.searchsorted(cuts, values, side="left").astype(np.float64)
    return place


def spearman(score: Floats, spent: Floats) -> float:
    """Spearman's rank correlation, ties at their mean rank; 0 where one of them does not vary."""
    from scipy.stats import rankdata  # noqa: PLC0415 - scipy is imported when it is first needed

    a, b = (rankdata(values) - (len(values) + 1) / 2 for values in (score, spent))
    size = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / size if size > 0 else 0.0


def capture(score: Floats, spent: Floats, share: float = TOP) -> float:
    """The share of all spend that the customers with the highest scores account for; ties share alike.

    >>> capture(np.array([4.0, 3.0, 2.0, 1.0]), np.array([60.0, 0.0, 40.0, 0.0]), 0.5)
    0.6
    >>> capture(np.ones(4), np.array([100.0, 0.0, 0.0, 0.0]), 0.5)
    0.5
    """
    total, count = float(spent.sum()), max(1, round(len(score) * share))
    if total <= 0:
        return 0.0
    edge = np.sort(score)[-count]
    above, at = score > edge, score == edge
    room = (count - above.sum()) / at.sum()
    return float(spent[above].sum() + room * spent[at].sum()) / total


def ranked(
    scores: Mapping[str, Floats], spent: Floats, reference: str, seed: int, most: int = JUDGED_MAX
) -> dict[str, Ranked]:
    """Each score judged by the spend that followed; ``reference`` is the score that the others are compared with.

    Of more than ``most`` customers a sample is judged.
    """
    rng = np.random.default_rng(seed)
    if len(spent) > most:
        kept = rng.choice(len(spent), most, replace=False)
        scores, spent = {name: score[kept] for name, score in scores.items()}, spent[kept]
    drawn = rng.integers(0, len(spent), (RESAMPLES, len(spent)))
    at = {name: np.array([_both(score, spent)]) for name, score in scores.items()}
    again = {name: np.array([_both(score[rows], spent[rows]) for rows in drawn]) for name, score in scores.items()}
    return {name: _ranked(name, at, again, reference) for name in scores}


def _ranked(name: str, at: Mapping[str, Floats], again: Mapping[str, Floats], reference: str) -> Ranked:
    own = [_estimate(at[name][0, which], again[name][:, which]) for which in range(2)]
    if name == reference:
        return Ranked(*own)
    behind = [
        _estimate(at[reference][0, which] - at[name][0, which], again[reference][:, which] - again[name][:, which])
        for which in range(2)
    ]
    return Ranked(*own, *behind)


def _both(score: Floats, spent: Floats) -> tuple[float, float]:
    return spearman(score, spent), capture(score, spent)


def _estimate(value: float, drawn: Floats) -> Estimate:
    low, high = np.quantile(drawn, [0.05, 0.95])
    return Estimate(float(value), float(low), float(high))
