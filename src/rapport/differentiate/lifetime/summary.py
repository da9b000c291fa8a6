"""What the models read of each customer's purchases: how often again, how lately, since when, worth how much."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.money import SCALE
from rapport.differentiate.frame import Purchases

Whole = NDArray[np.signedinteger[Any]]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """N customers as of a day. A purchase is a day with orders; the first one only starts the clock."""

    bought: NDArray[np.bool_]
    """Whether there is a purchase at all; without one the rest is 0."""
    first: Whole
    """Local day of the first purchase."""
    x: Whole
    """Repeat purchases."""
    t_x: Whole
    """Days from the first purchase to the last."""
    t: Whole
    """Days from the first purchase until now."""
    valued: Whole
    """Repeat purchases whose worth is known: not those in a currency without a rate."""
    priced: Whole
    """All purchases whose worth is known, the first one too."""
    spent: NDArray[np.float64]
    """Worth of an average repeat purchase, refunds taken off, not below 0."""
    revenue: NDArray[np.float64]
    """All purchases together, refunds taken off."""
    floored: NDArray[np.bool_]
    """Whether refunds exceed the repeat purchases they belong to."""
    foreign: Whole
    """Orders and refunds in a currency without a rate."""


def summarise(purchases: Purchases, size: int, day: int) -> Summary:
    """The summary of ``size`` customers of what happened up to a local day.

    A refund belongs to the customer's newest purchase before it; one before the first purchase is left out. All sums
    are of whole ten-thousandths, so that nobody's numbers depend on who else is in the frame.
    """
    customer, on, orders = purchases.customer, purchases.day, purchases.orders
    revenue, refunds, foreign = purchases.revenue, purchases.refunds, purchases.foreign
    if on.size and int(on.max()) > day:
        kept = on <= day
        customer, on, orders = customer[kept], on[kept], orders[kept]
        revenue, refunds, foreign = revenue[kept], refunds[kept], foreign[kept]
    is_purchase = orders > 0
    who, when = customer[is_purchase], on[is_purchase].astype(np.int64)
    net = revenue[is_purchase] - _refunded(customer, refunds, is_purchase, who)
    first, last = np.zeros(size, np.int64), np.zeros(size, np.int64)
    first[who[::-1]], last[who] = when[::-1], when
    count = np.bincount(who, minlength=size)
    bought = count > 0
    repeat = when != first[who]
    priced = (foreign[is_purchase] == 0) | (revenue[is_purchase] != 0)
    known = repeat & priced
    valued = np.bincount(who[known], minlength=size)
    total = np.bincount(who[known], weights=net[known], minlength=size)
    return Summary(
        bought=bought,
        first=first,
        x=np.maximum(count - 1, 0),
        t_x=last - first,
        t=np.where(bought, day - first, 0),
        valued=valued,
        priced=np.bincount(who[priced], minlength=size),
        spent=np.maximum(total, 0.0) / (np.maximum(valued, 1) * SCALE),
        revenue=np.bincount(who, weights=net, minlength=size) / SCALE,
        floored=total < 0.0,
        foreign=np.bincount(customer, weights=foreign, minlength=size).astype(np.int64),
    )


def _refunded(customer: Whole, refunds: Whole, is_purchase: NDArray[np.bool_], who: Whole) -> Whole:
    """Refunds by purchase: each belongs to the same customer's newest purchase at or before it."""
    given = refunds > 0
    if not given.any():
        return np.zeros(who.size, np.int64)
    place = (np.cumsum(is_purchase) - 1)[given]
    whose, amount = customer[given], refunds[given]
    held = (place >= 0) & (who[place] == whose) if who.size else np.zeros(place.size, bool)
    return np.bincount(place[held], weights=amount[held], minlength=who.size).astype(np.int64)
