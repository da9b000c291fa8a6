"""Shares and means as reports tell them: never without how many they rest on, and refused where these are too few."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Final

import msgspec
import numpy as np

from rapport.core.statistics import wilson
from rapport.learn.offpolicy.bootstrap import Bootstrap

LEAST: Final = 30
"""Of fewer sessions or configurations no share and no mean is told."""
LEVEL: Final = 0.95
_PLACES: Final = 6


class Share(msgspec.Struct, frozen=True):
    """So many of so many, with Wilson's 95% interval; None where there are fewer than ``LEAST``."""

    count: int
    total: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


class Mean(msgspec.Struct, frozen=True):
    """A mean of n values with its 95% interval, customers resampled; None where there are fewer than ``LEAST``."""

    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None


def share_of(count: int, total: int) -> Share:
    """The share.

    >>> share_of(15, 30)
    Share(count=15, total=30, share=0.5, low=0.331541, high=0.668459)
    >>> share_of(3, 5).share is None
    True
    """
    if total < LEAST:
        return Share(count, total)
    low, high = wilson(count, total)
    return Share(count, total, round(count / total, _PLACES), round(low, _PLACES), round(high, _PLACES))


def mean_of(values: Sequence[float], owners: Sequence[Hashable], seed: int) -> Mean:
    """The mean; ``owners``: whose each value is, because values of one customer are not independent.

    The interval ends where the values end: where nearly all of them are equal, resamples have next to no spread of
    their own, and bootstrap-t goes beyond every bound.

    >>> mean_of([2.0] * 40, range(40), seed=1)
    Mean(n=40, mean=2.0, low=2.0, high=2.0)
    >>> mean_of([9.0] * 32 + [2.0] * 3, range(35), seed=1).low
    2.0
    """
    if len(values) < LEAST:
        return Mean(len(values))
    found = Bootstrap(numbered(owners), seed).ratio(np.asarray(values, float), np.ones(len(values)), LEVEL)
    low, high = max(found.low, min(values)), min(found.high, max(values))
    return Mean(len(values), round(found.value, _PLACES), round(low, _PLACES), round(high, _PLACES))


def numbered(owners: Sequence[Hashable]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Owners as numbers from 0, in the order in which they appear.

    >>> numbered(["b", "a", "b"]).tolist()
    [0, 1, 0]
    """
    places: dict[Hashable, int] = {}
    return np.array([places.setdefault(owner, len(places)) for owner in owners], dtype=np.int64)
