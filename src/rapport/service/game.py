"""``/v1/games/{name}``: this or that, one pair after another, and the report on games."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Router, get
from litestar.datastructures import State

from rapport.core.preference import Answer
from rapport.loop.deciding import game
from rapport.loop.deciding.game import Before, Move
from rapport.loop.reports import games
from rapport.loop.runtime import Runtime
from rapport.service import guard, keys
from rapport.service.background import Folding
from rapport.service.exchange import RawRoute, Reply, Request, encode_json, read_json
from rapport.service.gpc import withheld
from rapport.service.live import Saves

SCOPES = ("write", "read")
PATH = "/v1/games/{key}"
PRIVATE = frozenset({"customer_id", "gain", "stated", "reason"})
"""What a key that lives in browsers is not told: who somebody is, and what we make of it."""
_NOT_NAMES = frozenset({"signature", "writeKey"})


class PickBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One pick."""

    customer: dict[str, str | int]
    """``userId``, ``anonymousId`` or any declared identifier; the strongest counts."""
    this: str
    that: str
    pick: Answer
    number: Annotated[int, msgspec.Meta(ge=0)]
    """The question's; the same question answered twice counts once."""
    before: list[Before] = []
    """What the last answer told as ``before``: of those for whom nothing is kept."""
    signature: str = ""
    """With a write key: proof that the server knows the userId to be this visitor's."""


class OptionTold(msgspec.Struct):
    """One of two things to pick."""

    name: str
    title: str
    content: dict[str, Any]
    attributes: dict[str, Any]


class QuestionTold(msgspec.Struct):
    """Two things to pick between."""

    number: int
    this: OptionTold
    that: OptionTold


class SuggestedTold(msgspec.Struct):
    """What a slot would offer now."""

    action: str
    content: dict[str, Any]


class ValueTold(msgspec.Struct):
    """One value of a need, and how probably it is the one wanted most."""

    value: str
    confidence: float


class StatedTold(msgspec.Struct):
    """What the picks say of one need."""

    need: str
    attribute: str
    values: list[ValueTold]


class GameTold(msgspec.Struct):
    """The next pair, or none and why; a write key is not told ``customer_id``, ``reason``, ``gain``, ``stated``."""

    game: str
    title: str
    kept: bool
    """Whether picks are kept."""
    picks: int
    picks_max: int
    done: bool
    question: QuestionTold | None
    suggested: list[SuggestedTold]
    before: list[Before]
    """To be sent with the next pick, where nothing is kept."""
    customer_id: str = ""
    reason: str = ""
    """Why nothing more is asked."""
    gain: float = 0.0
    """By which share the answer could raise what decisions earn."""
    stated: list[StatedTold] = []


_decode = msgspec.json.Decoder(PickBody)


class Playing:
    """The routes by which customers play, over one runtime."""

    def __init__(self, rt: Runtime, saves: Saves, folding: Folding) -> None:
        self._rt = rt
        self._saves = saves
        self._folding = folding

    def routes(self) -> Iterator[RawRoute]:
        """``GET`` and ``POST /v1/games/{key}``."""
        statuses = (400, 401, 403, 404, 413, 429, 503)
        named = ({"name": "userId", "in": "query", "required": False, "schema": {"type": "string"}},)
        yield RawRoute(
            "GET", PATH, self.show, "Show the next pair of a game", SCOPES, None, GameTold, statuses, parameters=named
        )
        yield RawRoute("POST", PATH, self.pick, "Take a pick, and show the next pair", SCOPES, PickBody, GameTold,
                       statuses)  # fmt: skip

    async def show(self, request: Request) -> Reply:
        """The customer by ``userId``, ``anonymousId`` or any declared identifier in the query."""
        key = keys.caller(self._rt, request, SCOPES)
        asked = dict(parse_qsl(request.scope["query_string"].decode("latin-1")))
        who = {name: value for name, value in asked.items() if name not in _NOT_NAMES}
        keys.check_subject(self._rt, key, who, asked.get("signature", ""))
        told = game.show(self._rt, _name(request), who, withheld(self._rt, request))
        return _reply(told, private=keys.private(key))

    async def pick(self, request: Request) -> Reply:
        """Answers once the pick is on disk."""
        key = keys.caller(self._rt, request, SCOPES)
        body = read_json(_decode, request.body)
        keys.check_subject(self._rt, key, body.customer, body.signature)
        move = Move(
            customer={name: str(value) for name, value in body.customer.items()},
            this=body.this, that=body.that, pick=body.pick, number=body.number, before=body.before,
        )  # fmt: skip
        picked = game.pick(self._rt, _name(request), move, withheld(self._rt, request))
        if picked.saved is not None:
            await self._saves.wait(picked.saved)
            self._folding.wake()
        return _reply(picked.told, private=keys.private(key))


def _name(request: Request) -> str:
    return request.path.removeprefix(PATH.removesuffix("{key}"))


def _reply(told: Mapping[str, Any], *, private: bool) -> Reply:
    return Reply(encode_json({name: held for name, held in told.items() if private or name not in PRIVATE}))


@get("/", guards=[guard.needs("read")], summary="Say what customers picked in games", sync_to_thread=True)
def report(state: State) -> dict[str, Any]:
    """Each game: who played, how they answered, how consistently, and what they stated."""
    return games.report(state.rt)


game_reports = Router("/v1/reports/games", route_handlers=[report], tags=["reports"])
