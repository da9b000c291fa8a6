"""Who was erased, as far as arriving events need to know it: hashes of identifiers, and until when they count.

History from before an erasure never comes back, from whatever file or late client; the person may, by what happens
after it. A hash is HMAC-SHA256 with a secret that the store makes once and keeps.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from rapport.core.errors import InvalidInput
from rapport.core.event import Event
from rapport.core.identifier import Identifier
from rapport.core.time import SECOND_US
from rapport.identify.graph import mentioned
from rapport.identify.traces import Traces
from rapport.loop import generation
from rapport.ports.store import Store, Suppression
from rapport.workspace.definitions import Identity

ERASED_ON_REQUEST: Final = "erased on request"
SECRET: Final = "suppression:secret"  # noqa: S105 - the name under which it is kept
LOOK_EVERY_US: Final = SECOND_US
_SECRET_BYTES: Final = 32
_BLOCK: Final = 64
_REMEMBERED: Final = 65_536


class Hasher:
    """HMAC-SHA256 of identifiers; the two keyed halves are computed once."""

    def __init__(self, secret: bytes) -> None:
        key = secret.ljust(_BLOCK, b"\x00")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def digest(self, namespace: str, value: str) -> str:
        """The hash of one identifier, in hex."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"{namespace}:{value}".encode("utf-8", "surrogatepass"))
        outer.update(inner.digest())
        return outer.hexdigest()


@dataclass(slots=True)
class Suppressed:
    """The suppressed hashes of one process, as of at most a second ago."""

    store: Store
    until: dict[str, int] = field(default_factory=dict)
    """Hash → when it was erased (µs)."""
    newest: int = -1
    """The latest of these moments; -1 when nobody was ever erased."""
    _looked_at: int = -LOOK_EVERY_US
    _generation: bytes = b"never looked"
    _hasher: Hasher | None = None
    _known: dict[tuple[str, str], int] = field(default_factory=dict)

    def look(self, now_us: int) -> bool:
        """Whether anybody is suppressed; asks the store once a second."""
        if not 0 <= now_us - self._looked_at < LOOK_EVERY_US:
            self._looked_at = now_us
            self.refresh()
        return self.newest >= 0

    def refresh(self) -> None:
        """Reads the suppressions anew, if there were erasures since."""
        now = generation.current(self.store)
        if now == self._generation:
            return
        secret = self.store.state(SECRET)
        self.until = {one.hash: one.erased_at for one in self.store.suppressions()} if secret else {}
        self.newest = max(self.until.values(), default=-1)
        self._hasher = Hasher(secret) if secret else None
        self._known = {}
        self._generation = now

    def erased_at(self, key: tuple[str, str]) -> int:
        """When an identifier was erased (µs), -1 if it was not."""
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            hashed = self._hasher.digest(*key) if self._hasher else ""
            found = self._known[key] = self.until.get(hashed, -1)
        return found

    def admit(self, event: Event, identity: Identity) -> Event:
        """The event, without identifiers that were erased since it happened.

        Raises ``InvalidInput`` for history of somebody who was erased: its subject was, or nobody else is known by it.
        """
        if event.time > self.newest:
            return event
        erased = [key for key in mentioned(event) if self.erased_at(key) >= event.time]
        if not erased:
            return event
        owner = event.owner
        if (owner.namespace, owner.value) in erased or not self.store.identifiers([owner]):
            raise InvalidInput(ERASED_ON_REQUEST)
        return Traces([Identifier(*key) for key in erased], identity).without(event)


def secret_of(store: Store) -> tuple[bytes, bool]:
    """The store's secret, and whether it was made just now and is still to be saved; for who holds the fold's lease."""
    held = store.state(SECRET)
    return (held, False) if held else (secrets.token_bytes(_SECRET_BYTES), True)


def entries(identifiers: Iterable[Identifier], secret: bytes, entry: str, erased_at: int) -> list[Suppression]:
    """The hashed lines of one erasure."""
    hasher = Hasher(secret)
    return [Suppression(hasher.digest(one.namespace, one.value), entry, erased_at) for one in identifiers]


def matching(identifiers: Collection[Identifier], hashes: Collection[str], secret: bytes) -> list[Identifier]:
    """Those of some identifiers whose hash is among these."""
    hasher = Hasher(secret)
    return [one for one in identifiers if hasher.digest(one.namespace, one.value) in hashes]


def same_secret(one: bytes, other: bytes) -> bool:
    """Whether two secrets are the same, compared in constant time."""
    return hmac.compare_digest(one, other)
