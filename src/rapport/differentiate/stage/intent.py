"""Whether the visit that is going on is browsing, searching or buying, from its signals alone.

Imported through ``kernels``.

The three are the store visits that Moe (2003, Journal of Consumer Psychology 13, 29-39) tells apart by what is clicked.
Signals of need speak for browsing, of research and evaluation for searching, of selection and of an order for buying;
each further signal lets the ones before it count a fifth less, so that the intent moves with the visit. An order ends
what came before it.
"""

# ruff: noqa: PLR0917 - kernels take arrays by position
from __future__ import annotations

from typing import Any

import numba
import numpy as np

INTENTS = ("browsing", "searching", "buying")
KEPT = 0.8
"""What a signal still counts when another has followed."""
OF_STAGE = (0, 1, 1, 2, 2, 0, 0, 0)
"""Stage → the intent that its signals speak for."""

_compile = numba.njit(cache=True, error_model="numpy")


def _intents(as_of_us: Any, idle_us: Any, size: Any, customer: Any, reading: Any, time_us: Any, stage: Any,
             weight: Any, order: Any) -> Any:  # fmt: skip
    """Each customer's intent, its share of all, and where the visit begins among the rows; −1 outside of a visit."""
    intent, share = np.full(size, -1, np.int64), np.zeros(size)
    began = np.full(size, -1, np.int64)
    told = np.zeros(3)
    for row in range(customer.size):
        one = customer[row]
        if time_us[row] > as_of_us:
            continue
        first = row == 0 or customer[row - 1] != one
        if first or time_us[row] - time_us[row - 1] > idle_us:
            told[:] = 0.0
            began[one] = row
        kind = OF_STAGE[stage[reading[row]]]
        if order[reading[row]]:
            told[:] = 0.0
        told *= KEPT
        told[kind] += weight[reading[row]]
        intent[one] = np.argmax(told)
        share[one] = told[intent[one]] / told.sum()
        if as_of_us - time_us[row] > idle_us:
            intent[one], began[one] = -1, -1
    return intent, share, began


intents = _compile(_intents)
