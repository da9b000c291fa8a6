"""What speaks of an item of the catalogue, compiled: which events, where the item's id lies, how much each says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from rapport.core.ecommerce import canonical_name
from rapport.differentiate.readings import Tallied
from rapport.workspace.catalogue import declared
from rapport.workspace.definitions import Workspace

KEPT_MAX: Final = 500
"""Of a customer's interests so many are kept, the newest: an item, a day and a kind of event each."""
ITEM_MAX: Final = 128
"""A longer id is none."""
_FOR_EVER: Final = 100 * 365


def interests_of(workspace: Workspace) -> list[Tallied]:
    """The interests as readings of item ids, in the order of ``declared``; a number of theirs is a place in it."""
    return [
        Tallied(
            name=f"interest.{place}", about="interest", event=canonical_name(one.event), of=(one.of,),
            where=tuple(sorted(one.where.items())), half_life_days=_FOR_EVER, horizon_days=_FOR_EVER,
            weight=one.weight,
        )
        for place, one in enumerate(declared(workspace.catalogue))
    ]  # fmt: skip


class Shown(msgspec.Struct, frozen=True, array_like=True):
    """How often one customer showed an interest in one item on one local day."""

    item: str
    day: int
    interest: int
    """Place in ``declared``."""
    count: int


def newest(shown: Sequence[Shown]) -> list[Shown]:
    """The ``KEPT_MAX`` newest, by item, day and interest.

    What falls out once can never come back among them, so that neither order nor merging changes what stays.
    """
    kept = sorted(shown, key=lambda one: (one.day, one.item, one.interest))[-KEPT_MAX:]
    return sorted(kept, key=lambda one: (one.item, one.day, one.interest))
