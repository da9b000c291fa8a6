"""Calls in, events out: each call is judged on its own, and the good ones are durable before anyone is told so."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

import msgspec

from rapport.core.errors import InvalidInput
from rapport.core.event import AppendReceipt, Event, LogEntry, encode_event
from rapport.identify.arrival import read_call
from rapport.identify.moments import moment_us
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


def ingest(
    rt: Runtime,
    calls: Sequence[bytes | memoryview],
    *,
    source: str,
    kind: str | None = None,
    sent_at: str | float | None = None,
    live: bool = True,
) -> Ingested:
    """Validates and appends a batch of calls (one JSON object each).

    ``kind`` is the type the route implies; ``sent_at`` the envelope's. A bad call is refused with its reason and
    the rest goes on; refusals are kept in the store, ``Store.rejections``.
    """
    received_at = rt.clock.now_us()
    sent_us = moment_us(sent_at) if sent_at is not None else None
    entries: list[LogEntry] = []
    rejections: list[Rejection] = []
    for index, raw in enumerate(calls):
        try:
            event = _event(rt, raw, kind, sent_us, received_at, source, live)
            entries.append(LogEntry(event.message_id, encode_event(event)))
        except InvalidInput as error:
            rejections.append(Rejection(index, _message_id(raw), str(error)))
    saved = rt.store.append(entries)
    if rejections:
        kept = [RejectionRow(received_at, source, one.message_id, one.reason, bytes(calls[one.index])[:KEPT_BYTES])
                for one in rejections]  # fmt: skip
        rt.store.keep_rejections(kept)
    return Ingested(len(entries), rejections, saved)


def _event(
    rt: Runtime,
    raw: bytes | memoryview,
    kind: str | None,
    sent_at: int | None,
    received_at: int,
    source: str,
    live: bool,
) -> Event:
    if len(raw) > EVENT_BYTES_MAX:
        raise InvalidInput(
            f"an event of {len(raw):,} bytes",
            hint=f"the limit is {EVENT_BYTES_MAX:,} bytes: send less, or split it",
        )
    return rt.arrivals.event(
        read_call(raw),
        kind=kind,
        received_at=received_at,
        sent_at=sent_at,
        source=source,
        live=live,
        fallback_id=lambda: rt.chance.new_id("m_"),
    )


def _message_id(raw: bytes | memoryview) -> str:
    try:
        found = msgspec.json.decode(raw, type=dict[str, object]).get("messageId", "")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    return str(found)[:100]
