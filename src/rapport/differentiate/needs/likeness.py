# ruff: noqa: PLR0917 - a kernel takes its arrays one by one.
"""How alike the values of one day are: the pairs from which the design effect of a day is estimated, compiled."""

from __future__ import annotations

import numba
import numpy as np

_compile = numba.njit(cache=True, error_model="numpy")


@_compile
def likeness(customer, told_apart, reading, text, day, count, facet_of, facets, today):  # type: ignore[no-untyped-def]
    """Pairs of values a customer showed at a reading: same day and alike, same day, other days and alike, other days.

    F×4, what the likeness within a day is estimated from.
    """
    pairs = np.zeros((facets, 4))
    on_day = np.zeros(_oldest(day, today) + 1, np.int64)
    row = 0
    while row < customer.size:
        end = row
        while end < customer.size and customer[end] == customer[row] and reading[end] == reading[row]:
            on_day[today - day[end]] += count[end]
            end += 1
        facet = facet_of[reading[row]]
        if facet >= 0 and told_apart[customer[row]]:
            _pairs(row, end, text, day, count, today, on_day, pairs[facet])
        for one in range(row, end):
            on_day[today - day[one]] = 0
        row = end
    return pairs


@_compile
def _pairs(row, end, text, day, count, today, on_day, pairs):  # type: ignore[no-untyped-def]
    all_values, squared_days, squared_rows, squared_texts, of_text = 0.0, 0.0, 0.0, 0.0, 0.0
    for one in range(row, end):
        c = float(count[one])
        pairs[0] += c * (c - 1.0)
        pairs[1] += c * (on_day[today - day[one]] - 1.0)
        all_values += c
        squared_days += c * on_day[today - day[one]]
        squared_rows += c * c
        of_text += c
        if one + 1 == end or text[one + 1] != text[one]:
            squared_texts += of_text * of_text
            of_text = 0.0
    pairs[2] += squared_texts - squared_rows
    pairs[3] += all_values * all_values - squared_days


@_compile
def _oldest(day, today):  # type: ignore[no-untyped-def]
    oldest = 0
    for row in range(day.size):
        oldest = max(oldest, today - day[row])
    return oldest
