"""``catalogue.yaml``: the items that can be recommended, and what people do with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from rapport.core.ecommerce import ORDER_COMPLETED
from rapport.workspace.definition import Definition

Recommended = Literal["personal", "similar", "basket", "up_sell", "cross_sell", "popular"]


class Interest(Definition, frozen=True):
    """One kind of event that speaks of an item."""

    event: str
    """Name of the event."""
    of: str = "properties.product_id"
    """Path of the item's id: ``properties.products[].product_id``."""
    weight: float = 1.0
    """How much it says beside the others."""
    owned: bool = False
    """Whether the customer has the item afterwards."""
    where: dict[str, Any] = {}
    """Only events whose paths equal these values."""


INTERESTS: Final = (
    Interest(event="Product Viewed"),
    Interest(event="Product Added to Wishlist", weight=2.0),
    Interest(event="Product Added", weight=3.0),
    Interest(event=ORDER_COMPLETED, of="properties.products[].product_id", weight=5.0, owned=True),
)
"""Where ``catalogue.yaml`` names none; by Segment's e-commerce names."""


class Catalogue(Definition, frozen=True):
    """``catalogue.yaml``."""

    interests: list[Interest] = []
    """What speaks of an item; empty: views, baskets and orders by Segment's e-commerce names."""
    attributes: dict[str, str] = {}
    """Attribute of an item → its key beside the id in the event: ``{category: category, price: price, name: name}``."""
    gone_after: str = "365d"
    """An item of which nothing was heard for so long, reckoned from the newest of all, is no longer offered."""
    again: bool = False
    """Whether an item that the customer owns is offered again (food yes, books no)."""


class Items(Definition, frozen=True):
    """The ``items`` of an action: it offers items of the catalogue instead of one thing."""

    kind: Recommended = "personal"
    """Which items: for the customer, like the one being looked at, what goes with the basket, dearer than the one
    being looked at, of other categories than what they own, or what everybody takes."""
    most: int = 50
    """So many of them compete with one another and with the slot's other actions."""
    margin: float = 0.0
    """Share of the item's price that an acceptance is worth; 0: the action's ``value``."""


def declared(catalogue: Catalogue | None) -> Sequence[Interest]:
    """The interests of a catalogue in order, the built-in ones where it names none; none without one."""
    if catalogue is None:
        return ()
    return catalogue.interests or INTERESTS
