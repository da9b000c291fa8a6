"""Calls in, events out: each call is judged on its own, and the good ones are durable before anyone is told so."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

import msgspec

from rapport.core.errors import InvalidInput
from rapport.core.event import AppendReceipt, Event, LogEntry, encode_event
from rapport.identify.arrival import read_call
from rapport.identify.moments import moment_us
from rapport.loop.intake.enrich import enriching, is_third_party
from rapport.loop.privacy.suppress import ERASED_ON_REQUEST
from rapport.loop.runtime import Runtime
from rapport.ports.store import RejectionRow

EVENT_BYTES_MAX = 32 * 1024
KEPT_BYTES = 4 * 1024
"""How much of a refused call is kept."""


class Rejection(msgspec.Struct, frozen=True):
    """One call that was refused: its place in the batch, its message id if it had one, and why."""

    index: int
    message_id: str
    reason: str


class Ingested(msgspec.Struct, frozen=True):
    """What became of a batch; ``saved`` completes once the accepted events are on disk."""

    accepted: int
    rejections: list[Rejection]
    saved: Future[AppendReceipt]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What the calls of one batch share; moments in microseconds since the epoch."""

    source: str
    received_at: int
    kind: str | None = None
    sent_at: int | None = None
    live: bool = True
    withheld: tuple[str, ...] = ()
    """Purposes that the request refused by a header."""


def ingest(
    rt: Runtime,
    calls: Sequence[bytes | memoryview],
    *,
    source: str,
    kind: str | None = None,
    sent_at: str | float | None = None,
    live: bool = True,
    withheld: Sequence[str] = (),
) -> Ingested:
    """Validates and appends a batch of calls (one JSON object each).

    ``kind`` is the type the route implies; ``sent_at`` the envelope's; ``withheld`` the purposes that the request
    refused by a header, which each of its events then states. A bad call is refused with its reason and
    the rest goes on; so is one by which a third party names nobody we know. Refusals are kept in the store,
    ``Store.rejections``.
    """
    envelope = Envelope(
        source=source,
        received_at=rt.clock.now_us(),
        kind=kind,
        sent_at=None if sent_at is None else moment_us(sent_at),
        live=live,
        withheld=tuple(withheld),
    )
    events: list[tuple[int, Event]] = []
    rejections: list[Rejection] = []
    somebody_was_erased = rt.suppressed.look(envelope.received_at)
    for index, raw in enumerate(calls):
        try:
            event = read_event(rt, raw, envelope)
            if somebody_was_erased:
                event = rt.suppressed.admit(event, rt.workspace.identity)
            events.append((index, event))
        except InvalidInput as error:
            rejections.append(Rejection(index, _message_id(raw), str(error)))
    if is_third_party(rt, source):
        events, unknown = _enriching(rt, events)
        rejections = sorted([*rejections, *unknown], key=lambda rejection: rejection.index)
    entries = [LogEntry(event.message_id, encode_event(event)) for _, event in events]
    saved = rt.store.append(entries)
    rt.counts.write(rt.store, rt.chance, envelope.received_at, due=True)
    if rejections:
        rt.store.keep_rejections([_kept(one, calls[one.index], envelope) for one in rejections])
    return Ingested(len(entries), rejections, saved)


def read_event(rt: Runtime, raw: bytes | memoryview, envelope: Envelope) -> Event:
    """One call as an event; raises ``InvalidInput`` that says what is wrong with it."""
    if len(raw) > EVENT_BYTES_MAX:
        raise InvalidInput(
            f"an event of {len(raw):,} bytes",
            hint=f"the limit is {EVENT_BYTES_MAX:,} bytes: send less, or split it",
        )
    return rt.arrivals.event(
        read_call(raw),
        kind=envelope.kind,
        received_at=envelope.received_at,
        sent_at=envelope.sent_at,
        source=envelope.source,
        live=envelope.live,
        withheld=envelope.withheld,
        fallback_id=lambda: rt.chance.new_id("m_"),
    )


def _enriching(rt: Runtime, events: list[tuple[int, Event]]) -> tuple[list[tuple[int, Event]], list[Rejection]]:
    admitted: list[tuple[int, Event]] = []
    refused = []
    for (index, event), outcome in zip(events, enriching(rt, [event for _, event in events]), strict=True):
        if isinstance(outcome, str):
            refused.append(Rejection(index, event.message_id, outcome))
        else:
            admitted.append((index, outcome))
    return admitted, refused


def _kept(rejection: Rejection, raw: bytes | memoryview, envelope: Envelope) -> RejectionRow:
    if rejection.reason == ERASED_ON_REQUEST:
        return RejectionRow(envelope.received_at, envelope.source, "", rejection.reason, b"")
    body = bytes(raw[:KEPT_BYTES])
    return RejectionRow(envelope.received_at, envelope.source, rejection.message_id, rejection.reason, body)


def _message_id(raw: bytes | memoryview) -> str:
    try:
        found = msgspec.json.decode(raw, type=dict[str, object]).get("messageId", "")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    return str(found)[:100]
