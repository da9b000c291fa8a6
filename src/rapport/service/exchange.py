"""One request and its reply on the hot routes, without a framework in between."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec

from rapport.core.errors import InvalidInput, TooLarge

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

GZIP_MAGIC = b"\x1f\x8b"
JSON = (b"content-type", b"application/json")
SEE_REFERENCE = "docs/reference/http.md shows what each route takes"
T = TypeVar("T")
encode_json = msgspec.json.Encoder().encode


class ClientGoneError(Exception):
    """The client hung up before its request was complete; there is nobody to answer."""


class Request:
    """One HTTP request: ASGI's scope, and the body once read."""

    __slots__ = ("_headers", "body", "scope")

    def __init__(self, scope: Scope, body: bytes) -> None:
        self.scope = scope
        self.body = body
        self._headers: dict[bytes, bytes] | None = None

    @property
    def path(self) -> str:
        """The decoded path."""
        return str(self.scope["path"])

    def header(self, name: bytes) -> str:
        """A header by its lower-case name; empty when absent."""
        if self._headers is None:
            self._headers = dict(self.scope["headers"])
        found = self._headers.get(name)
        return found.decode("latin-1") if found is not None else ""

    def query(self, name: str) -> str:
        """A query parameter; empty when absent."""
        raw: bytes = self.scope["query_string"]
        return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True)).get(name, "") if raw else ""

    def named(self, path: str) -> str:
        """What stands in the place of ``{key}`` in a route's path."""
        before, _, after = path.partition("{key}")
        return self.path.removeprefix(before).removesuffix(after)

    @property
    def host(self) -> str:
        """Host and port as the client names us."""
        return self.header(b"host") or "localhost"

    @property
    def scheme(self) -> str:
        """``http`` or ``https``."""
        return str(self.scope.get("scheme", "http"))


class Reply:
    """A status, a body and headers; ``stream`` takes the place of the body for server-sent events."""

    __slots__ = ("body", "headers", "status", "stream")

    def __init__(
        self,
        body: bytes,
        status: int = 200,
        headers: list[tuple[bytes, bytes]] | None = None,
        stream: AsyncGenerator[bytes, None] | None = None,
    ) -> None:
        self.body = body
        self.status = status
        self.headers = [JSON] if headers is None else headers
        self.stream = stream


Serve = Callable[[Request], Awaitable[Reply]]


NAMED: Final[dict[str, Any]] = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}
"""OpenAPI's parameter of a route that has ``{key}`` in its path."""


@dataclass(frozen=True, slots=True)
class RawRoute:
    """One hot route: what answers it, and what OpenAPI and the reference say of it."""

    method: str
    path: str
    """Exact, or with ``{key}`` in it, which takes whatever stands there, slashes included."""
    serve: Serve
    summary: str
    scopes: tuple[str, ...]
    """A key needs one of these; empty: no key."""
    body: type | None = None
    """What the JSON body is decoded into."""
    answer: type | dict[str, Any] | None = None
    statuses: tuple[int, ...] = (400, 401, 403, 413, 429, 503)
    """Error statuses it may answer with."""
    body_max: int = 64 * 1024
    """Bytes, before and after decompression."""
    aliases: tuple[str, ...] = ()
    """Other spellings of the same path that answer too, without being documented."""
    cors: bool = True
    refuse: Callable[[Exception, Request], Reply] | None = None
    """How errors are told where problem+json is not what the protocol wants."""
    parameters: tuple[dict[str, Any], ...] = field(default=())
    """OpenAPI parameter objects."""


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body, at most ``limit`` bytes; raises ``TooLarge``, ``ClientGoneError``."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        parts = [body]
        size = len(body)
        while message.get("more_body") and size <= limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
        body = b"".join(parts)
    if len(body) > limit:
        raise _too_large(limit)
    return body


def plain(body: bytes, limit: int) -> bytes:
    """The body as sent, or unpacked when it starts like gzip, whatever its Content-Type and -Encoding say.

    Unpacks at most ``limit`` bytes, so that a small body cannot grow into a huge one. Raises ``TooLarge``, and
    ``InvalidInput`` for a stream that is damaged or ends early.
    """
    if not body.startswith(GZIP_MAGIC):
        return body
    unpacked = b""
    rest = body
    while rest:
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            unpacked += inflater.decompress(rest, limit + 1 - len(unpacked))
        except zlib.error as error:
            raise InvalidInput(f"gzip that cannot be unpacked: {error}", where="body") from error
        if len(unpacked) > limit:
            raise _too_large(limit)
        if not inflater.eof:
            raise InvalidInput("gzip that ends too early", where="body", hint="send the whole body again")
        rest = inflater.unused_data
    return unpacked


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"a body over {limit:,} bytes", where="body", hint="send it in smaller parts")


def read_json(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """The body as the decoder's type; raises ``InvalidInput`` that says where it differs."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"the body has the wrong shape: {error}", where="body", hint=SEE_REFERENCE) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"the body is not JSON: {error}", where="body", hint="send one JSON object") from error
