"""Who showed an interest in which item, as arrays: what every technique learns from, and one customer's own part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Interactions:
    """M interests of N customers in ``items`` items, ascending by customer; customers and items are places."""

    customer: Places
    item: Places
    day: Places
    """Local day, 0 = 1970-01-01."""
    weight: Floats
    """How much it says, of the strongest kind of interest 1."""
    owned: Flags
    """Whether the customer has the item from then on."""
    customers: int
    items: int

    def where(self, chosen: Flags) -> Interactions:
        """Those of M that are chosen, of the same customers and items."""
        return Interactions(
            self.customer[chosen], self.item[chosen], self.day[chosen], self.weight[chosen], self.owned[chosen],
            self.customers, self.items,
        )  # fmt: skip

    def of(self, customers: npt.NDArray[Any]) -> Interactions:
        """The interests of some customers, who are numbered anew in that order (ascending)."""
        place = np.full(self.customers, -1, dtype=np.int32)
        place[customers] = np.arange(customers.size, dtype=np.int32)
        chosen = place[self.customer] >= 0
        return Interactions(
            place[self.customer[chosen]], self.item[chosen], self.day[chosen], self.weight[chosen],
            self.owned[chosen], customers.size, self.items,
        )  # fmt: skip

    def strengths(self, today: int, half_life_days: float) -> csr_array:
        """Customers × items: interest halved every ``half_life_days`` before ``today``, at most 1 each."""
        weight = self.weight * decay(self.day, today, half_life_days)
        table = _table(weight, self.customer, self.item, (self.customers, self.items))
        np.minimum(table.data, 1.0, out=table.data)
        return table

    def repeats(self, today: int, half_life_days: float) -> csr_array:
        """Customers × items: days on which the item was taken, each halved every ``half_life_days``."""
        taken = self.where(self.owned)
        _, first = np.unique(taken.rows, return_index=True)
        worth = decay(taken.day[first], today, half_life_days)
        return _table(worth, taken.customer[first], taken.item[first], (self.customers, self.items))

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """A number for each different customer, day and item."""
        day = self.day.astype(np.int64) - (int(self.day.min()) if self.day.size else 0)
        span = int(day.max()) + 1 if day.size else 1
        found: npt.NDArray[np.int64] = (self.customer.astype(np.int64) * span + day) * self.items + self.item
        return found

    def baskets(self) -> csr_array:
        """Baskets × items: what one customer took on one day, 1 each; of every interest where nothing is taken."""
        taken = self.where(self.owned) if self.owned.any() else self
        day = taken.day.astype(np.int64)
        _, basket = np.unique(taken.customer.astype(np.int64) * 100_000 + day, return_inverse=True)
        count = int(basket.max()) + 1 if basket.size else 0
        table = _table(np.ones(basket.size), basket, taken.item, (count, self.items))
        table.data[:] = 1.0
        return table


def decay(day: Places, today: int, half_life_days: float) -> Floats:
    """2^(-age / half-life) of each day; days to come count as today.

    >>> decay(np.array([0, 10]), 10, 10.0).tolist()
    [0.5, 1.0]
    """
    worth: Floats = np.exp2(-np.maximum(today - day, 0) / half_life_days)
    return worth


def _table(weight: Floats, row: npt.NDArray[Any], column: npt.NDArray[Any], shape: tuple[int, int]) -> csr_array:
    from scipy.sparse import coo_array  # noqa: PLC0415 - half a second that starting the program need not wait for

    table = coo_array((weight.astype(np.float32), (row, column)), shape=shape).tocsr()
    table.sum_duplicates()
    return table
