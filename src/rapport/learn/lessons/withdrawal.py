"""Lessons taken back: which parts of which events no longer count, and events without them.

The log is never rewritten. What is taken back is left out wherever events are folded: profile, features, history, and
what the model learnt of an answer. That a contact took place, and what it said of consent, stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from rapport.core.event import LESSON, Event
from rapport.core.lesson import read_said

LeftOut = Mapping[int, frozenset[str]]
"""Position in the log → the traits that no longer count; ``ALL`` where nothing that the event says counts."""
ALL: Final = ""
"""Stands among traits for the whole of an event."""


def left_out(events: Iterable[tuple[int, Event]]) -> dict[int, frozenset[str]]:
    """What does not count, from all events of some customers in the order of the log.

    The last word on a part holds: a lesson that was restored counts again.
    """
    standing: dict[int, set[str]] = {}
    for _, event in events:
        if event.type != LESSON:
            continue
        said = read_said(event)
        if said.kind == "remove":
            standing.setdefault(said.seq, set()).add(said.trait)
        elif said.kind == "restore":
            standing.get(said.seq, set()).discard(said.trait)
    return {seq: frozenset(parts) for seq, parts in standing.items() if parts}


def without(event: Event, parts: frozenset[str]) -> Event:
    """An event as if it had never said these parts: a contact of the same kind at the same time, with its consents.

    >>> ann = Event(message_id="m", type="identify", subject="user_id:7", identifiers={"user_id": "7"}, time=1,
    ...             received_at=1, traits={"city": "Bonn", "tier": "gold"})
    >>> without(ann, frozenset({"city"})).traits, without(ann, frozenset({ALL})).traits
    ({'tier': 'gold'}, {})
    """
    if ALL in parts:
        return msgspec.structs.replace(event, event="", properties={}, traits={})
    return msgspec.structs.replace(
        event, traits={name: value for name, value in event.traits.items() if name not in parts}
    )
