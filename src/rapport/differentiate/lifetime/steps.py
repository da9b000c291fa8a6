"""The horizon in monthly steps: how much a purchase in each of them counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

MONTH_DAYS: Final = 365.25 / 12
YEAR_DAYS: Final = 365.25


class Steps(msgspec.Struct, frozen=True):
    """Ends of the steps in days from now, and the weights of each."""

    ends: tuple[float, ...]
    season: tuple[float, ...]
    """How many times the usual number of purchases is to be expected."""
    discount: tuple[float, ...]
    """What one unit of money then is worth now."""


def steps(horizon_days: float, rate: float, *, day: int = 0, index: Sequence[float] = ()) -> Steps:
    """Monthly steps up to the horizon, discounted by a yearly ``rate`` to the middle of each.

    ``index`` are the twelve calendar months' factors from January on, ``day`` the local day from which to count.

    >>> [round(one, 4) for one in steps(60.875, 0.1).discount]
    [0.996, 0.9882]
    """
    count = max(1, int(np.ceil(horizon_days / MONTH_DAYS - 1e-9)))
    ends = np.minimum(np.arange(1, count + 1) * MONTH_DAYS, horizon_days)
    begins = np.concatenate(([0.0], ends[:-1]))
    discount = (1.0 + rate) ** (-(begins + ends) / 2 / YEAR_DAYS)
    season = np.ones(count) if not index else _season(ends, day, index)
    return Steps(tuple(ends.tolist()), tuple(season.tolist()), tuple(discount.tolist()))


def _season(
    ends: np.ndarray[tuple[int], np.dtype[np.float64]], day: int, index: Sequence[float]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The mean factor of each step's days."""
    days = day + 1 + np.arange(int(np.ceil(ends[-1])))
    factor = np.asarray(index)[month_of(days)]
    place = np.minimum(np.searchsorted(ends, days - day - 0.5), ends.size - 1)
    return np.asarray(np.bincount(place, weights=factor, minlength=ends.size) / np.bincount(place, minlength=ends.size))


def month_of(days: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The calendar month of local days, 0 = January.

    >>> month_of(np.array([0, 31, 364, 365])).tolist()
    [0, 1, 11, 0]
    """
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12)
