# ruff: noqa: PLR0917 - kernels take arrays by position
"""The compiled loops of potential value: one pass over a customer's purchases, one walk through the trees.

Each customer's numbers are added up in the order of that customer's own rows, so that one customer alone gets, bit for
bit, what the same customer gets among a million. Numba takes half a second to import: only ``inputs`` and ``trees``
name this file, when they are first asked.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

_compile: Any = numba.njit(cache=True, error_model="numpy")

RECENCY, TENURE, ORDERS, DAYS, SPENT, LARGEST, REFUNDED, GAP_MEAN, GAP_SPREAD, OVERDUE, TREND, SEASON = range(12)
SPENT_IN, ORDERS_IN = 12, 17
"""Where the columns of the five windows begin."""
BREADTH, ORDER_RATE, SPEND_RATE, ORDER_WORTH = 22, 23, 24, 25
COLUMNS = 26
FRESH_DAYS = 30.0
"""Added to a tenure, so that who bought first today has no endless rate."""


def _pace(row: NDArray[np.float64], bought: int, since: int, tenure: int, gaps: float, squares: float) -> None:
    """Fills in what follows from the number of purchase days, the days since the last and the first, and the gaps."""
    row[DAYS] = bought
    row[RECENCY] = since
    row[TENURE] = tenure
    row[GAP_MEAN] = tenure + FRESH_DAYS
    row[OVERDUE] = 1.0
    if bought > 1:
        mean = gaps / (bought - 1)
        row[GAP_MEAN] = mean
        row[GAP_SPREAD] = np.sqrt(max(0.0, squares / (bought - 1) - mean * mean))
        row[OVERDUE] = since / mean
    row[ORDER_RATE] = bought / (tenure + FRESH_DAYS)
    row[SPEND_RATE] = max(row[SPENT], 0.0) / (tenure + FRESH_DAYS)
    row[ORDER_WORTH] = max(row[SPENT], 0.0) / row[ORDERS]


pace = _compile(_pace)


def _lately(row: NDArray[np.float64], age: int, net: float, orders: int, windows: NDArray[np.int64]) -> None:
    """Adds a day of a certain age to the windows in which it lies."""
    for w in range(len(windows)):
        if age < windows[w]:
            row[SPENT_IN + w] += net
            row[ORDERS_IN + w] += orders


lately = _compile(_lately)


def _measured(
    starts: NDArray[np.int64],
    day: NDArray[np.int32],
    orders: NDArray[np.int64],
    revenue: NDArray[np.int64],
    refunds: NDArray[np.int64],
    cut: int,
    windows: NDArray[np.int64],
    season_days: int,
    unit: float,
) -> NDArray[np.float64]:
    """N×COLUMNS inputs as of the end of day ``cut``; NaN throughout for who had not bought by then.

    Customer n's rows are ``starts[n]`` to ``starts[n + 1]``, ascending by day; no row after ``cut`` is read. Amounts
    are divided by ``unit``. Column BREADTH stays 0.
    """
    out = np.full((len(starts) - 1, COLUMNS), np.nan)
    for n in range(len(starts) - 1):
        first, last, bought = -1, -1, 0
        row = np.zeros(COLUMNS)
        gaps, squares, before = 0.0, 0.0, 0.0
        for m in range(starts[n], starts[n + 1]):
            on = day[m]
            if on > cut:
                break
            net = (revenue[m] - refunds[m]) / unit
            row[SPENT] += net
            row[REFUNDED] += refunds[m] / unit
            age = cut - on
            lately(row, age, net, orders[m], windows)
            if windows[2] <= age < 2 * windows[2]:
                before += net
            if 365 - season_days <= age < 365:
                row[SEASON] += net
            if orders[m] > 0:
                row[ORDERS] += orders[m]
                row[LARGEST] = max(row[LARGEST], revenue[m] / unit)
                if bought > 0:
                    gaps += on - last
                    squares += (on - last) * (on - last)
                else:
                    first = on
                last = on
                bought += 1
        if bought == 0:
            continue
        row[TREND] = row[SPENT_IN + 2] - before
        pace(row, bought, cut - last, cut - first, gaps, squares)
        out[n] = row
    return out


measured = _compile(_measured)


def _bent(inputs: NDArray[np.float64]) -> None:
    """Takes logarithms in place, so that proportions count: log(1 + |x|) with the sign kept, plain ones of rates."""
    for n in range(len(inputs)):
        for c in range(COLUMNS):
            value = inputs[n, c]
            if c == ORDER_RATE:
                inputs[n, c] = np.log(value)
            elif c == SPEND_RATE:
                inputs[n, c] = np.log(value + 0.1)
            else:
                size = np.log1p(abs(value))
                inputs[n, c] = size if value >= 0.0 else -size


bent = _compile(_bent)


def _breadths(
    starts: NDArray[np.int64], value: NDArray[np.int64], day: NDArray[np.int32], after: int, until: int
) -> NDArray[np.float64]:
    """How many different values each customer showed on the days after one and up to another; N."""
    out = np.zeros(len(starts) - 1)
    for n in range(len(starts) - 1):
        rows = value[starts[n] : starts[n + 1]]
        days = day[starts[n] : starts[n + 1]]
        seen = np.sort(rows[(days > after) & (days <= until)])
        for m in range(len(seen)):
            if m == 0 or seen[m] != seen[m - 1]:
                out[n] += 1.0
    return out


breadths = _compile(_breadths)


def _spent(
    starts: NDArray[np.int64],
    day: NDArray[np.int32],
    revenue: NDArray[np.int64],
    refunds: NDArray[np.int64],
    after: int,
    until: int,
    unit: float,
) -> NDArray[np.float64]:
    """What each of N customers spent on the days after ``after`` up to ``until``, refunds taken off; not below zero."""
    out = np.zeros(len(starts) - 1)
    for n in range(len(starts) - 1):
        units = 0
        for m in range(starts[n], starts[n + 1]):
            if after < day[m] <= until:
                units += revenue[m] - refunds[m]
        out[n] = max(0, units) / unit
    return out


spent = _compile(_spent)


def _scored(
    inputs: NDArray[np.float64],
    intercept: float,
    coefficients: NDArray[np.float64],
    baseline: float,
    roots: NDArray[np.int64],
    feature: NDArray[np.int64],
    threshold: NDArray[np.float64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    value: NDArray[np.float64],
    least: float,
) -> NDArray[np.float64]:
    """N×2: for each customer the logarithms of the curve's and of the trees' spend; NaN where inputs are.

    A node whose ``left`` is below zero is a leaf. The trees' sum is the cube root of spend, at least ``least``.
    """
    out = np.empty((len(inputs), 2))
    for n in range(len(inputs)):
        curve = intercept
        for c in range(len(coefficients)):
            curve += coefficients[c] * inputs[n, c]
        total = baseline
        for root in roots:
            node = root
            while left[node] >= 0:
                node = left[node] if inputs[n, feature[node]] <= threshold[node] else right[node]
            total += value[node]
        out[n, 0] = curve
        out[n, 1] = 3.0 * np.log(max(total, least)) if not np.isnan(curve) else np.nan
    return out


scored = _compile(_scored)
