"""What is known of a customer on a day, as numbers to learn from: read from that day and before, nothing later."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.past import Histories

Floats = NDArray[np.float64]
WINDOWS: Final = (30, 60, 90, 180, 365)
"""Days back over which spend and orders count."""
BREADTH_DAYS: Final = 365
NAMES: Final = (
    "days since the last purchase", "days since the first", "orders", "days with a purchase", "spend",
    "largest purchase day", "refunds", "days between purchases", "spread of the days between", "overdue",
    "trend of spend", "spend in the same season a year before", *(f"spend in {days} days" for days in WINDOWS),
    *(f"orders in {days} days" for days in WINDOWS), "breadth of categories", "purchases a day", "spend a day",
    "worth of an order",
)  # fmt: skip
RECENCY: Final = 0
FREQUENCY: Final = 2
MONETARY: Final = 4
"""Columns of the three classic measures."""


@cache
def kernels() -> ModuleType:
    """The compiled loops, imported when they are first needed."""
    return import_module("rapport.differentiate.potential.kernels")


class Kinds:
    """The rows that say what customers wanted: ascending by customer, ``value`` any number that tells values apart."""

    def __init__(self, starts: NDArray[np.int64], value: NDArray[np.int64], day: NDArray[np.int32]) -> None:
        self.starts, self.value, self.day = starts, value, day


def raw_inputs(past: Histories, kinds: Kinds, day: int, season_days: int, unit: float) -> Floats:
    """N×26 numbers in the order of ``NAMES`` as of the end of a day; NaN for who had not bought by then."""
    rows, loops = past.rows, kernels()
    found: Floats = loops.measured(past.starts, rows.day, rows.orders, rows.revenue, rows.refunds, day,
                                   np.array(WINDOWS), season_days, unit)  # fmt: skip
    if len(kinds.value):
        breadth = loops.breadths(kinds.starts, kinds.value, kinds.day, day - BREADTH_DAYS, day)
        found[:, loops.BREADTH] = np.where(np.isnan(found[:, 0]), np.nan, breadth)
    return found


def inputs(past: Histories, kinds: Kinds, day: int, season_days: int, unit: float) -> Floats:
    """As ``raw_inputs``, on logarithmic scales: what the model reads."""
    found = raw_inputs(past, kinds, day, season_days, unit)
    kernels().bent(found)
    return found


def outcome(past: Histories, after: int, until: int, unit: float) -> Floats:
    """What each customer spent after one day and up to another, refunds taken off, not below zero; N."""
    rows = past.rows
    found: Floats = kernels().spent(past.starts, rows.day, rows.revenue, rows.refunds, after, until, unit)
    return found
