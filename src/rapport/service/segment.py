"""Event ingestion: one codec for the clients of Segment, RudderStack and Jitsu, server-side and in browsers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import structlog

from rapport.core.errors import InvalidInput, TooLarge
from rapport.core.wire import WireCall
from rapport.loop.intake import ingest as ingestion
from rapport.loop.intake.ingest import Ingested
from rapport.loop.runtime import Runtime
from rapport.ports.store import KeyRow
from rapport.service import keys
from rapport.service.background import Folding
from rapport.service.exchange import JSON, NAMED, RawRoute, Reply, Request, encode_json, read_json
from rapport.service.gpc import withheld
from rapport.service.live import Saves
from rapport.service.mending import calls_within, mended
from rapport.service.metrics import EVENTS_ACCEPTED, EVENTS_REJECTED

BATCH_BYTES_MAX = 500 * 1024
BATCH_EVENTS_MAX = 2_500
SLICE = 250
"""Events judged in one go; between slices the event loop serves others."""
SUCCESS = b'{"success":true}'
"""Exactly this, with 200: some clients send the batch again for anything else."""
SCOPES = ("write",)
LETTERS = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}
TYPES = tuple(LETTERS.values())

_log = structlog.get_logger("rapport.service")


class Batch(msgspec.Struct, rename="camel", kw_only=True):
    """The envelope of a batch. Its calls are judged one by one; ``writeKey`` may take the place of a header."""

    batch: list[msgspec.Raw]
    sent_at: Any = None
    write_key: Any = None


class BatchBody(msgspec.Struct, rename="camel", kw_only=True):
    """The envelope of a batch, as the reference shows it."""

    batch: list[WireCall]
    sent_at: str | None = None
    write_key: str | None = None


class _KeyInBody(msgspec.Struct, rename="camel"):
    write_key: Any = None


_decode_batch = msgspec.json.Decoder(Batch)
_decode_raw = msgspec.json.Decoder(msgspec.Raw)
_decode_key = msgspec.json.Decoder(_KeyInBody)


class Codec:
    """The ingestion routes over one runtime."""

    def __init__(self, rt: Runtime, saves: Saves, folding: Folding) -> None:
        self._rt = rt
        self._saves = saves
        self._folding = folding

    def routes(self) -> Iterator[RawRoute]:
        """All of them: batches, single calls, and the two settings that browser clients fetch first."""
        for path in ("/v1/batch", "/v1/import", "/v1/b", "/beacon/v1/batch"):
            yield self._route(path, self.batch, "Take a batch of events", BatchBody, BATCH_BYTES_MAX)
        for kind in TYPES:
            yield self._route(f"/v1/{kind}", self._single(kind), f"Take one {kind} call", WireCall)
        for letter, kind in LETTERS.items():
            yield self._route(f"/v1/{letter}", self._single(kind), f"Take one {kind} call", WireCall)
        for kind in TYPES:
            for path in (f"/api/s/{kind}", f"/api/s/s2s/{kind}"):
                yield self._route(path, self._single(kind), f"Take one {kind} call", WireCall)
        yield from self._settings_routes()

    def _route(self, path: str, serve: Any, summary: str, body: type, body_max: int = BATCH_BYTES_MAX) -> RawRoute:
        answer = {"type": "object", "properties": {"success": {"const": True}}, "required": ["success"]}
        parameter = {"name": "writeKey", "in": "query", "required": False, "schema": {"type": "string"}}
        return RawRoute(
            "POST", path, serve, summary, SCOPES, body, answer,
            body_max=body_max, aliases=(f"{path}/",), parameters=(parameter,),
        )  # fmt: skip

    def _settings_routes(self) -> Iterator[RawRoute]:
        plain_object = {"type": "object"}
        yield RawRoute(
            "GET", "/v1/projects/{key}/settings", self.settings, "Settings of Segment's browser client", SCOPES,
            None, plain_object, statuses=(401, 403, 404), parameters=(NAMED,),
        )  # fmt: skip
        parameter = {"name": "writeKey", "in": "query", "required": False, "schema": {"type": "string"}}
        yield RawRoute(
            "GET", "/sourceConfig/", self.source_config, "Settings of RudderStack's browser client", SCOPES,
            None, plain_object, statuses=(401, 403), aliases=("/sourceConfig",), parameters=(parameter,),
        )  # fmt: skip

    async def batch(self, request: Request) -> Reply:
        """Many calls in one envelope. An unreadable envelope is 400; a bad call is left out and counted in a header."""
        given = keys.token(request)
        key = keys.allowed(keys.known(self._rt, given), SCOPES) if given else None
        envelope = _envelope(request.body)
        if key is None:
            key = keys.allowed(keys.known(self._rt, _text(envelope.write_key)), SCOPES)
        calls = envelope.batch
        if len(calls) > BATCH_EVENTS_MAX:
            raise TooLarge(
                f"{len(calls):,} events in one batch", where="batch", hint=f"send at most {BATCH_EVENTS_MAX:,}"
            )
        sent_at = envelope.sent_at if isinstance(envelope.sent_at, str | int | float) else None
        rejected = await self._take(calls, key, sent_at, withheld(self._rt, request))
        if not rejected:
            return Reply(SUCCESS)
        return Reply(SUCCESS, headers=[JSON, (b"x-rapport-rejected", b"%d" % rejected)])

    def _single(self, kind: str) -> Any:
        async def single(request: Request) -> Reply:
            body = _call(request.body)
            given = keys.token(request) or _text(read_json(_decode_key, body).write_key)
            key = keys.allowed(keys.known(self._rt, given), SCOPES)
            refused = withheld(self._rt, request)
            taken = ingestion.ingest(self._rt, (body,), kind=kind, source=source_name(key), withheld=refused)
            await self._finish(taken)
            if taken.rejections:
                raise InvalidInput(taken.rejections[0].reason, where="body")
            return Reply(SUCCESS)

        return single

    async def _take(self, calls: list[msgspec.Raw], key: KeyRow, sent_at: Any, refused: Sequence[str]) -> int:
        """Appends the calls, slice by slice; returns how many were refused, once the others are on disk."""
        source = source_name(key)
        taken: list[Ingested] = []
        for start in range(0, len(calls), SLICE):
            if start:
                await asyncio.sleep(0)
            views = [memoryview(call) for call in calls[start : start + SLICE]]
            taken.append(ingestion.ingest(self._rt, views, source=source, sent_at=sent_at, withheld=refused))
        for part in taken:
            await self._finish(part)
        return sum(len(part.rejections) for part in taken)

    async def _finish(self, taken: Ingested) -> None:
        await self._saves.wait(taken.saved)
        EVENTS_ACCEPTED.inc(taken.accepted)
        if taken.rejections:
            EVENTS_REJECTED.inc(len(taken.rejections))
            _log.info("events refused", count=len(taken.rejections), first_reason=taken.rejections[0].reason)
        self._folding.wake()

    async def settings(self, request: Request) -> Reply:
        """Tells Segment's browser client to send to us: without ``apiHost`` it would send to Segment itself."""
        _, _, rest = request.path.partition("/v1/projects/")
        given, _, tail = rest.rpartition("/")
        if tail != "settings":
            raise InvalidInput("an unknown project resource", where="path", hint="ask for /v1/projects/{key}/settings")
        keys.allowed(keys.known(self._rt, given), SCOPES)
        segment = {"apiKey": given, "apiHost": f"{request.host}/v1", "protocol": request.scheme}
        body = {"integrations": {"Segment.io": segment}, "metrics": {"sampleRate": 0}}
        return Reply(encode_json(body), headers=[JSON, (b"cache-control", b"no-cache")])

    async def source_config(self, request: Request) -> Reply:
        """Tells RudderStack's browser client that its source exists and has no other destinations."""
        key = keys.caller(self._rt, request, SCOPES)
        source = {"id": key.id, "name": source_name(key), "config": {}, "destinations": [], "enabled": True}
        return Reply(encode_json({"source": source}), headers=[JSON, (b"cache-control", b"no-cache")])


def source_name(key: KeyRow) -> str:
    """How events remember which key they came through: its label, or its id."""
    return key.label or key.id


def _envelope(body: bytes) -> Batch:
    """The envelope; one value that strict JSON refuses does not cost the whole batch."""
    try:
        return read_json(_decode_batch, body)
    except InvalidInput:
        found = calls_within(body)
        if found is None:
            raise
        calls, sent_at, write_key = found
        return Batch(batch=[msgspec.Raw(call) for call in calls], sent_at=sent_at, write_key=write_key)


def _call(body: bytes) -> bytes:
    try:
        _decode_raw.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return mended(body) or body
    return body


def _text(value: Any) -> str:
    """A key out of a body. Jitsu masks the one it sends there, so that one is never read."""
    return value if isinstance(value, str) and "***" not in value else ""
