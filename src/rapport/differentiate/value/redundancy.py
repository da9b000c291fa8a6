"""Which indicators say nearly the same, so that they count twice: Spearman's rank correlation of their scores."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.core.statistics import Z_95
from rapport.differentiate.value.model import Alike, DimensionName

TOLD_FROM: Final = 0.9
"""From this correlation on, either way, two indicators are told."""
CUSTOMERS_MAX: Final = 20_000
"""So many customers are enough: the correlation is then known to within 0.003 where it matters."""
_FEWEST: Final = 4
Named = tuple[str, DimensionName]


def alike(names: Sequence[Named], scores: NDArray[np.float64]) -> list[Alike]:
    """Pairs of rows (indicators × customers, no NaN) that go together, the closest first."""
    rho, customers = _correlations(scores)
    found = [
        _told(names[row], names[column], float(rho[row, column]), customers)
        for row, column in combinations(range(len(names)), 2)
        if abs(rho[row, column]) > TOLD_FROM
    ]
    return sorted(found, key=lambda one: -abs(one.rho))


def together(current: NDArray[np.float64], potential: NDArray[np.float64]) -> Alike | None:
    """How far the two dimensions go together; None for few customers, or where one tells nobody apart."""
    known = ~(np.isnan(current) | np.isnan(potential))
    rho, customers = _correlations(np.stack([current[known], potential[known]]))
    if customers < _FEWEST or np.isnan(rho[0, 1]):
        return None
    return _told(("current", "current"), ("potential", "potential"), float(rho[0, 1]), customers)


def _correlations(scores: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Rank correlations of rows, NaN where one is level, and over how many customers, evenly picked."""
    from scipy.stats import rankdata  # noqa: PLC0415 - scipy is imported when it is first needed

    rows, customers = scores.shape
    picked = np.unique(np.linspace(0, max(customers - 1, 0), min(customers, CUSTOMERS_MAX)).astype(np.intp))
    if picked.size < _FEWEST:
        return np.full((rows, rows), np.nan), int(picked.size)
    ranks = rankdata(scores[:, picked], axis=1)
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    size = np.sqrt((centred * centred).sum(axis=1, keepdims=True))
    unit = np.divide(centred, size, out=np.full_like(centred, np.nan), where=size > 0.0)
    return np.einsum("ik,jk->ij", unit, unit), int(picked.size)


def _told(one: Named, other: Named, rho: float, customers: int) -> Alike:
    low, high = interval(rho, customers)
    return Alike(one[0], other[0], [one[1], other[1]], rho, low, high, customers)


def interval(rho: float, customers: int) -> tuple[float, float]:
    """The 95% interval of a rank correlation (Bonett & Wright, "Sample size requirements for estimating Pearson,
    Kendall and Spearman correlations", Psychometrika 65, 2000): Fisher's z with variance (1 + ρ²/2) / (n - 3).

    >>> [round(end, 3) for end in interval(0.9, 103)]
    [0.845, 0.936]
    """
    bounded = min(max(rho, -1 + 1e-12), 1 - 1e-12)
    spread = Z_95 * np.sqrt((1.0 + bounded * bounded / 2.0) / max(customers - 3, 1))
    z = np.arctanh(bounded)
    return float(np.tanh(z - spread)), float(np.tanh(z + spread))
