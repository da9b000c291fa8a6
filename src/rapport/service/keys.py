"""Who is calling: the API key, from any of the places where clients put it, and what it may do."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from rapport.core.errors import NotAllowed, NotAuthenticated
from rapport.loop import keys
from rapport.loop.runtime import Runtime
from rapport.ports.store import KeyRow
from rapport.service.exchange import Request

HINT = "create a key with `rapport key create --scope write` and send it as Basic, Bearer, X-API-Key or X-Write-Key"
PRIVATE = frozenset({"read", "manage"})


def token(request: Request) -> str:
    """The key in the headers or the query: Basic (as user name), Bearer, X-API-Key, X-Write-Key, ``?writeKey=``.

    What follows a colon is a password or a second half that we did not issue, and is left out.
    """
    authorization = request.header(b"authorization")
    if authorization:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return credentials.strip()
        if scheme.lower() == "basic":
            return _user_name(credentials)
    found = request.header(b"x-api-key") or request.header(b"x-write-key") or request.query("writeKey")
    return found.partition(":")[0]


def _user_name(credentials: str) -> str:
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return decoded.partition(":")[0]


def known(rt: Runtime, given: str) -> KeyRow:
    """The live key behind a token; raises ``NotAuthenticated``."""
    if not given:
        raise NotAuthenticated("no API key", hint=HINT)
    key = keys.verify(rt, given)
    if key is None:
        raise NotAuthenticated("this API key is unknown or revoked", hint=HINT)
    return key


def allowed(key: KeyRow, scopes: tuple[str, ...]) -> KeyRow:
    """The key if it has one of the scopes (``manage`` stands for all); raises ``NotAllowed``."""
    if "manage" not in key.scopes and not any(scope in key.scopes for scope in scopes):
        raise NotAllowed(
            f"this key has the scope {', '.join(key.scopes)}",
            hint=f"this route needs one of: {', '.join(dict.fromkeys((*scopes, 'manage')))}",
        )
    return key


def caller(rt: Runtime, request: Request, scopes: tuple[str, ...]) -> KeyRow:
    """Who calls; raises ``NotAuthenticated`` and ``NotAllowed``."""
    return allowed(known(rt, token(request)), scopes)


def private(key: KeyRow) -> bool:
    """Whether reasons and values may be told to this key."""
    return not PRIVATE.isdisjoint(key.scopes)


def check_subject(rt: Runtime, key: KeyRow, customer: Mapping[str, object], signature: str) -> None:
    """Holds a key that lives in browsers to visitors, and to users for whom a server has signed.

    Raises ``NotAllowed``: else whoever reads a write key in a page could ask about anybody.
    """
    if private(key):
        return
    names = {name for name, value in customer.items() if value not in (None, "")}
    if not names <= {"anonymousId", "userId"}:
        raise NotAllowed(
            "a write key may ask for an anonymousId or a signed userId only",
            where="customer",
            hint="use a read key on a server",
        )
    if "userId" in names and not (signature and keys.vouched(rt, str(customer["userId"]), signature)):
        raise NotAllowed(
            "the userId is not signed" if not signature else "the signature does not match the userId",
            where="signature",
            hint="hex HMAC-SHA256 of the userId, keyed with the hex SHA-256 of a read key, made on your server",
        )
