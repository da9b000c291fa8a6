"""Intervals of ratios of sums, by resampling customers: decisions of one customer are not independent.

Bootstrap-t (Efron and Tibshirani 1993, §12.5): each resample is judged by its own standard error, so that intervals of
skewed rewards lean the right way. The resampled unit is the customer; beyond ``BLOCKS`` customers, as many blocks of
customers drawn by lot, whose sums are as independent.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from rapport.learn.offpolicy.log import Floats, Ints

RESAMPLES: Final = 1_000
BLOCKS: Final = 1_000


class Interval(msgspec.Struct, frozen=True):
    """An estimate, its standard error, and where the truth lies with the confidence asked for."""

    value: float
    error: float
    low: float
    high: float


class Bootstrap:
    """The resamples of one log's customers, drawn once and used for every estimate."""

    def __init__(self, customers: Ints, seed: int) -> None:
        """``customers``: shape n, the number of each decision's customer."""
        rng = np.random.default_rng(seed)
        people = int(customers.max(initial=-1)) + 1
        blocks = min(people, BLOCKS)
        self._blocks = rng.permutation(people)[customers] % max(blocks, 1)
        self._count = blocks
        self._times = rng.multinomial(blocks, np.full(blocks, 1.0 / blocks), RESAMPLES).astype(np.float64)

    def ratio(self, above: Floats, below: Floats, level: float) -> Interval:
        """Σabove / Σbelow.

        >>> found = Bootstrap(np.arange(400), 1).ratio(np.arange(400.0), np.ones(400), 0.95)
        >>> found.value, round(found.error, 1), found.low < 189 < 210 < found.high
        (199.5, 5.8, True)
        """
        return self._interval(np.stack([above, below]), level)

    def difference(self, above: Floats, below: Floats, above2: Floats, below2: Floats, level: float) -> Interval:
        """Σabove / Σbelow - Σabove2 / Σbelow2, of the same decisions."""
        return self._interval(np.stack([above, below, above2, below2]), level)

    def _interval(self, columns: Floats, level: float) -> Interval:
        sums = np.zeros((self._count, len(columns)))
        for place, one in enumerate(columns):
            sums[:, place] = np.bincount(self._blocks, one, minlength=self._count)
        values, errors = _judged(np.ones((1, self._count)), sums)
        value, error = float(values[0]), float(errors[0])
        resampled, spreads = _judged(self._times, sums)
        usable = np.isfinite(resampled) & (spreads > 0.0)
        if not usable.any() or error == 0.0:
            return Interval(value, error, value, value)
        students = (resampled[usable] - value) / spreads[usable]
        low, high = np.quantile(students, ((1.0 - level) / 2.0, (1.0 + level) / 2.0))
        return Interval(value, error, value - float(high) * error, value - float(low) * error)


def _judged(times: Floats, sums: Floats) -> tuple[Floats, Floats]:
    """The statistic of each resample (rows of ``times``: how often each block is in it), and its linearised error."""
    totals = times @ sums
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = [_slopes(totals[:, place : place + 2]) for place in range(0, sums.shape[1], 2)]
        values = totals[:, 0] / totals[:, 1]
        if len(slopes) > 1:
            values = values - totals[:, 2] / totals[:, 3]
            slopes[1] = -slopes[1]
    slope = np.hstack(slopes)
    products = (sums[:, :, None] * sums[:, None, :]).reshape(len(sums), -1)
    squares = (times @ products).reshape(len(times), sums.shape[1], sums.shape[1])
    with np.errstate(invalid="ignore"):
        return values, np.sqrt(np.maximum(np.einsum("ri,rij,rj->r", slope, squares, slope), 0.0))


def _slopes(totals: Floats) -> Floats:
    """The derivatives of a ratio by its two sums."""
    above, below = totals[:, 0], totals[:, 1]
    return np.stack([1.0 / below, -above / below**2], axis=1)
