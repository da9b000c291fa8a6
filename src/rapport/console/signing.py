"""Short texts that come back to us unchanged: sessions, one-time links, channels."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from rapport.loop.runtime import Runtime

STATE = "signing_secret"


class Signer:
    """Signs a text with an expiry and reads it back.

    >>> signer = Signer(b"secret")
    >>> signer.read(signer.sign("ann", until_us=10), now_us=9)
    'ann'
    >>> signer.read(signer.sign("ann", until_us=10), now_us=11) is None
    True
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def of(cls, rt: Runtime) -> Signer:
        """The workspace's signer; its secret is made once and shared by all processes over the same store."""
        secret = rt.store.state(STATE)
        if secret is None:
            secret = secrets.token_bytes(32)
            rt.store.save_state(STATE, secret).result()
        return cls(secret)

    def sign(self, text: str, until_us: int) -> str:
        """The text with its expiry (µs) and a signature, safe in URLs and cookies."""
        payload = f"{until_us}.{text}".encode()
        return f"{_encode(payload)}.{_encode(self._mac(payload))}"

    def read(self, token: str, now_us: int) -> str | None:
        """The text, or None when the token was not signed here or has expired."""
        head, _, tail = token.partition(".")
        try:
            payload, mac = _decode(head), _decode(tail)
        except (binascii.Error, ValueError):
            return None
        if not hmac.compare_digest(mac, self._mac(payload)):
            return None
        until, _, text = payload.decode().partition(".")
        return text if now_us < int(until) else None

    def _mac(self, payload: bytes) -> bytes:
        return hmac.new(self._secret, payload, hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
