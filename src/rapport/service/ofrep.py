"""Decisions for feature-flag clients: OpenFeature's OFREP. A slot is a flag, its action the variant.

Protocol: https://github.com/open-feature/protocol (OFREP, service/openapi.yaml).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any, Final

import msgspec

from rapport.console.signing import Signer
from rapport.core.decision import Chosen, action_of
from rapport.core.errors import Busy, InvalidInput, NotAllowed, NotAuthenticated, NotFound
from rapport.core.time import DAY_US, SECOND_US
from rapport.loop import keys as key_ring
from rapport.loop.deciding import decide as deciding
from rapport.loop.deciding import stock
from rapport.loop.deciding.decide import Ask, Decided
from rapport.loop.runtime import Runtime
from rapport.loop.who import whom
from rapport.ports.store import KeyRow
from rapport.service import keys, problems
from rapport.service.background import Folding
from rapport.service.exchange import JSON, NAMED, RawRoute, Reply, Request, encode_json, read_json
from rapport.service.gpc import withheld
from rapport.service.live import Saves
from rapport.service.metrics import OPEN_STREAMS, decisions_in

SCOPES = ("write", "read")
FLAGS = "/ofrep/v1/evaluate/flags"
STREAM = "/ofrep/v1/stream"
NOTHING: Final = "none"
"""The variant when no action may be shown."""
OWN_FIELDS = frozenset({"targetingKey", "targetingNamespace", "signature"})
ERROR_CODES = {
    "body": "PARSE_ERROR",
    "context.targetingKey": "TARGETING_KEY_MISSING",
    "context": "INVALID_CONTEXT",
    "customer": "INVALID_CONTEXT",
}
STREAMS_MAX = 1_000
LOOK_EVERY_S = 1.0
KEEP_ALIVE_S = 15
ELSEWHERE_S = 5
"""How often a stream looks although nothing was folded here: another process may have."""


class FlagBody(msgspec.Struct):
    """The evaluation context: ``targetingKey``, optionally ``targetingNamespace`` and ``signature``, and facts."""

    context: Any = None


class FlagTold(msgspec.Struct):
    """One evaluated flag."""

    key: str
    value: Any
    reason: str
    variant: str
    metadata: dict[str, str | int | float | bool]


class EventStream(msgspec.Struct):
    """Where to listen for changes."""

    type: str
    url: str


class FlagsTold(msgspec.Struct, rename="camel"):
    """All flags of one context."""

    flags: list[FlagTold]
    event_streams: list[EventStream]


class Channel(msgspec.Struct, array_like=True):
    """What a stream is about: a customer, and how things stood when the flags were evaluated."""

    customer: dict[str, str]
    state: str


_decode = msgspec.json.Decoder(FlagBody)


class Flags:
    """The OFREP routes over one runtime."""

    def __init__(self, rt: Runtime, saves: Saves, folding: Folding, signer: Signer) -> None:
        self._rt = rt
        self._saves = saves
        self._folding = folding
        self._signer = signer
        self._streams = 0

    def routes(self) -> Iterator[RawRoute]:
        """One flag, all flags, and the stream that says when to fetch again."""
        yield RawRoute(
            "POST", f"{FLAGS}/{{key}}", self.one, "Evaluate one flag", SCOPES, FlagBody, FlagTold,
            statuses=(400, 401, 403, 404, 413, 429, 503), refuse=refuse, parameters=(NAMED,),
        )  # fmt: skip
        yield RawRoute(
            "POST", FLAGS, self.all, "Evaluate all flags", SCOPES, FlagBody, FlagsTold, aliases=(f"{FLAGS}/",),
            statuses=(304, 400, 401, 403, 413, 429, 503), refuse=refuse,
        )  # fmt: skip
        channel = {"name": "channel", "in": "query", "required": True, "schema": {"type": "string"}}
        yield RawRoute(
            "GET", STREAM, self.stream, "Server-sent events that say when to evaluate again", (), None,
            {"type": "string"}, statuses=(401, 429), refuse=refuse, parameters=(channel,),
        )  # fmt: skip

    async def one(self, request: Request) -> Reply:
        """One flag."""
        key = keys.caller(self._rt, request, SCOPES)
        slot = request.path[len(FLAGS) + 1 :]
        customer, context = self._asked(request, key)
        ask = Ask(customer=customer, slot=slot, context=context)
        decided = deciding.decide(self._rt, ask, withheld=withheld(self._rt, request))
        await self._saves.wait(decided.saved)
        self._count(slot)
        return Reply(encode_json(self._flag(decided, key)))

    async def all(self, request: Request) -> Reply:
        """All flags, or 304 while nothing that decides them has changed: then nothing is decided anew either."""
        key = keys.caller(self._rt, request, SCOPES)
        customer, context = self._asked(request, key)
        refused = withheld(self._rt, request)
        tag = f'"{self._state(customer, context, refused)}"'
        headers = [JSON, (b"etag", tag.encode()), (b"cache-control", b"no-cache")]
        if request.header(b"if-none-match") == tag:
            return Reply(b"", 304, headers[1:])
        rt = self._rt
        asks = [Ask(customer=customer, slot=slot, context=context) for slot in rt.slots]
        decided = [deciding.decide(rt, ask, withheld=refused) for ask in asks]
        for one in decided:
            await self._saves.wait(one.saved)
            self._count(one.decision.slot)
        told = encode_json(Channel(customer, self._state(customer, {}))).decode()
        channel = self._signer.sign(told, rt.clock.now_us() + DAY_US)
        stream = EventStream("sse", f"{request.scheme}://{request.host}{STREAM}?channel={channel}")
        return Reply(encode_json(FlagsTold([self._flag(one, key) for one in decided], [stream])), headers=headers)

    async def stream(self, request: Request) -> Reply:
        """Holds the line open and says when this customer's decisions may have changed."""
        told = self._signer.read(request.query("channel"), self._rt.clock.now_us())
        if told is None:
            raise NotAuthenticated("an unknown or expired channel", where="channel", hint="evaluate the flags again")
        if self._streams >= STREAMS_MAX:
            raise Busy("too many open streams", hint="poll instead", retry_after_s=30)
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        return Reply(b"", headers=headers, stream=self._changes(msgspec.json.decode(told, type=Channel)))

    async def _changes(self, channel: Channel) -> AsyncGenerator[bytes, None]:
        """Server-sent events; an empty part is a moment to notice that the client has gone."""
        self._streams += 1
        OPEN_STREAMS.set(self._streams)
        try:
            yield b"retry: 5000\n\n"
            steps, state, quiet_s = -1, channel.state, 0
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                quiet_s += 1
                part = b": still here\n\n" if quiet_s % KEEP_ALIVE_S == 0 else b""
                if steps != self._folding.steps or quiet_s % ELSEWHERE_S == 0:
                    steps, before, state = self._folding.steps, state, self._state(channel.customer, {})
                    part = part if state == before else self._refetch(state)
                yield part
        finally:
            self._streams -= 1
            OPEN_STREAMS.set(self._streams)

    def _refetch(self, state: str) -> bytes:
        modified = self._rt.clock.now_us() // SECOND_US
        told = {"type": "refetchEvaluation", "etag": f'"{state}"', "lastModified": modified}
        return b"event: message\ndata: " + encode_json(told) + b"\n\n"

    def _asked(self, request: Request, key: KeyRow) -> tuple[dict[str, str], dict[str, Any]]:
        """Whom the context means, and what else it says. Raises ``InvalidInput``, ``NotAllowed``."""
        context = read_json(_decode, request.body).context
        if context is None:
            context = {}
        if not isinstance(context, dict):
            raise InvalidInput(
                "the context is not an object", where="context", hint='send {"context": {"targetingKey": …}}'
            )
        target = context.get("targetingKey")
        if isinstance(target, bool) or not isinstance(target, str | int) or target == "":
            raise InvalidInput("no targetingKey", where="context.targetingKey", hint="name the user or visitor in it")
        facts = {name: value for name, value in context.items() if name not in OWN_FIELDS}
        return {self._namespace(key, context, str(target)): str(target)}, facts

    def _namespace(self, key: KeyRow, context: dict[str, Any], target: str) -> str:
        if keys.private(key):
            return str(context.get("targetingNamespace") or "userId")
        signature = context.get("signature")
        if not signature:
            return "anonymousId"
        if not key_ring.vouched(self._rt, target, str(signature)):
            raise NotAllowed("the signature does not match the targetingKey", where="signature")
        return "userId"

    def _state(self, customer: dict[str, str], context: dict[str, Any], refused: Sequence[str] = ()) -> str:
        """A digest of all that decides for this customer, except chance and what the model learns from others."""
        subject, _, found = whom(self._rt, customer)
        facts = msgspec.json.encode(context, order="deterministic")
        parts = [self._rt.workspace.version.encode(), str(subject).encode(), facts]
        parts += [purpose.encode() for purpose in refused]
        parts += [found.profile, found.scores, b"%d" % found.shared] if found else []
        parts += [what.encode() for what in self._going_on()]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]

    def _going_on(self) -> list[str]:
        """What runs and what is sold out. Not what budgets hold: every fetch would change it, and ask for the next."""
        rt = self._rt
        now_us = rt.clock.now_us()
        sold_out = stock.sold_out(rt, now_us)
        return [*rt.trials.following(rt.store, now_us), *sorted(sold_out)]

    def _flag(self, decided: Decided, key: KeyRow) -> FlagTold:
        decision = decided.decision
        metadata: dict[str, str | int | float | bool] = {"decision_id": decision.id}
        metadata |= {f"experiment:{name}": arm for name, arm in decision.experiments.items()}
        private = keys.private(key)
        if private:
            metadata |= {"customer_id": decision.customer_id, "personalized": decision.personalized}
        if not decision.chosen:
            return FlagTold(decision.slot, self._neutral(decision.slot), "DEFAULT", NOTHING, metadata)
        pick = decision.chosen[0]
        if private:
            metadata |= {"probability": pick.probability, "propensity": pick.propensity}
        reason = "SPLIT" if len(decision.candidates) > 1 else "TARGETING_MATCH"
        return FlagTold(decision.slot, self._value(pick), reason, pick.action, metadata)

    def _value(self, pick: Chosen) -> Any:
        """``content.value`` where the action has one, so that a flag can be of any type; else the whole content."""
        own = self._rt.workspace.actions[action_of(pick.action)].content
        return own["value"] if "value" in own else deciding.content(self._rt, pick)

    def _neutral(self, slot: str) -> Any:
        """Nothing, in the type that the slot's flag has: the protocol wants a value even when there is none."""
        return type(self._rt.workspace.actions[self._rt.slots[slot][0]].content.get("value", {}))()

    def _count(self, slot: str) -> None:
        decisions_in(slot).inc()
        self._folding.wake()


def refuse(error: Exception, request: Request) -> Reply:
    """OFREP's own shape of an error."""
    told = problems.told(error, request.path)
    code = "FLAG_NOT_FOUND" if isinstance(error, NotFound) else ERROR_CODES.get(told.get("where", ""), "GENERAL")
    body: dict[str, str] = {"errorCode": code, "errorDetails": told["message"]}
    if request.path.startswith(f"{FLAGS}/"):
        body = {"key": request.path[len(FLAGS) + 1 :], **body}
    headers = [JSON, *((name.lower().encode(), value.encode()) for name, value in problems.headers_of(error).items())]
    return Reply(encode_json(body), told["status"], headers)
