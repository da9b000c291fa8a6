"""The outer door: hot paths are found in a dictionary and served at once, all others go on to litestar."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from rapport.core.errors import RapportError
from rapport.service import problems
from rapport.service.exchange import (
    ClientGoneError,
    RawRoute,
    Receive,
    Reply,
    Request,
    Scope,
    Send,
    encode_json,
    plain,
    read_body,
)
from rapport.service.metrics import counted

ALLOW_HEADERS = (
    b"authorization, content-type, x-retry-count, anonymousid, sentat, x-write-key, x-api-key, if-none-match, "
    b"idempotency-key, rsa-retry-attempt, rsa-retry-reason, rsa-since-first-attempt, rsa-since-last-attempt"
)
EXPOSE = (b"access-control-expose-headers", b"Retry-After, ETag, X-Rapport-Rejected")
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
NO_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
Methods = dict[str, RawRoute]
Headers = list[tuple[bytes, bytes]]


class Front:
    """An ASGI application: the hot routes, and an inner application behind them."""

    def __init__(self, routes: Iterable[RawRoute], inner: Any) -> None:
        self.routes = tuple(routes)
        self._inner = inner
        self._exact: dict[str, Methods] = {}
        self._open: dict[tuple[str, str], Methods] = {}
        for route in self.routes:
            for path in (route.path, *route.aliases):
                before, brace, after = path.partition("{key}")
                methods = self._open.setdefault((before, after), {}) if brace else self._exact.setdefault(path, {})
                methods[route.method] = route
        self._open = dict(sorted(self._open.items(), key=lambda one: len(one[0][1]), reverse=True))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        methods = None
        if scope["type"] == "http":
            path: str = scope["path"]
            methods = self._exact.get(path) or self._open_ended(path)
        if methods is None:
            await self._inner(scope, receive, send)
            return
        await self._serve(methods, scope, receive, send)

    def _open_ended(self, path: str) -> Methods | None:
        for (before, after), methods in self._open.items():
            if path.startswith(before) and path.endswith(after) and len(path) > len(before) + len(after):
                return methods
        return None

    async def _serve(self, methods: Methods, scope: Scope, receive: Receive, send: Send) -> None:
        route = methods.get(scope["method"])
        if route is None:
            request = Request(scope, b"")
            reply = _preflight(methods) if scope["method"] == "OPTIONS" else _wrong_method(methods, request)
            await _send(reply, request, next(iter(methods.values())), receive, send)
            return
        started = time.perf_counter()
        request = Request(scope, b"")
        try:
            if route.method not in NO_BODY:
                request.body = plain(await read_body(receive, route.body_max), route.body_max)
            reply = await route.serve(request)
        except ClientGoneError:
            return
        except RapportError as error:
            reply = (route.refuse or problems.reply)(error, request)
        except Exception as error:  # noqa: BLE001  the edge: it is logged, and told as 500
            reply = (route.refuse or problems.reply)(error, request)
        await _send(reply, request, route, receive, send)
        seconds, count = counted(route.method, route.path, reply.status)
        seconds.observe(time.perf_counter() - started)
        count.inc()


def _preflight(methods: Methods) -> Reply:
    allowed = ", ".join((*sorted(methods), "OPTIONS")).encode()
    headers = [
        (b"access-control-allow-methods", allowed),
        (b"access-control-allow-headers", ALLOW_HEADERS),
        (b"access-control-max-age", b"7200"),
        (b"allow", allowed),
    ]
    return Reply(b"", 204, headers)


def _wrong_method(methods: Methods, request: Request) -> Reply:
    allowed = ", ".join((*sorted(methods), "OPTIONS"))
    told = problems.problem(
        405, "method_not_allowed", f"{request.scope['method']} is not served here", hint=f"use {allowed}"
    )
    return Reply(encode_json(told), 405, [problems.PROBLEM_JSON, (b"allow", allowed.encode())])


def _cross_origin(request: Request) -> Headers:
    """What lets a page of another origin read the reply. Beacons always carry credentials, so they need its name."""
    origin = request.header(b"origin")
    if not origin:
        return []
    if request.path.startswith("/beacon/"):
        named = (b"access-control-allow-origin", origin.encode("latin-1"))
        return [named, (b"access-control-allow-credentials", b"true"), (b"vary", b"Origin"), EXPOSE]
    return [ANY_ORIGIN, EXPOSE]


async def _send(reply: Reply, request: Request, route: RawRoute, receive: Receive, send: Send) -> None:
    headers = reply.headers + _cross_origin(request) if route.cors else reply.headers
    if reply.stream is not None:
        await _stream(reply, headers, receive, send)
        return
    if reply.status not in (204, 304):
        headers = [*headers, (b"content-length", b"%d" % len(reply.body))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _stream(reply: Reply, headers: Headers, receive: Receive, send: Send) -> None:
    """Sends the parts as they come, until the stream ends or the client has gone."""
    assert reply.stream is not None
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        async for part in reply.stream:
            if gone.done():
                return
            if part:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        await reply.stream.aclose()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
