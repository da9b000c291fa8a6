"""What counts as acceptance of an action that offers items, where it does not say so itself."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from rapport.workspace.catalogue import Catalogue, Interest, declared
from rapport.workspace.definitions import Action, Goal

PRICE = "price"
"""The attribute of an item that is a sum of money."""


def with_goals(actions: Mapping[str, Action], catalogue: Catalogue | None) -> dict[str, Action]:
    """The actions; those that offer items with a goal that names the item.

    An action without a goal is accepted by the first kind of event after which the customer has the item, and earns
    its price where the event tells it.
    """
    return {name: _with_goal(action, catalogue) if action.items else action for name, action in actions.items()}


def _with_goal(action: Action, catalogue: Catalogue | None) -> Action:
    interests = declared(catalogue)
    if action.goal is None:
        owned = next((one for one in interests if one.owned), None)
        return action if owned is None else structs.replace(action, goal=_bought(owned, catalogue))
    speaks = next((one for one in interests if one.event == action.goal.event), None)
    if action.goal.item or speaks is None:
        return action
    return structs.replace(action, goal=structs.replace(action.goal, item=speaks.of))


def _bought(interest: Interest, catalogue: Catalogue | None) -> Goal:
    key = catalogue.attributes.get(PRICE, "") if catalogue else ""
    value = f"{interest.of.rpartition('.')[0]}.{key}" if key else ""
    return Goal(event=interest.event, where=interest.where, item=interest.of, value=value)
