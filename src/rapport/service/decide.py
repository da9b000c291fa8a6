"""``POST /v1/decide``: who, where, in what context → what to show, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from rapport.loop.deciding import decide as deciding
from rapport.loop.deciding.decide import LIMIT_MAX, Ask
from rapport.loop.runtime import Runtime
from rapport.ports.store import KeyRow
from rapport.service import keys
from rapport.service.background import Folding
from rapport.service.exchange import RawRoute, Reply, Request, encode_json, read_json
from rapport.service.gpc import withheld
from rapport.service.idempotency import IDEMPOTENCY_KEY, Once
from rapport.service.live import Saves
from rapport.service.metrics import decisions_in

SCOPES = ("write", "read")


class DecideBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is asked."""

    customer: dict[str, str | int]
    """``userId``, ``anonymousId`` or any declared identifier; the strongest counts."""
    slot: str
    context: dict[str, Any] = {}
    limit: Annotated[int, msgspec.Meta(ge=1, le=LIMIT_MAX)] = 1
    explain: bool = False
    """Also tell which actions were excluded, and why."""
    signature: str = ""
    """With a write key: proof that the server knows the userId to be this visitor's."""


class BecauseTold(msgspec.Struct):
    """The six answers."""

    who: str
    what: str
    where: str
    when: str
    why: str
    how: str


class ItemTold(msgspec.Struct):
    """One action; a write key gets ``action`` and ``content`` only."""

    action: str
    content: dict[str, Any]
    probability: float = 0.0
    propensity: float = 0.0
    value: float = 0.0
    score: float = 0.0
    sentence: dict[str, str] = {}
    """Language (``en``, ``zh``) → what the customer may be told."""
    because: BecauseTold | None = None


class ExcludedTold(msgspec.Struct):
    """An action that was not in the running."""

    action: str
    reason: str


class GateTold(msgspec.Struct):
    """A stage that the data does not carry now: the answer does without it."""

    stage: str
    reason: str


class TreatmentTold(msgspec.Struct):
    """How the customer's marketing mode limited the decision; what is left is as of before it."""

    mode: str
    contacts_left: int | None = None
    """None: no limit."""
    budget_left: float | None = None
    configure: str = "choose"
    """Configuration rights: none, choose or full."""


class DecisionTold(msgspec.Struct):
    """The answer; a write key gets ``decision_id`` and ``items`` only."""

    decision_id: str
    items: list[ItemTold]
    customer_id: str = ""
    personalized: bool = True
    excluded: list[ExcludedTold] = []
    treatment: TreatmentTold | None = None
    """Left out where the customer has no marketing mode."""
    experiments: dict[str, str] = {}
    """Experiment → arm, of those that the decision followed; left out where it followed none."""
    gates: list[GateTold] = []
    """Closed stages; left out while all are open."""


_decode = msgspec.json.Decoder(DecideBody)


class Decisions:
    """The decision route over one runtime."""

    def __init__(self, rt: Runtime, saves: Saves, folding: Folding, once: Once) -> None:
        self._rt = rt
        self._saves = saves
        self._folding = folding
        self._once = once

    def route(self) -> RawRoute:
        """``POST /v1/decide``."""
        return RawRoute(
            "POST",
            "/v1/decide",
            self.decide,
            "Decide what to show a customer in a slot",
            SCOPES,
            DecideBody,
            DecisionTold,
            statuses=(400, 401, 403, 404, 409, 413, 429, 503),
        )

    async def decide(self, request: Request) -> Reply:
        """Answers once the decision is on disk."""
        key = keys.caller(self._rt, request, SCOPES)
        body = read_json(_decode, request.body)
        keys.check_subject(self._rt, key, body.customer, body.signature)
        refused = withheld(self._rt, request)
        if request.header(IDEMPOTENCY_KEY):
            return await self._once.answer(request, key, lambda: self._fresh(body, key, refused))
        return await self._fresh(body, key, refused)

    async def _fresh(self, body: DecideBody, key: KeyRow, refused: Sequence[str]) -> Reply:
        ask = Ask(
            customer={name: str(value) for name, value in body.customer.items()},
            slot=body.slot,
            context=body.context,
            limit=body.limit,
            explain=body.explain,
        )
        decided = deciding.decide(self._rt, ask, withheld=refused)
        private = keys.private(key)
        told = deciding.answer(self._rt, decided, explain=body.explain and private, private=private)
        await self._saves.wait(decided.saved)
        decisions_in(body.slot).inc()
        self._folding.wake()
        return Reply(encode_json(told))
