"""``POST /v1/responses``: what the customer did with an offered action."""

from __future__ import annotations

import msgspec

from rapport.loop.deciding import respond as responding
from rapport.loop.deciding.respond import Answer
from rapport.loop.runtime import Runtime
from rapport.service import keys
from rapport.service.background import Folding
from rapport.service.exchange import RawRoute, Reply, Request, read_json
from rapport.service.idempotency import IDEMPOTENCY_KEY, Once
from rapport.service.live import Saves
from rapport.service.metrics import RESPONSES
from rapport.service.segment import SUCCESS

SCOPES = ("write",)
_decode = msgspec.json.Decoder(Answer)


class Responses:
    """The response route over one runtime."""

    def __init__(self, rt: Runtime, saves: Saves, folding: Folding, once: Once) -> None:
        self._rt = rt
        self._saves = saves
        self._folding = folding
        self._once = once

    def route(self) -> RawRoute:
        """``POST /v1/responses``."""
        answer = {"type": "object", "properties": {"success": {"const": True}}, "required": ["success"]}
        statuses = (400, 401, 403, 404, 409, 413, 429, 503)
        return RawRoute(
            "POST", "/v1/responses", self.respond, "Record a response to a decision", SCOPES, Answer, answer, statuses
        )

    async def respond(self, request: Request) -> Reply:
        """Answers once the response is on disk; the same response twice counts once."""
        key = keys.caller(self._rt, request, SCOPES)
        answer = read_json(_decode, request.body)
        if request.header(IDEMPOTENCY_KEY):
            return await self._once.answer(request, key, lambda: self._fresh(answer))
        return await self._fresh(answer)

    async def _fresh(self, answer: Answer) -> Reply:
        await self._saves.wait(responding.respond(self._rt, answer))
        RESPONSES.labels(answer.outcome).inc()
        self._folding.wake()
        return Reply(SUCCESS)
