"""Which few configurations to keep ready: those from which the demand is reached with the fewest changes.

Chosen one after another, each the one that saves most changes: the saving has diminishing returns, so that greedy
reaches at least 1 - 1/e of the best possible (Nemhauser, Wolsey and Fisher, Mathematical Programming 14, 1978; facility
location, Cornuejols, Fisher and Nemhauser, Management Science 23(8), 1977). The best sellers stand beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.core.statistics import wilson
from rapport.customize.configure.complete.past import Past
from rapport.customize.configure.complete.places import Floats, Places

CANDIDATES_MAX: Final = 1_000
"""Only so many of the most frequent configurations are candidates."""
REACHED_MAX: Final = 2_000
"""Only the demand for so many of the most frequent configurations is weighed in choosing."""
DRAWS: Final = 500
_PERCENTILES: Final = (2.5, 97.5)


@dataclass(frozen=True)
class Stock:
    """``rows`` (k, options + 1): the variants in the order in which they were taken in."""

    rows: NDArray[np.bool_]
    modules: tuple[int, ...]
    """Of the first one, the first two, …: how many different options they need together."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well some variants serve a demand; shares lie within 95% intervals."""

    size: int
    """How many configurations were asked for."""
    within: dict[int, tuple[float, float, float]]
    """Changes → share of the demand that is that near, from, to (Wilson)."""
    changes: tuple[float, float, float]
    """Mean number of changes needed, from, to (bootstrap over configurations asked for)."""


def stock(places: Places, past: Past, count: int, *, module_worth: float = 0.0) -> Stock:
    """The ``count`` variants that save most changes; ``past.weight`` is demand.

    ``module_worth`` is what one option more in production must save: so many changes for each configuration sold.
    Fewer variants come back where nothing more is worth it.
    """
    rows, demand = _distinct(past)
    rows, demand = rows[:REACHED_MAX], demand[:REACHED_MAX]
    gaps = distances(places, rows, rows[:CANDIDATES_MAX])
    left = np.full(len(rows), float(places.count))
    kept: list[int] = []
    have = np.zeros(rows.shape[1], dtype=np.bool_)
    modules: list[int] = []
    for _ in range(min(count, gaps.shape[1])):
        saved = demand @ np.maximum(left[:, None] - gaps, 0.0) / max(demand.sum(), 1e-9)
        saved = saved - module_worth * (rows[: gaps.shape[1]] & ~have).sum(axis=1)
        saved[kept] = -np.inf
        best = int(np.argmax(saved))
        if saved[best] <= 0 and kept:
            break
        kept.append(best)
        left = np.minimum(left, gaps[:, best])
        have |= rows[best]
        modules.append(int(have.sum()))
    return Stock(rows[kept], tuple(modules))


def best_sellers(past: Past, count: int) -> Stock:
    """The ``count`` configurations that are taken most."""
    rows = _distinct(past)[0][:count]
    together = np.logical_or.accumulate(rows, axis=0) if len(rows) else rows
    return Stock(rows, tuple(int(number) for number in together.sum(axis=1)))


def coverage(
    places: Places, stocked: Stock, asked: Past, *, within: Sequence[int], count: int | None = None, seed: int,
) -> Coverage:  # fmt: skip
    """How near the first ``count`` variants come to what was asked for: best of a time after they were chosen.

    Raises ``ValueError`` without a variant.
    """
    rows = stocked.rows[:count]
    if not len(rows):
        raise ValueError("there is no variant to measure")
    nearest = distances(places, asked.rows, rows).min(axis=1)
    size = len(nearest)
    shares = {}
    for changes in within:
        near = int((nearest <= changes).sum())
        shares[changes] = (near / size if size else 0.0, *wilson(near, size))
    return Coverage(size, shares, _mean(nearest, seed))


def distances(places: Places, rows: NDArray[np.bool_], others: NDArray[np.bool_]) -> Floats:
    """Shape (rows, others): in how many places two configurations differ."""
    one, other = places.spread(rows).astype(np.float32), places.spread(others).astype(np.float32)
    same: Floats = (one @ other.T).astype(np.float64)
    return places.count - same


def _mean(values: Floats, seed: int) -> tuple[float, float, float]:
    if not len(values):
        return float("nan"), float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    counts = np.bincount(values.astype(np.intp))
    drawn = rng.multinomial(len(values), counts / len(values), size=DRAWS) @ np.arange(len(counts)) / len(values)
    low, high = np.percentile(drawn, _PERCENTILES)
    return float(values.mean()), float(low), float(high)


def _distinct(past: Past) -> tuple[NDArray[np.bool_], Floats]:
    """Different configurations and the demand for each, the greatest first."""
    if not len(past):
        return past.rows, past.weight
    rows, number = np.unique(past.rows, axis=0, return_inverse=True)
    demand: Floats = np.bincount(number.reshape(-1), weights=past.weight).astype(np.float64)
    order = np.argsort(-demand, kind="stable")
    return rows[order], demand[order]
