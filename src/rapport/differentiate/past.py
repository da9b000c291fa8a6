"""A frame's purchases as they stood on an earlier day: learning without looking ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Frame, Purchases, Tallies


@dataclass(frozen=True, slots=True)
class Histories:
    """Purchases with the place of each customer's first row, as the compiled loops want them."""

    starts: NDArray[np.int64]
    """N + 1; customer n's rows are ``starts[n]`` up to ``starts[n + 1]``."""
    rows: Purchases

    @property
    def size(self) -> int:
        """How many customers."""
        return len(self.starts) - 1


def histories(rows: Purchases, size: int) -> Histories:
    """The purchases of ``size`` customers with the place of each one's first row."""
    return Histories(starts_of(rows.customer, size), rows)


def starts_of(customer: NDArray[np.int32], size: int) -> NDArray[np.int64]:
    """Where each customer's rows begin, N + 1, of rows that ascend by customer.

    >>> starts_of(np.array([0, 0, 2], dtype=np.int32), 3)
    array([0, 2, 2, 3])
    """
    return np.searchsorted(customer, np.arange(size + 1, dtype=customer.dtype)).astype(np.int64)


def until(rows: Purchases, day: int) -> Purchases:
    """Only the purchases up to the end of a day."""
    kept = rows.day <= day
    return Purchases(rows.customer[kept], rows.day[kept], rows.orders[kept], rows.revenue[kept], rows.refunds[kept],
                     rows.foreign[kept])  # fmt: skip


def told_apart(frame: Frame) -> Purchases:
    """The purchases of who may be profiled: a part learns from nobody else."""
    rows = frame.purchases
    if frame.personal.all():
        return rows
    kept = frame.personal[rows.customer]
    return Purchases(rows.customer[kept], rows.day[kept], rows.orders[kept], rows.revenue[kept], rows.refunds[kept],
                     rows.foreign[kept])  # fmt: skip


def tallies_of(frame: Frame, readings: NDArray[np.bool_]) -> Tallies:
    """The tallies at some readings (a mask over ``readings_of``) of who may be profiled, ascending by customer."""
    rows = frame.tallies
    kept = readings[rows.reading] & frame.personal[rows.customer]
    return Tallies(rows.customer[kept], rows.reading[kept], rows.value[kept], rows.day[kept], rows.count[kept],
                   rows.values)  # fmt: skip


def history_days(rows: Purchases, day: int) -> int:
    """How many days lie between the oldest purchase and a day; 0 when there is none."""
    return int(day - rows.day.min()) if len(rows.day) else 0


def sampled(purchases: Purchases, tallies: Tallies, size: int, most: int, seed: int) -> tuple[Purchases, Tallies, int]:
    """At most ``most`` of ``size`` customers, drawn with a seed, numbered anew in the same order."""
    if size <= most:
        return purchases, tallies, size
    chosen = np.sort(np.random.default_rng(seed).choice(size, most, replace=False))
    place = np.full(size, -1, dtype=np.int32)
    place[chosen] = np.arange(most)
    bought, wanted = place[purchases.customer] >= 0, place[tallies.customer] >= 0
    return (
        Purchases(place[purchases.customer[bought]], purchases.day[bought], purchases.orders[bought],
                  purchases.revenue[bought], purchases.refunds[bought], purchases.foreign[bought]),
        Tallies(place[tallies.customer[wanted]], tallies.reading[wanted], tallies.value[wanted], tallies.day[wanted],
                tallies.count[wanted], tallies.values),
        most,
    )  # fmt: skip
