"""Whether a customer may be known here, and what they chose before: read from the log when a session starts.

Nothing of it is kept anywhere else, so what is erased from the log is forgotten here too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rapport.core.configuration import CONFIGURATION_COMPLETED
from rapport.core.customer import CustomerRow, Profile, decode_profile
from rapport.core.errors import NotFound
from rapport.core.event import Event, StoredEvent
from rapport.core.identifier import Identifier
from rapport.customize.because import ASKED_NOT_TO, SWITCHED_OFF
from rapport.identify.consent import PERSONALIZATION
from rapport.identify.profile import personalized
from rapport.loop.configure.session import events_of
from rapport.loop.deciding.contest import SHARED
from rapport.loop.runtime import Runtime
from rapport.loop.who import whom

KEPT_MAX: Final = 8
"""So many of a customer's last configurations of a product are looked at."""
_PAGE: Final = 2_000
_PAGES_MAX: Final = 10
"""So many pages of a customer's newest events are read at most."""
_UNFOLDED: Final = 1_000
_MARK: Final = CONFIGURATION_COMPLETED.encode()


@dataclass(frozen=True, slots=True)
class Party:
    """Who sits at the configurator."""

    subject: Identifier | None = None
    """None: nobody was named."""
    customer_id: str = ""
    found: CustomerRow | None = None
    profile: Profile = field(default_factory=Profile)
    refused: str = ""
    """Why nothing about them may be used; empty where it may."""

    @property
    def known(self) -> bool:
        """Whether what is known of them may be used, and what they do be kept as theirs."""
        return self.subject is not None and not self.refused


def party(rt: Runtime, who: Mapping[str, str], withheld: Collection[str] = ()) -> Party:
    """Who asks; raises ``InvalidInput`` and ``NotFound`` for a customer that names nobody."""
    if not any(who.values()):
        return Party()
    subject, customer_id, found = whom(rt, who)
    profile = decode_profile(found.profile) if found else Profile()
    return Party(subject, customer_id, found, profile, _refused(profile, found, withheld))


def still_known(rt: Runtime, owner: Identifier) -> bool:
    """Whether what somebody does may still be kept as theirs: they may have switched personalisation off meanwhile."""
    found = rt.store.find(owner)
    return found is None or not _refused(decode_profile(found.profile), found, ())


def _refused(profile: Profile, found: CustomerRow | None, withheld: Collection[str]) -> str:
    if PERSONALIZATION in withheld:
        return ASKED_NOT_TO
    if not personalized(profile):
        return SWITCHED_OFF
    return SHARED if found is not None and found.shared else ""


def remembered(rt: Runtime, who: Party, product: str) -> list[Event]:
    """The customer's last completed configurations of a product, the newest first; none of who may not be known."""
    if not who.known or who.subject is None:
        return []
    names = rt.store.identifiers_of([who.customer_id])
    own = {row.identifier for row in names} | {who.subject}
    found = _completed(_unfolded(rt), product, own)
    before = 0
    ids = [row.id for row in names]
    for _ in range(_PAGES_MAX if ids else 0):
        page = rt.store.events_of(ids, before, _PAGE)
        known = {event.message_id for event in found}
        found += [event for event in _completed(page, product, None) if event.message_id not in known]
        if len(page) < _PAGE or len(found) >= KEPT_MAX:
            break
        before = page[0].seq
    return sorted(found, key=lambda event: event.time, reverse=True)[:KEPT_MAX]


def owned(rt: Runtime, product: str, session: str, now_us: int, mine: Sequence[Event] = ()) -> dict[str, Any]:
    """What was bought in a session: its choices and the price paid; raises ``NotFound``.

    ``mine`` are the customer's own completed configurations: what is owned longer than sessions last is found there.
    """
    events = [event for event in mine if event.properties.get("session") == session]
    events = events or events_of(rt.store, session, now_us)
    for event in reversed(events):
        told = event.properties
        if event.event == CONFIGURATION_COMPLETED and told.get("product") == product:
            return {"session": session, "choices": told.get("choices", {}), "price": told.get("price", 0.0)}
    raise NotFound(f"nothing of '{product}' was bought in the session '{session}'", where="owned",
                   hint="name the session that ended with finish")  # fmt: skip


def _unfolded(rt: Runtime) -> list[StoredEvent]:
    return rt.store.read_log(rt.store.cursors().event, _UNFOLDED)


def _completed(rows: Sequence[StoredEvent], product: str, names: Collection[Identifier] | None) -> list[Event]:
    events = [row.event for row in rows if _MARK in row.body]
    return [event for event in events
            if event.event == CONFIGURATION_COMPLETED and event.properties.get("product") == product
            and (names is None or event.owner in names)]  # fmt: skip
