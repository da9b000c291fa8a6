"""Which offer an event answers: explicit responses by name, goals by last touch, each outcome once.

An offer is open from its decision until its window closes. ``Offer Accepted``, ``Offer Rejected`` and ``Offer Ignored``
name their decision and action; the event that an action declares as its goal accepts the newest open offer of an
action with that goal, and of an action that offers items only the very items that the event names. Only live events
count, and what is settled stays settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec

from rapport.core.decision import Decision, Made, Offer, action_of, item_of
from rapport.core.ecommerce import OUTCOME_BY_EVENT
from rapport.core.event import Event
from rapport.core.money import from_units, to_units
from rapport.core.path import Path, Reader, reader, scalar_text
from rapport.workspace.definitions import Action, Goal, Settings
from rapport.workspace.durations import duration_us

IGNORED: Literal["ignored"] = "ignored"


def closes_at(made_at: int, action: Action | None, settings: Settings) -> int:
    """When an offer's window closes (µs): the action's own window, or the workspace's."""
    window = action.window if action is not None and action.window else settings.attribution_window
    return made_at + duration_us(window)


def open_offers(decision: Decision | Made, actions: Mapping[str, Action], settings: Settings) -> list[Offer]:
    """The offers that a decision makes, one for each pick, all open."""
    return [
        Offer(
            decision_id=decision.id,
            action=pick.action,
            customer_id=decision.customer_id,
            made_at=decision.made_at,
            closes_at=closes_at(decision.made_at, actions.get(action_of(pick.action)), settings),
        )
        for pick in decision.chosen
    ]


def settle(event: Event, seq: int, offers: Sequence[Offer], actions: Mapping[str, Action]) -> list[Offer]:
    """The offers that this event settles, as they stand afterwards; none when it answers nothing.

    ``offers`` are those of the event's customer and those that the event names; ``seq`` is the event's place in the
    log. An answer after the window counts for nothing; silence itself (``Offer Ignored``) is said after it.
    """
    if not event.live:
        return []
    outcome = OUTCOME_BY_EVENT.get(event.event)
    still_open = [offer for offer in offers if not offer.outcome]
    if outcome is None:
        return _reached(event, seq, still_open, actions)
    said = (event.properties.get("decision_id"), event.properties.get("action"))
    named = next((offer for offer in still_open if (offer.decision_id, offer.action) == said), None)
    if named is None or (outcome != IGNORED and event.time > named.closes_at):
        return []
    value = _stated_value(event, actions.get(action_of(named.action))) if outcome == "accepted" else 0.0
    return [_settled(named, outcome, value, seq)]


def _reached(event: Event, seq: int, offers: Sequence[Offer], actions: Mapping[str, Action]) -> list[Offer]:
    """The newest open offer whose action has this event as its goal, accepted; of items the newest of each."""
    newest: Offer | None = None
    items: dict[str, Offer] = {}
    for offer in offers:
        if not offer.made_at <= event.time <= offer.closes_at:
            continue
        action = actions.get(action_of(offer.action))
        if action is None or action.goal is None or not _matches(event, action.goal, item_of(offer.action)):
            continue
        if newest is None or offer.made_at > newest.made_at:
            newest = offer
        if action.goal.item and _later(offer, items.get(item_of(offer.action))):
            items[item_of(offer.action)] = offer
    if newest is None:
        return []
    reached = list(items.values()) if newest in items.values() else [newest]
    return [_settled(one, "accepted", _goal_value(event, actions[action_of(one.action)], one), seq) for one in reached]


def _later(offer: Offer, other: Offer | None) -> bool:
    return other is None or offer.made_at > other.made_at


def _settled(offer: Offer, outcome: str, value: float, seq: int) -> Offer:
    return msgspec.structs.replace(offer, outcome=outcome, value=value, settled_seq=seq)


def _matches(event: Event, goal: Goal, item: str) -> bool:
    """Whether the goal's event has this name and each condition equals one of the values at its path, as text.

    Of a goal that says where items are named, the item must be one of them.
    """
    if goal.event != event.event:
        return False
    if goal.item and item not in {scalar_text(value) for value in _reader(goal.item)(event)}:
        return False
    return all(
        scalar_text(wanted) in {scalar_text(value) for value in _reader(path)(event)}
        for path, wanted in goal.where.items()
    )


def _stated_value(event: Event, action: Action | None) -> float:
    """What the response says it earned, else what the action says an acceptance is worth."""
    units = to_units(event.properties.get("value"))
    if units is not None:
        return from_units(units)
    return action.value if action is not None else 0.0


def _goal_value(event: Event, action: Action, offer: Offer) -> float:
    """The sum at the goal's value path, else what the action says an acceptance is worth."""
    if action.goal is not None and action.goal.value:
        units = [to_units(value) for value in _earned(event, action.goal, item_of(offer.action))]
        known = [unit for unit in units if unit is not None]
        if known:
            return from_units(sum(known))
    return action.value


def _earned(event: Event, goal: Goal, item: str) -> list[Any]:
    """The values at the goal's value path; where they lie in the list that names the items, those of the item."""
    lines, _, value = goal.value.rpartition(".")
    beside, _, name = goal.item.rpartition(".")
    if not goal.item or lines != beside or not lines.endswith("[]"):
        return _reader(goal.value)(event)
    found = [line for line in _reader(lines)(event) if isinstance(line, dict)]
    return [line.get(value) for line in found if scalar_text(line.get(name)) == item]


@lru_cache(maxsize=1024)
def _reader(path: str) -> Reader:
    return reader(Path.parse(path))
