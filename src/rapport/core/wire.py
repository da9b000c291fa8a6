"""One call as clients send it (Segment's HTTP spec and its RudderStack and Jitsu dialects), before it is an event."""

from __future__ import annotations

from typing import Any

import msgspec


class WireCall(msgspec.Struct, rename="camel", kw_only=True):
    """Every field is optional on the wire; ``identify.arrival`` says what is wrong with a call that lacks too much.

    ``external_ids`` are Segment's ``context.externalIds`` in short form, namespace → value; our own loads use it.
    """

    type: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    """A page's category, which server SDKs send beside its name."""
    message_id: str | None = None
    user_id: str | int | None = None
    anonymous_id: str | int | None = None
    previous_id: str | int | None = None
    group_id: str | int | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    external_ids: dict[str, str] | None = None
    timestamp: str | int | float | None = None
    original_timestamp: str | int | float | None = None
    sent_at: str | int | float | None = None


decode_call = msgspec.json.Decoder(WireCall).decode
