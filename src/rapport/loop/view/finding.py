"""The customer behind a name, and customers a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rapport.core.customer import Customer, CustomerRow, decode_profile
from rapport.core.errors import NotFound
from rapport.core.time import iso
from rapport.loop.runtime import Runtime
from rapport.loop.view.paging import page_size
from rapport.loop.who import whom


def find(rt: Runtime, who: Mapping[str, str]) -> Customer:
    """The customer behind any of their names; raises ``NotFound`` for one we have not met."""
    asked, _, found = whom(rt, who)
    if found is None:
        raise NotFound(
            f"no customer with {asked}", hint="check the spelling; what arrived a moment ago may not be folded yet"
        )
    return Customer(
        id=found.id,
        profile=decode_profile(found.profile),
        scores=msgspec.json.decode(found.scores),
        names=rt.store.identifiers_of([found.id]),
        aliases=rt.store.aliases_of(found.id),
    )


def listing(rt: Runtime, after: str = "", limit: int = 50) -> dict[str, Any]:
    """Customers in id order, a page at a time."""
    size = page_size(limit)
    rows = rt.store.scan_customers(after, size)
    return {"data": [_summary(row) for row in rows], "next_cursor": rows[-1].id if len(rows) == size else None}


def _summary(row: CustomerRow) -> dict[str, Any]:
    profile = decode_profile(row.profile)
    scores = msgspec.json.decode(row.scores)
    return {
        "id": row.id,
        "events": profile.events,
        "first_seen": iso(profile.first_seen),
        "last_seen": iso(profile.last_seen),
        "anonymous": not profile.known,
        "segment": scores.get("rfm_segment"),
    }
