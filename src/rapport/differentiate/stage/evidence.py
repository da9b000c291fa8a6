"""What speaks for each stage of each category: one compiled pass over the signals of any number of customers.

Imported through ``kernels``. A *group* is a customer and a category with at least one signal. Signals fade with their
half-life; those of the stages before a purchase end with the purchase of their category, and those about no category
with any purchase.
"""

# ruff: noqa: PLR0917 - kernels take arrays by position
from __future__ import annotations

from typing import Any

import numba
import numpy as np

NEVER = -1_000_000
"""The day of what did not happen."""
BEFORE_PURCHASE = 4
"""The first stages (need, research, evaluation, selection) end with a purchase."""
STAGES = 8

_compile = numba.njit(cache=True, error_model="numpy")


def _purchases(size: Any, customer: Any, day: Any, orders: Any) -> Any:
    """First day, last day and number of days with an order, of each of ``size`` customers; rows as in a frame."""
    bought = np.full((size, 3), NEVER, np.int64)
    bought[:, 2] = 0
    for row in range(customer.size):
        if orders[row] > 0:
            one = customer[row]
            if bought[one, 2] == 0:
                bought[one, 0] = day[row]
            bought[one, 1] = day[row]
            bought[one, 2] += 1
    return bought


purchases = _compile(_purchases)


def _groups(size: Any, values: Any, blank: Any, customer: Any, reading: Any, value: Any, stage: Any, order: Any,
            bought: Any) -> Any:  # fmt: skip
    """Each row's group (−1: no signal), and each group's customer and category (−1: none), in the order of rows.

    A customer who bought, and whose signals name no bought category, gets the blank category for the purchases.
    """
    of_row = np.full(customer.size, -1, np.int64)
    owner = np.empty(customer.size + size, np.int64)
    category = np.empty(customer.size + size, np.int64)
    seen = np.full(values + 1, -1, np.int64)
    count, row = 0, 0
    for one in range(size):
        begin, named = count, False
        while row < customer.size and customer[row] == one:
            if stage[reading[row]] >= 0:
                text = value[row]
                if seen[text] < begin:
                    seen[text] = count
                    owner[count], category[count] = one, text
                    count += 1
                of_row[row] = seen[text]
                named = named or order[reading[row]]
            row += 1
        known = blank >= 0 and seen[blank] >= begin
        if bought[one, 2] > 0 and not named and not known:
            owner[count], category[count] = one, -1
            count += 1
    return of_row, owner[:count].copy(), category[:count].copy()


groups = _compile(_groups)


def _orders(of_row: Any, owner: Any, category: Any, blank: Any, reading: Any, day: Any, order: Any,
            bought: Any) -> Any:  # fmt: skip
    """First day, last day and number of days with an order, of each group.

    Rows of one reading and category follow each other; where several readings tell of orders, the longest run counts.
    """
    found = np.full((owner.size, 3), NEVER, np.int64)
    found[:, 2] = 0
    named = np.zeros(bought.shape[0], np.bool_)
    run, before, reading_before = 0, -1, -1
    for row in range(of_row.size):
        group = of_row[row]
        if group < 0 or not order[reading[row]]:
            continue
        run = run + 1 if group == before and reading[row] == reading_before else 1
        before, reading_before = group, reading[row]
        first = found[group, 0]
        found[group, 0] = day[row] if first == NEVER else min(first, day[row])
        found[group, 1] = max(found[group, 1], day[row])
        found[group, 2] = max(found[group, 2], run)
        named[owner[group]] = True
    for group in range(owner.size):
        if category[group] in (-1, blank) and not named[owner[group]]:
            found[group] = bought[owner[group]]
    return found


orders = _compile(_orders)


def _since(size: Any, readings: Any, order: Any, recent_customer: Any, recent_reading: Any) -> Any:
    """How many of each customer's newest signals, by reading, came after the newest order; −1 where none is among them.

    The rows of a customer ascend by time.
    """
    after = np.zeros((size, readings), np.int64)
    after[:, :] = -1
    for row in range(recent_customer.size):
        one, kind = recent_customer[row], recent_reading[row]
        if order[kind]:
            after[one, :] = 0
        elif after[one, kind] >= 0:
            after[one, kind] += 1
    return after


since = _compile(_since)


def _fresh(of_row: Any, owner: Any, reading: Any, day: Any, count: Any, bought: Any, after: Any) -> Any:
    """Customers × readings: which share of the signals on the day of the last purchase came after it."""
    later = np.zeros(after.shape, np.int64)
    same = np.zeros(after.shape, np.int64)
    for row in range(of_row.size):
        if of_row[row] >= 0:
            one, kind = owner[of_row[row]], reading[row]
            if day[row] > bought[one, 1]:
                later[one, kind] += count[row]
            elif day[row] == bought[one, 1]:
                same[one, kind] += count[row]
    share = np.zeros(after.shape)
    for one in range(after.shape[0]):
        for kind in range(after.shape[1]):
            if after[one, kind] > later[one, kind] and same[one, kind] > 0:
                share[one, kind] = min(1.0, (after[one, kind] - later[one, kind]) / same[one, kind])
    return share


fresh = _compile(_fresh)


def _counted(day: Any, end: Any, last: Any, share: Any) -> Any:
    """How far a signal of a day counts when a purchase on the day ``end`` has closed its stage."""
    if day > end:
        return 1.0
    return share if day == end and end == last else 0.0


counted = _compile(_counted)


def _weigh(today: Any, of_row: Any, owner: Any, category: Any, blank: Any, reading: Any, day: Any, count: Any,
           stage: Any, weight: Any, order: Any, half_life: Any, found: Any, bought: Any, shares: Any,
           ) -> Any:  # fmt: skip
    """Weighted, faded signals, groups × stages; orders are left out: the time since them speaks instead."""
    weighed = np.zeros((owner.size, STAGES))
    for row in range(of_row.size):
        group = of_row[row]
        if group < 0 or order[reading[row]]:
            continue
        one, kind, share = owner[group], reading[row], 1.0
        if stage[kind] < BEFORE_PURCHASE:
            end = bought[one, 1] if category[group] == blank else found[group, 1]
            share = counted(day[row], end, bought[one, 1], shares[one, kind])
        if share > 0.0:
            faded = 0.5 ** ((today - day[row]) / half_life[kind])
            weighed[group, stage[kind]] += weight[kind] * share * count[row] * faded
    return weighed


weigh = _compile(_weigh)


def _gathered(today: Any, size: Any, values: Any, blank: Any, customer: Any, reading: Any, value: Any, day: Any,
              count: Any, bought_customer: Any, bought_day: Any, bought_orders: Any, recent_customer: Any,
              recent_reading: Any, stage: Any, weight: Any, order: Any, half_life: Any) -> Any:  # fmt: skip
    """All of the above in one call, for a live update's sake: rows' groups, owners, categories, orders, signals."""
    bought = purchases(size, bought_customer, bought_day, bought_orders)
    of_row, owner, category = groups(size, values, blank, customer, reading, value, stage, order, bought)
    found = orders(of_row, owner, category, blank, reading, day, order, bought)
    after = since(size, stage.size, order, recent_customer, recent_reading)
    shares = fresh(of_row, owner, reading, day, count, bought, after)
    weighed = weigh(today, of_row, owner, category, blank, reading, day, count, stage, weight, order, half_life,
                    found, bought, shares)  # fmt: skip
    return of_row, owner, category, found, bought, weighed


gathered = _compile(_gathered)
