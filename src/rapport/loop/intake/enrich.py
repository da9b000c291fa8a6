"""What third parties say of customers: added to those we know, and to nobody else.

An event of a source that ``identity.yaml`` declares ``third_party`` keeps one identifier only: the strongest by which
we know somebody. So it makes no customer, teaches no new identifier and joins nobody, on arrival or in a replay.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rapport.core.customer import IdentifierRow
from rapport.core.event import Event
from rapport.core.identifier import Identifier
from rapport.identify.graph import ALIAS
from rapport.loop.runtime import Runtime

NOBODY = "nobody we know, and a third party only adds to customers we know"
"""The reason stands before a colon, so that reports count by it."""
SEVERAL = "names of several customers, and a third party joins nobody"
JOINING = "an alias call, and a third party joins nobody"


def is_third_party(rt: Runtime, source: str) -> bool:
    """Whether a source is declared as one that only enriches."""
    return rt.sources.of(source).third_party


def enriching(rt: Runtime, events: Sequence[Event]) -> list[Event | str]:
    """For each event of a third party, what enters the log, or the reason why nothing does; in two statements or so.

    Customers are those whose events are folded. An identifier that too many people share is nobody's.
    """
    named = {Identifier(*key) for event in events for key in event.identifiers.items()}
    known = rt.store.identifiers(named)
    return [_admitted(event, known) for event in events]


def _admitted(event: Event, known: dict[Identifier, IdentifierRow]) -> Event | str:
    if event.type == ALIAS:
        return f"{JOINING}: {event.subject}"
    rows = [known.get(Identifier(*key)) for key in event.identifiers.items()]
    found = [row for row in rows if row is not None and not row.shared]
    if not found:
        return f"{NOBODY}: {event.subject}"
    if len({row.customer_id for row in found}) > 1:
        return f"{SEVERAL}: {', '.join(str(row.identifier) for row in found)}"
    matched = found[0].identifier
    return msgspec.structs.replace(event, subject=str(matched), identifiers={matched.namespace: matched.value})
