"""What ``catalogue.yaml``, and the ``items`` of an action, must say beside having the right types."""

from __future__ import annotations

import math
import re
from typing import Final

from rapport.workspace.catalogue import Catalogue, Interest, Items
from rapport.workspace.checks.asking import check_duration, check_event, check_path, check_where
from rapport.workspace.definitions import Action
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft

MOST_MAX: Final = 200
"""More items than that are too many to weigh in one decision."""
_KEY: Final = re.compile(r'[^\s".\[\]*]+')


def check(draft: Draft, catalogue: Catalogue, place: Place) -> None:
    """Adds to the draft every finding about it."""
    for index, interest in enumerate(catalogue.interests):
        _interest(draft, interest, place.below("interests", index))
    for name, key in catalogue.attributes.items():
        if not _KEY.fullmatch(key):
            hint = "name the key beside the item's id: category"
            draft.report(place.below("attributes", name), f"'{key}' is no key", hint)
    check_duration(draft, catalogue.gone_after, place.below("gone_after"))
    if catalogue.interests and not any(one.owned for one in catalogue.interests):
        hint = "add owned: true to the kind of event after which the customer has the item"
        draft.report(place.below("interests"), "nothing says when a customer has an item", hint)


def _interest(draft: Draft, interest: Interest, place: Place) -> None:
    check_event(draft, interest.event, place.below("event"))
    check_path(draft, interest.of, place.below("of"))
    if "." not in interest.of:
        draft.report(place.below("of"), f"'{interest.of}' names no item", "write properties.product_id")
    check_where(draft, interest.where, place.below("where"))
    if not (math.isfinite(interest.weight) and interest.weight > 0):
        hint = "write more than 0, or leave the line out"
        draft.report(place.below("weight"), f"{interest.weight} says nothing", hint)


def check_action(draft: Draft, action: Action, place: Place) -> None:
    """Adds to the draft every finding about the items that an action offers."""
    if action.items is None:
        return
    if draft.catalogue is None:
        hint = "add catalogue.yaml; it may be empty, then Segment's e-commerce events count"
        draft.report(place.below("items"), "there is no catalogue to take items from", hint)
    if action.incremental:
        hint = "leave incremental out: which item is accepted is learnt, not what the offer of each adds"
        draft.report(place.below("incremental"), "what an offer adds is not measured item by item", hint)
    _items(draft, action.items, place.below("items"))
    if action.goal is not None and action.goal.item:
        check_path(draft, action.goal.item, place.below("goal", "item"))


def _items(draft: Draft, items: Items, place: Place) -> None:
    if not 1 <= items.most <= MOST_MAX:
        draft.report(place.below("most"), f"{items.most} items are not possible", f"write 1 to {MOST_MAX}")
    if not 0 <= items.margin <= 1:
        draft.report(place.below("margin"), "a share between 0 and 1 is needed", "0.3 earns 30% of the price")
