"""How good the timing was on days that it had not seen: proper scores, beside what is simple, and reliability.

Everything is judged with what was known ``horizon`` days before the last day. A forecast of when is an N×H table of
probabilities that the next purchase has come within 1, 2, … H days; who buys later counts as not yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.statistics import Z_90, wilson
from rapport.differentiate.frame import Purchases

Floats = NDArray[np.float64]
RESAMPLES: Final = 200
BINS: Final = 10
MODEL: Final = "model"
POPULAR: Final = "everybody alike"
OWN_AVERAGE: Final = "own average"
LEAST: Final = 1e-4
"""No probability counts as less in a logarithm: a baseline must not lose by one impossible day."""


class Mean(msgspec.Struct, frozen=True):
    """A mean over customers with its 90% bootstrap interval; with a reference, how far below it the model's is."""

    value: float
    low: float
    high: float
    gain: float | None = None
    """By how much the model's mean is better; None for the model itself."""
    gain_low: float | None = None
    gain_high: float | None = None


class Bin(msgspec.Struct, frozen=True):
    """Customers with like probabilities: what was foretold on average, how many bought, with a 90% Wilson interval."""

    customers: int
    foretold: float
    bought: float
    low: float
    high: float


def days_to_next(rows: Purchases, size: int, after: int) -> Floats:
    """Days from the end of a day to each customer's next purchase; infinity where none is known."""
    ahead = (rows.day > after) & (rows.orders > 0)
    days = np.full(size, np.inf)
    np.minimum.at(days, rows.customer[ahead], (rows.day[ahead] - after).astype(np.float64))
    return days


def first_days(rows: Purchases, size: int, until: int) -> Floats:
    """The day of each customer's first purchase up to a day; NaN where there is none."""
    before = (rows.day <= until) & (rows.orders > 0)
    days = np.full(size, np.nan)
    # Of several rows of one customer the last stays: turned round, the first.
    days[rows.customer[before][::-1]] = rows.day[before][::-1]
    return days


def alike(came: Floats, days: Floats) -> Floats:
    """The share of customers who had bought within each of ``days`` (H), as one baseline for all."""
    return np.array([np.mean(came <= day) for day in days])


def own_average(bought: Floats, first: Floats, now: int, days: Floats) -> Floats:
    """N×H: the exponential with each customer's own average of purchases a day since the first."""
    rate = bought / (now - first + 1.0)
    return -np.expm1(-rate[:, None] * days[None, :])


def brier(foretold: Floats, bought: NDArray[np.bool_]) -> Floats:
    """Squared difference of probability and what happened, a customer (Brier 1950)."""
    scores: Floats = (foretold - bought) ** 2
    return scores


def crps(table: Floats, came: Floats) -> Floats:
    """Continuous ranked probability score in days, up to the last of H (Gneiting and Raftery 2007, equation 20)."""
    days = np.arange(1, table.shape[1] + 1)
    scores: Floats = np.sum((table - (came[:, None] <= days[None, :])) ** 2, axis=1)
    return scores


def log_score(table: Floats, came: Floats) -> Floats:
    """Minus the logarithm of the probability of the day that came, or of none within H days."""
    steps = np.diff(table, axis=1, prepend=0.0)
    within = came <= table.shape[1]
    place = np.where(within, came, 1.0).astype(int) - 1
    chance = np.where(within, steps[np.arange(len(came)), place], 1.0 - table[:, -1])
    return -np.log(np.maximum(chance, LEAST))


def compared(losses: Mapping[str, Floats], seed: int) -> dict[str, Mean]:
    """Mean losses with intervals, and the model's gain over each other, customers drawn alike."""
    size = len(losses[MODEL])
    rng = np.random.default_rng(seed)
    drawn = [rng.integers(0, size, size) for _ in range(RESAMPLES)]
    means = {name: np.array([loss[rows].mean() for rows in drawn]) for name, loss in losses.items()}
    return {name: _mean(name, losses, means) for name in losses}


def _mean(name: str, losses: Mapping[str, Floats], means: Mapping[str, Floats]) -> Mean:
    low, high = (float(end) for end in np.quantile(means[name], [0.05, 0.95]))
    value = float(losses[name].mean())
    if name == MODEL:
        return Mean(value, low, high)
    ends = np.quantile(means[name] - means[MODEL], [0.05, 0.95])
    return Mean(value, low, high, value - float(losses[MODEL].mean()), float(ends[0]), float(ends[1]))


def reliability(foretold: Floats, bought: NDArray[np.bool_]) -> list[Bin]:
    """Tenths of the customers by what was foretold, the lowest first."""
    groups = np.array_split(np.argsort(foretold, kind="stable"), BINS)
    return [_bin(foretold[group], bought[group]) for group in groups if len(group)]


def _bin(foretold: Floats, bought: NDArray[np.bool_]) -> Bin:
    return Bin(len(bought), float(foretold.mean()), float(bought.mean()), *wilson(int(bought.sum()), len(bought), Z_90))
