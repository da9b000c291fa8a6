"""API keys and errors on the routes that litestar serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request as LitestarRequest
from litestar import Response
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers.base import BaseRouteHandler

from rapport.ports.store import KeyRow
from rapport.service import keys, problems
from rapport.service.exchange import Request

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], None]
CODES = {400: "invalid_input", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "invalid_input"}


def needs(*scopes: str) -> Guard:
    """A guard that lets keys with one of these scopes pass, and ``manage`` always."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        keys.allowed(key_of(connection), scopes)

    return guard


def key_of(connection: Connection) -> KeyRow:
    """The live key of a request; raises ``NotAuthenticated``."""
    return keys.known(connection.app.state.rt, keys.token(Request(connection.scope, b"")))  # type: ignore[arg-type]


def problem(request: LitestarRequest[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Any error of a litestar route as problem+json."""
    document = _http(error) if isinstance(error, HTTPException) else problems.told(error, request.url.path)
    return Response(
        msgspec.json.encode(document),
        status_code=document["status"],
        media_type="application/problem+json",
        headers=problems.headers_of(error) | (_allow(error) if isinstance(error, HTTPException) else {}),
    )


def _http(error: HTTPException) -> dict[str, Any]:
    """An error that litestar found, for instance a body that does not match."""
    where = ""
    message = error.detail
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        first = error.extra[0]
        where = str(first.get("key") or first.get("source") or "body").replace("data", "body")
        message = str(first.get("message", message))
    return problems.problem(error.status_code, CODES.get(error.status_code, "error"), message, where=where)


def _allow(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
