"""The one event model: Segment's spec, normalised on arrival and never rewritten afterwards."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import msgspec

from rapport.core.identifier import Identifier

CallType = Literal["track", "identify", "page", "screen", "group", "alias"]
"""What a client may send."""
CALL_TYPES: Final = frozenset(get_args(CallType))
EventType = Literal[CallType, "link", "segment", "lesson"]
"""``link`` is an act of identity: a steward, or the batch of probable links, said who is (not) one person. ``segment``
says that a customer entered or left a segment. ``lesson`` is a note of staff, or takes a lesson back or restores it."""
LINK: Final[Literal["link"]] = "link"
SEGMENT: Final[Literal["segment"]] = "segment"
LESSON: Final[Literal["lesson"]] = "lesson"
OURS: Final = frozenset({LINK, SEGMENT, LESSON})
"""What is no customer's doing: it changes no profile, feature or count, and is not handed over to the warehouse."""


class Event(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What happened to whom, when. This is what the log stores, as JSON.

    ``time`` is when it happened by the server's clock (client skew corrected), ``received_at`` when we
    got it, both in microseconds since the epoch; ``original_timestamp`` and ``sent_at`` are what the
    client said.
    """

    message_id: str
    type: EventType
    subject: str
    """The strongest identifier that the event carries, ``namespace:value``: the event belongs to it."""
    identifiers: dict[str, str]
    """Every identifier it carries, namespace → normalised value, the subject included."""
    time: int
    received_at: int
    original_timestamp: int | None = None
    sent_at: int | None = None
    event: str = ""
    """The name of a track call, page or screen, in the canonical (v2) spelling."""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}
    source: str = ""
    """Which write key, file or system it came from."""
    live: bool = True
    """False for imported history: it never fires a campaign and is never attributed to a decision."""

    @property
    def owner(self) -> Identifier:
        """The subject as an identifier."""
        return Identifier.parse(self.subject)


encode_event = msgspec.json.Encoder().encode
decode_event = msgspec.json.Decoder(Event).decode


class LogEntry(msgspec.Struct, frozen=True):
    """An event on its way into the log: its idempotency key and its JSON."""

    message_id: str
    body: bytes


class StoredEvent(msgspec.Struct, frozen=True):
    """An event as the log holds it; ``seq`` grows in commit order, without promise of being gapless."""

    seq: int
    body: bytes

    @property
    def event(self) -> Event:
        """The decoded event."""
        return decode_event(self.body)


class AppendReceipt(msgspec.Struct, frozen=True):
    """How many of a batch were new, and how many the log already held (same message id)."""

    appended: int
    duplicates: int


def entry(event: Event) -> LogEntry:
    """The log entry of an event."""
    return LogEntry(event.message_id, encode_event(event))
