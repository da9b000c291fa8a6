"""Weeks as symbols, and the filter of the hidden Markov model over them. Imported through ``kernels``.

A week is the strongest thing that happened in it; the newest week ends with the day of the frame.
"""

# ruff: noqa: PLR0917 - kernels take arrays by position
from __future__ import annotations

from typing import Any

import numba
import numpy as np

from rapport.differentiate.stage.evidence import STAGES

STEPS = 26
STEP_DAYS = 7
QUIET, BOUGHT = 0, 7
SYMBOLS = 8
SYMBOL_OF_STAGE = (1, 4, 5, 6, 3, 3, 3, 2)
"""Stage → symbol of its signals: need, then research, evaluation, selection; what follows an order; advocacy. The
greater symbol stands for the week; an order (7) outranks all."""

_compile = numba.njit(cache=True, error_model="numpy")


def _begin(today: Any, symbols: Any, orders: Any) -> Any:
    """The first week of each group: where something is seen, or all weeks where it was bought before them."""
    begin = np.full(symbols.shape[0], STEPS - 1, np.int64)
    for group in range(symbols.shape[0]):
        for step in range(STEPS):
            if symbols[group, step] != QUIET:
                begin[group] = step
                break
        if orders[group, 2] > 0 and today - orders[group, 0] >= STEPS * STEP_DAYS:
            begin[group] = 0
    return begin


begin_of = _compile(_begin)


def _unnamed(size: Any, owner: Any, orders: Any, of_row: Any, reading: Any, order: Any) -> Any:
    """Each customer's group whose orders no signal tells of, so that they are the purchases; −1: none."""
    ordered = np.zeros(owner.size, np.bool_)
    for row in range(of_row.size):
        if of_row[row] >= 0 and order[reading[row]]:
            ordered[of_row[row]] = True
    found = np.full(size, -1, np.int64)
    for group in range(owner.size):
        if orders[group, 2] > 0 and not ordered[group]:
            found[owner[group]] = group
    return found


unnamed = _compile(_unnamed)


def _observe(today: Any, size: Any, of_row: Any, owner: Any, orders: Any, reading: Any, day: Any, stage: Any,
             order: Any, bought_customer: Any, bought_day: Any, bought_orders: Any) -> Any:  # fmt: skip
    """G × ``STEPS`` symbols and the first step of each group; purchases without a category are its blank group's."""
    symbols = np.zeros((owner.size, STEPS), np.int64)
    for row in range(of_row.size):
        group, step = of_row[row], (today - day[row]) // STEP_DAYS
        if group >= 0 and step < STEPS:
            symbol = BOUGHT if order[reading[row]] else SYMBOL_OF_STAGE[stage[reading[row]]]
            symbols[group, STEPS - 1 - step] = max(symbols[group, STEPS - 1 - step], symbol)
    blank = unnamed(size, owner, orders, of_row, reading, order)
    for row in range(bought_customer.size):
        group, step = blank[bought_customer[row]], (today - bought_day[row]) // STEP_DAYS
        if group >= 0 and bought_orders[row] > 0 and step < STEPS:
            symbols[group, STEPS - 1 - step] = BOUGHT
    return symbols, begin_of(today, symbols, orders)


observe = _compile(_observe)


def _filtered(symbols: Any, begin: Any, start: Any, transitions: Any, emissions: Any) -> Any:
    """P(state now | symbols so far), G × 8 (Rabiner 1989, Proceedings of the IEEE 77, eq. 19-20, scaled)."""
    told = np.empty((symbols.shape[0], STAGES))
    ahead = np.empty(STAGES)
    for group in range(symbols.shape[0]):
        now = told[group]
        for step in range(begin[group], STEPS):
            symbol = symbols[group, step]
            total = 0.0
            for to in range(STAGES):
                reached = start[to]
                if step > begin[group]:
                    reached = 0.0
                    for origin in range(STAGES):
                        reached += now[origin] * transitions[origin, to]
                ahead[to] = reached * emissions[to, symbol]
                total += ahead[to]
            for to in range(STAGES):
                now[to] = ahead[to] / total
    return told


filtered = _compile(_filtered)
