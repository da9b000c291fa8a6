"""Who may see the pages: whoever has a ``read`` key, or the one-time link that ``serve`` made."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from rapport.console.signing import Signer
from rapport.core.time import HOUR_US, SECOND_US
from rapport.loop import keys
from rapport.loop.runtime import Runtime
from rapport.ports.store import KeyRow

COOKIE: Final = "rapport_session"
SESSION_US: Final = 12 * HOUR_US
INVITE_US: Final = 900 * SECOND_US
INVITE_STATE: Final = "console_invite"
READERS: Final = frozenset({"read", "manage"})
DECIDES: Final = "manage"
_BY_LINK = "link"
_CONSOLE = "console"


def invite(rt: Runtime) -> str:
    """A token for ``/login?token=``: good once, for fifteen minutes; a newer one takes its place."""
    nonce = secrets.token_urlsafe(16)
    rt.store.save_state(INVITE_STATE, _digest(nonce)).result()
    return Signer.of(rt).sign(f"invite {nonce}", rt.clock.now_us() + INVITE_US)


def by_link(rt: Runtime, signer: Signer, token: str) -> str | None:
    """A session in exchange for an unused token."""
    kind, _, nonce = (signer.read(token, rt.clock.now_us()) or "").partition(" ")
    expected = rt.store.state(INVITE_STATE) or b""
    if kind != "invite" or not hmac.compare_digest(_digest(nonce), expected):
        return None
    rt.store.save_state(INVITE_STATE, b"").result()
    return _session(rt, signer, _BY_LINK)


def by_key(rt: Runtime, signer: Signer, token: str) -> str | None:
    """A session in exchange for an API key that may read."""
    key = keys.verify(rt, token.strip())
    if key is None or READERS.isdisjoint(key.scopes):
        return None
    return _session(rt, signer, key.id)


def signed_in(rt: Runtime, signer: Signer, cookie: str) -> bool:
    """Whether a session is valid, and the key behind it still is."""
    return _behind(rt, signer, cookie) is not None


def decider(rt: Runtime, signer: Signer, cookie: str) -> str:
    """Who decides in a session: the label of a key that may ``manage``, or whoever started the server.

    Empty for a session that may only look.
    """
    key = _behind(rt, signer, cookie)
    if isinstance(key, KeyRow):
        return (key.label or key.id) if DECIDES in key.scopes else ""
    return _CONSOLE if key else ""


def _behind(rt: Runtime, signer: Signer, cookie: str) -> KeyRow | str | None:
    """The live key behind a session, ``link`` for one by link, None for no session."""
    kind, _, who = (signer.read(cookie, rt.clock.now_us()) or "").partition(" ")
    if kind != "session":
        return None
    if who == _BY_LINK:
        return _BY_LINK
    return next((key for key in keys.listing(rt) if key.id == who and not key.revoked_at), None)


def _session(rt: Runtime, signer: Signer, who: str) -> str:
    return signer.sign(f"session {who}", rt.clock.now_us() + SESSION_US)


def _digest(nonce: str) -> bytes:
    return hashlib.sha256(nonce.encode()).hexdigest().encode()
