"""Errors as HTTP tells them: RFC 9457 problem+json, with the ``code`` and ``message`` that event clients look for."""

from __future__ import annotations

from typing import Any, Final

import structlog

from rapport.core.errors import (
    Busy,
    Conflict,
    InvalidDefinition,
    InvalidInput,
    InvalidRule,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RapportError,
    StoreFailure,
    TooLarge,
    UsageError,
)
from rapport.service.exchange import Reply, Request, encode_json

PROBLEM_JSON: Final = (b"content-type", b"application/problem+json")
STATUS: Final[dict[type[RapportError], int]] = {
    RapportError: 500,
    UsageError: 400,
    InvalidInput: 400,
    TooLarge: 413,
    InvalidRule: 400,
    InvalidDefinition: 400,
    NotFound: 404,
    NotAllowed: 403,
    NotAuthenticated: 401,
    Conflict: 409,
    Busy: 429,
    StoreFailure: 503,
}
TITLES: Final = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}
RETRY_AFTER_S: Final = 1
"""Seconds after which a failed store is worth another try."""

_log = structlog.get_logger("rapport.service")


def status_of(error: RapportError) -> int:
    """The HTTP status of an error; a kind without a line of its own takes its parent's.

    >>> status_of(NotFound("no customer 'x'")), status_of(TooLarge("a body over 10 bytes"))
    (404, 413)
    """
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(status: int, code: str, message: str, *, where: str = "", hint: str = "") -> dict[str, Any]:
    """The problem document.

    >>> problem(404, "not_found", "no slot 'x'")["type"]
    'urn:rapport:error:not_found'
    """
    told: dict[str, Any] = {
        "type": f"urn:rapport:error:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": message,
        "code": code,
        "message": message,
    }
    if where:
        told["where"] = where
    if hint:
        told["hint"] = hint
    return told


def headers_of(error: Exception) -> dict[str, str]:
    """Headers that belong to an error: when to try again, how to authenticate."""
    if isinstance(error, Busy):
        return {"Retry-After": str(max(1, round(error.retry_after_s)))}
    if isinstance(error, StoreFailure):
        return {"Retry-After": str(RETRY_AFTER_S)}
    if isinstance(error, NotAuthenticated):
        return {"WWW-Authenticate": 'Bearer realm="rapport"'}
    return {}


def told(error: Exception, path: str) -> dict[str, Any]:
    """The problem document of any exception; one that is not ours is logged, and told without its inside."""
    if isinstance(error, RapportError):
        if isinstance(error, StoreFailure):
            _log.error("store failure", path=path, error=str(error))
        return problem(status_of(error), error.code, str(error), where=error.where, hint=error.hint)
    _log.error("unexpected error", path=path, exc_info=error)
    return problem(500, "internal", "something went wrong here; it is in the server's log", hint="try again later")


def reply(error: Exception, request: Request) -> Reply:
    """The problem+json reply of the hot routes."""
    document = told(error, request.path)
    headers = [PROBLEM_JSON, *((k.lower().encode(), v.encode()) for k, v in headers_of(error).items())]
    return Reply(encode_json(document), document["status"], headers)
