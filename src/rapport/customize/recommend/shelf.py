"""The items that can be recommended, as arrays in one order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rapport.core.decision import Item
from rapport.customize.recommend.interactions import Floats, Places
from rapport.workspace.goals import PRICE

CATEGORY: Final = "category"
"""The attribute that says what an item is: what up-selling stays within and cross-selling leaves."""
COLD_BELOW: Final = 5
"""An item that fewer customers showed interest in is new: its kind speaks for it."""
Texts = Sequence[str | None]


class Shelf:
    """n items; ``attributes`` holds n texts of each."""

    def __init__(
        self, ids: Sequence[str], attributes: Mapping[str, Texts], first_day: Places, customers: Places
    ) -> None:
        self.ids = ids
        self.attributes = attributes
        self.first_day = first_day
        """When somebody first showed interest in each."""
        self.customers = customers
        """How many did."""

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Id → place."""
        return {item: place for place, item in enumerate(self.ids)}

    @cached_property
    def price(self) -> Floats:
        """NaN where none is known."""
        return np.array([_number(text) for text in self.attributes.get(PRICE, [None] * len(self))])

    @cached_property
    def category(self) -> npt.NDArray[np.int64]:
        """A number for each category; -1 where none is known."""
        names: dict[str, int] = {}
        told = self.attributes.get(CATEGORY, [None] * len(self))
        return np.array([-1 if text is None else names.setdefault(text, len(names)) for text in told], dtype=np.int64)

    @cached_property
    def cold(self) -> npt.NDArray[np.bool_]:
        """Which are new."""
        found: npt.NDArray[np.bool_] = self.customers < COLD_BELOW
        return found

    @cached_property
    def telling(self) -> npt.NDArray[np.int64]:
        """Where known items of a known category stand: they speak for new ones of their kind."""
        return np.flatnonzero(~self.cold & (self.category >= 0))

    @cached_property
    def untold(self) -> npt.NDArray[np.int64]:
        """Where new items of a known category stand."""
        return np.flatnonzero(self.cold & (self.category >= 0))

    def places(self, ids: Sequence[Any]) -> Places:
        """Where those of some ids stand that do."""
        known = (self.place.get(str(one)) for one in ids)
        return np.array([place for place in known if place is not None], dtype=np.int32)

    def matching(self, context: Mapping[str, Any]) -> npt.NDArray[np.bool_] | None:
        """The items that share what a request says of an attribute of theirs; None where it says nothing that is known.

        So a visitor of the tea pages who has no past gets what everybody takes there.
        """
        found = None
        for name, texts in self.attributes.items():
            said = context.get(name)
            if isinstance(said, str) and name != PRICE:
                same = np.array([text == said for text in texts], dtype=np.bool_)
                if same.any():
                    found = same if found is None else found & same
        return found if found is not None and found.any() else None

    def item(self, place: int, affinity: float) -> Item:
        """An item as a candidate."""
        told: dict[str, str | float | bool] = {
            name: text for name, texts in self.attributes.items() if (text := texts[place]) is not None
        }
        price = float(self.price[place])
        if math.isnan(price):
            return Item(id=self.ids[place], attributes=told, affinity=affinity)
        return Item(id=self.ids[place], attributes=told | {PRICE: price}, affinity=affinity, price=price)


def _number(text: str | None) -> float:
    try:
        number = float(text) if text is not None else float("nan")
    except ValueError:
        return float("nan")
    return number if 0.0 <= number < 1e12 else float("nan")
