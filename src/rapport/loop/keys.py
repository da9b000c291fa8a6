"""API keys: made, checked, revoked. Only a key's SHA-256 is kept; the key itself is shown once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

import msgspec

from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.loop.runtime import Runtime
from rapport.ports.store import KeyRow

SCOPES: Final = ("write", "read", "manage")
RELOAD_AFTER_US: Final = 5_000_000
"""A revoked key stops working everywhere within five seconds."""


def create(rt: Runtime, scopes: Sequence[str], label: str = "") -> str:
    """A new key with these scopes, as text; raises ``InvalidInput`` for an unknown scope or none."""
    for scope in scopes:
        if scope not in SCOPES:
            raise InvalidInput(f"unknown scope '{scope}'", where="--scope", hint=did_you_mean(scope, SCOPES))
    if not scopes:
        raise InvalidInput("a key without scopes", where="--scope", hint=f"choose from {', '.join(SCOPES)}")
    token = f"rk_{secrets.token_urlsafe(24)}"
    row = KeyRow(rt.chance.new_id("k_"), digest(token), tuple(dict.fromkeys(scopes)), label, rt.clock.now_us())
    rt.store.save_key(row).result()
    rt.keyring.read_at = -1
    return token


def digest(token: str) -> str:
    """The SHA-256 of a key, in hex: what is stored, and what signs user ids."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def verify(rt: Runtime, token: str) -> KeyRow | None:
    """The live key behind a token, or None."""
    return _ring(rt).get(digest(token)) if token else None


def listing(rt: Runtime) -> list[KeyRow]:
    """All keys, revoked ones too, oldest first."""
    return sorted(rt.store.keys(), key=lambda key: (key.created_at, key.id))


def revoke(rt: Runtime, key_id: str) -> KeyRow:
    """Revokes a key by its id; raises ``NotFound``."""
    for key in listing(rt):
        if key.id == key_id:
            revoked = msgspec.structs.replace(key, revoked_at=key.revoked_at or rt.clock.now_us())
            rt.store.save_key(revoked).result()
            rt.keyring.read_at = -1
            return revoked
    raise NotFound(f"no key {key_id}", hint="rapport key list shows them")


def signature(token_digest: str, user_id: str) -> str:
    """How a server vouches for a user id in a browser: HMAC-SHA256 keyed with its read key's digest, in hex."""
    return hmac.new(token_digest.encode(), user_id.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def vouched(rt: Runtime, user_id: str, signed: str) -> bool:
    """Whether any live ``read`` or ``manage`` key signed this user id."""
    trusted = [key for key in _ring(rt).values() if {"read", "manage"} & set(key.scopes)]
    return any(hmac.compare_digest(signature(key.digest, user_id), signed) for key in trusted)


def _ring(rt: Runtime) -> dict[str, KeyRow]:
    now_us = rt.clock.now_us()
    ring = rt.keyring
    if ring.read_at < 0 or now_us - ring.read_at > RELOAD_AFTER_US:
        ring.by_digest = {key.digest: key for key in listing(rt) if not key.revoked_at}
        ring.read_at = now_us
    return ring.by_digest
