"""Whether the calendar moves the purchases: twelve monthly factors, used only where they foretell a year unseen."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.lifetime.ahead import expected_alive
from rapport.differentiate.lifetime.bgnbd import Purchasing
from rapport.differentiate.lifetime.model import Season
from rapport.differentiate.lifetime.optimum import Floats, weighed
from rapport.differentiate.lifetime.steps import month_of

LEAST_MONTHS: Final = 24
YEAR: Final = 12
PRIOR: Final = 10.0
"""So many purchases speak for no season in each calendar month."""
CLEARLY: Final = 0.9
"""The factors must bring the deviance of the unseen year below this share of what it is without them,"""
LEAST_FALL: Final = 3.84
"""and by at least this much."""


def learn(buying: Purchasing, first: NDArray[np.int64], again: NDArray[np.int64], day: int) -> Season:
    """``first``: day of each customer's first purchase; ``again``: the days of all repeat purchases."""
    edges = _months(int(first.min()), day)
    months = edges.size - 1
    if months < LEAST_MONTHS:
        return Season(state="short", months=max(months, 0))
    actual = np.histogram(again, edges)[0].astype(float)
    expected = _expected(buying, first, edges, day)
    calendar = month_of(edges[:-1])
    seen = slice(0, months - YEAR)
    factors = _index(actual[seen], expected[seen], calendar[seen])
    last = slice(months - YEAR, months)
    without = _deviance(actual[last], expected[last])
    with_ = _deviance(actual[last], expected[last] * factors[calendar[last]])
    helps = with_ < CLEARLY * without and without - with_ > LEAST_FALL
    index = tuple(_index(actual, expected, calendar).tolist()) if helps else ()
    state = "applied" if helps else "none"
    return Season(state=state, months=months, deviance=without, deviance_with=with_, index=index)


def _months(first: int, day: int) -> NDArray[np.int64]:
    """First days of the whole months from the first day to ``day``, and the day after the last of them."""
    begin = np.datetime64(first, "D").astype("datetime64[M]") + 1
    end = np.datetime64(day + 1, "D").astype("datetime64[M]")
    return np.arange(begin, max(begin, end) + 1).astype("datetime64[D]").astype(np.int64)


def _expected(buying: Purchasing, first: NDArray[np.int64], edges: NDArray[np.int64], day: int) -> Floats:
    """Repeat purchases that the model without a season expects of all customers in each month."""
    start = int(first.min())
    since = expected_alive(buying, 0.0, np.zeros(1), np.arange(day + 2.0 - start))[0]
    begun = np.bincount(first - start).astype(float)
    days = np.arange(begun.size)
    total = [weighed(begun, since[np.clip(edge - start - days - 1, 0, None)]) for edge in edges]
    return np.diff(total)


def _index(actual: Floats, expected: Floats, calendar: NDArray[np.int64]) -> Floats:
    """Factors by calendar month whose mean is 1."""
    usual = expected * (actual.sum() / max(expected.sum(), 1e-12))
    came = np.bincount(calendar, weights=actual, minlength=YEAR)
    due = np.bincount(calendar, weights=usual, minlength=YEAR)
    factors = (came + PRIOR) / (due + PRIOR)
    return np.asarray(factors / factors.mean())


def _deviance(actual: Floats, expected: Floats) -> float:
    """Of counts against expected ones brought to the same total (multinomial)."""
    due = expected * (actual.sum() / max(expected.sum(), 1e-12))
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(actual > 0, actual * np.log(actual / due), 0.0)
    return float(2 * terms.sum())
