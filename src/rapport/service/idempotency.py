"""The same ``Idempotency-Key`` with the same body gets the same answer, also after a restart.

Answers lie in the store's small state, in a ring of fixed size: a place is the hash of caller, route and key, and a
newer answer takes the place of an older one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

import msgspec

from rapport.core.errors import Conflict, InvalidInput
from rapport.loop.runtime import Runtime
from rapport.ports.store import KeyRow
from rapport.service import gpc
from rapport.service.exchange import Reply, Request
from rapport.service.live import Saves

IDEMPOTENCY_KEY = b"idempotency-key"
PLACES = 4096
KEY_LENGTH_MAX = 255


class Remembered(msgspec.Struct, frozen=True, array_like=True):
    """One answer, and which request it was for."""

    identity: str
    body_digest: str
    status: int
    body: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Remembered).decode


class Once:
    """Answers repeated requests from memory."""

    def __init__(self, rt: Runtime, saves: Saves) -> None:
        self._rt = rt
        self._saves = saves
        self._under_way: set[str] = set()

    async def answer(self, request: Request, key: KeyRow, work: Callable[[], Awaitable[Reply]]) -> Reply:
        """The remembered reply, or a fresh one from ``work`` that is remembered when it succeeds.

        Raises ``Conflict`` when the key was used for another body, or its first request is still under way.
        """
        given = request.header(IDEMPOTENCY_KEY)
        if len(given) > KEY_LENGTH_MAX:
            raise InvalidInput(
                "a long Idempotency-Key", where="Idempotency-Key", hint=f"{KEY_LENGTH_MAX} characters at most"
            )
        identity = hashlib.sha256("\n".join((key.id, request.path, given)).encode()).hexdigest()
        if identity in self._under_way:
            raise Conflict("the first request with this Idempotency-Key is under way", hint="wait, then ask again")
        self._under_way.add(identity)
        try:
            asked = request.body + request.header(gpc.HEADER).encode("latin-1")
            return await self._answer(identity, hashlib.sha256(asked).hexdigest(), work)
        finally:
            self._under_way.discard(identity)

    async def _answer(self, identity: str, body_digest: str, work: Callable[[], Awaitable[Reply]]) -> Reply:
        place = f"idempotency:{int(identity[:8], 16) % PLACES:04d}"
        stored = self._rt.store.state(place)
        remembered = _decode(stored) if stored else None
        if remembered is not None and remembered.identity == identity:
            if remembered.body_digest != body_digest:
                raise Conflict(
                    "this Idempotency-Key was used for another request", hint="use a fresh key for each request"
                )
            return Reply(remembered.body, remembered.status)
        reply = await work()
        saved = self._rt.store.save_state(place, _encode(Remembered(identity, body_digest, reply.status, reply.body)))
        await self._saves.wait(saved)
        return reply
