"""A customer's events in the order they happened, and the acts of identity among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import nlargest
from typing import Any

import msgspec

from rapport.core.acts import read_act
from rapport.core.customer import Customer
from rapport.core.event import LINK, StoredEvent
from rapport.core.identifier import Link
from rapport.core.time import iso
from rapport.identify.because import told_act
from rapport.identify.graph import ALIAS
from rapport.identify.stitch import SAME_EVENT
from rapport.loop.runtime import Runtime
from rapport.loop.view.finding import find
from rapport.loop.view.paging import page_size, place_before

_ACTS = {"link": "Identity Linked", "unlink": "Identity Unlinked", "never": "Identity Kept Apart"}
"""What an act is called among events."""


class _Placed(msgspec.Struct, frozen=True):
    """The part of an event that orders it; reading no more keeps long histories quick to page."""

    time: int


_place = msgspec.json.Decoder(_Placed).decode


def timeline(rt: Runtime, who: Mapping[str, str], before: str = "", limit: int = 50) -> dict[str, Any]:
    """Newest first, ``{"data": […], "next_cursor": …}``; pass the cursor back as ``before``.

    An act of identity (``type`` link) carries a ``summary`` in words, and stands in the timeline of both whom it
    names. Raises ``NotFound``, and ``InvalidInput`` for a limit or cursor that is none.
    """
    customer = find(rt, who)
    size, end = page_size(limit), place_before(before)
    placed = [((_place(stored.body).time, stored.seq), stored) for stored in _stored(rt, customer)]
    page = nlargest(size + 1, (one for one in placed if one[0] < end), key=lambda one: one[0])
    cursor = "{}-{}".format(*page[size - 1][0]) if len(page) > size else None
    return {"data": [_told(rt, stored) for _, stored in page[:size]], "next_cursor": cursor}


def _stored(rt: Runtime, customer: Customer) -> Iterable[StoredEvent]:
    """The customer's own events, and acts that belong to whom they were linked with or parted from."""
    own = {stored.seq: stored for stored in rt.store.events_of([row.id for row in customer.names])}
    acts = {line.event_seq for line in rt.store.links_of(customer.identifiers) if _by_act(line)} - own.keys()
    found = (stored for stored in rt.store.events_at(acts) if stored.event.type == LINK) if acts else ()
    return [*own.values(), *found]


def _by_act(line: Link) -> bool:
    return line.event_seq > 0 and line.rule not in (SAME_EVENT, ALIAS)


def _told(rt: Runtime, stored: StoredEvent) -> dict[str, Any]:
    event = stored.event
    told: dict[str, Any] = msgspec.to_builtins(event)
    told |= {"seq": stored.seq, "time": iso(event.time), "receivedAt": iso(event.received_at)}
    if event.type == LINK:
        act = read_act(event)
        told |= {"event": _ACTS[act.kind], "summary": told_act(act, event.time, rt.zone)}
    return told
