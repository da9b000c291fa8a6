"""``/v1/configurations``: one step of a configuration after another, explanations, and what there is to configure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from threading import Lock
from typing import Any, Final

import msgspec
from msgspec import structs

from rapport.core.errors import Conflict
from rapport.loop.configure import catalogue
from rapport.loop.configure import step as stepping
from rapport.loop.configure.asking import Chosen, Step, Touch
from rapport.loop.configure.step import Blocked, Taken
from rapport.loop.runtime import Runtime
from rapport.service import keys, problems
from rapport.service.background import Folding
from rapport.service.configure_told import ExplanationTold, ProductsTold, ProductTold, StepTold, UvlTold
from rapport.service.exchange import NAMED, RawRoute, Reply, Request, encode_json, read_json
from rapport.service.gpc import withheld
from rapport.service.live import Saves

SCOPES = ("write", "read")
ALL = "/v1/configurations"
PATH = "/v1/configurations/{key}"
EXPLAIN = "/v1/configurations/{key}/explain"
UVL = "/v1/configurations/{key}/uvl"
STATUSES = (400, 401, 403, 404, 409, 413, 429, 503)
_LANGUAGE: Final = {"name": "language", "in": "query", "required": False, "schema": {"type": "string"}}


class StepBody(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step; nothing but ``{}`` begins a session."""

    customer: dict[str, str | int] = {}  # type: ignore[assignment]
    """``userId``, ``anonymousId`` or any declared identifier; the strongest counts."""
    signature: str = ""
    """With a write key: proof that the server knows the userId to be this visitor's."""


class ExplainBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which option is asked about, beside which choices."""

    group: str
    option: str
    choices: Chosen = {}
    refused: dict[str, list[str]] = {}
    session: str = ""
    """With it, its choices count unless some are sent."""
    way: str = ""
    language: str = "en"


_decode_step = msgspec.json.Decoder(StepBody)
_decode_explain = msgspec.json.Decoder(ExplainBody)


class Configuring:
    """The routes by which customers configure, over one runtime."""

    def __init__(self, rt: Runtime, saves: Saves, folding: Folding) -> None:
        self._rt = rt
        self._saves = saves
        self._folding = folding
        self._turn = Lock()

    def routes(self) -> Iterator[RawRoute]:
        """Steps, explanations, and the products."""
        named = (NAMED,)
        asked = (400, 401, 403, 404, 409, 429, 503)
        yield RawRoute("POST", PATH, self.step, "Take a step of a configuration", SCOPES, StepBody, StepTold, STATUSES,
                       parameters=named)  # fmt: skip
        yield RawRoute("POST", EXPLAIN, self.explain, "Say why an option is not possible", SCOPES, ExplainBody,
                       ExplanationTold, STATUSES, parameters=named)  # fmt: skip
        yield RawRoute("GET", ALL, self.products, "List what can be configured", SCOPES, None, ProductsTold,
                       (401, 403, 429, 503), parameters=(_LANGUAGE,))  # fmt: skip
        yield RawRoute("GET", PATH, self.product, "Show a product's groups, options and variants", SCOPES, None,
                       ProductTold, asked, parameters=(*named, _LANGUAGE))  # fmt: skip
        yield RawRoute("GET", UVL, self.uvl, "Show a product in UVL", SCOPES, None, UvlTold, asked,
                       parameters=named)  # fmt: skip

    async def step(self, request: Request) -> Reply:
        """Answers once the step is on disk."""
        key = keys.caller(self._rt, request, SCOPES)
        body = read_json(_decode_step, request.body)
        keys.check_subject(self._rt, key, body.customer, body.signature)
        step = structs.replace(body, customer={name: str(value) for name, value in body.customer.items()})
        try:
            taken = await self._take(request.named(PATH), step, withheld(self._rt, request))
        except Blocked as error:
            if error.saved is not None:
                await self._saves.wait(error.saved)
                self._folding.wake()
            return _blocked(error, request)
        return Reply(encode_json(taken.told if keys.private(key) else _public(taken.told)))

    async def _take(self, product: str, step: Step, refused: Any, *, again: bool = True) -> Taken:
        if self._rt.shelf.quick(product):
            taken = stepping.take(self._rt, product, step, refused)
        else:
            taken = await asyncio.to_thread(self._slowly, product, step, refused)
        if taken.saved is not None:
            receipt = await self._saves.wait(taken.saved)
            self._folding.wake()
            try:
                stepping.settle(self._rt, taken, receipt)
            except Conflict:
                # Another process took a step of the same session meanwhile: this one may be the same.
                if not again:
                    raise
                return await self._take(product, step, refused, again=False)
        return taken

    def _slowly(self, product: str, step: Step, refused: Any) -> Taken:
        """Runs in a thread, one at a time: a first use that compiles, a large product, one that a solver answers."""
        with self._turn:
            return stepping.take(self._rt, product, step, refused)

    async def explain(self, request: Request) -> Reply:
        """What is asked about in a session and cannot be had is written down, as a wish."""
        keys.caller(self._rt, request, SCOPES)
        body = read_json(_decode_explain, request.body)
        step = Step(choices=body.choices or None, refused=body.refused or None, session=body.session, way=body.way,
                    language=body.language)  # fmt: skip
        touch = Touch(group=body.group, option=body.option)
        asked = stepping.ask(self._rt, request.named(EXPLAIN), step, touch)
        if asked.saved is not None:
            await self._saves.wait(asked.saved)
            self._folding.wake()
        return Reply(encode_json(asked.told))

    async def products(self, request: Request) -> Reply:
        """All products, none compiled."""
        keys.caller(self._rt, request, SCOPES)
        return Reply(encode_json({"products": catalogue.products(self._rt, request.query("language") or "en")}))

    async def product(self, request: Request) -> Reply:
        """One product, as a page draws it before the first step."""
        keys.caller(self._rt, request, SCOPES)
        name = request.named(PATH)
        return Reply(encode_json(catalogue.model_of(self._rt, name, request.query("language") or "en")))

    async def uvl(self, request: Request) -> Reply:
        """The model for other tools."""
        keys.caller(self._rt, request, SCOPES)
        return Reply(encode_json(catalogue.uvl_of(self._rt, request.named(UVL))))


def _blocked(error: Blocked, request: Request) -> Reply:
    """The problem, and why: what to give up to have it."""
    told = problems.told(error, request.path) | error.told
    return Reply(encode_json(told), problems.status_of(error), [problems.PROBLEM_JSON])


def _public(told: dict[str, Any]) -> dict[str, Any]:
    """Without what a key that lives in browsers is not told: how probable we think what is."""
    groups = [
        group | {"options": [option | {"share": None} for option in group["options"]]} for group in told["groups"]
    ]
    completion = told["completion"] | {
        "because": [one | {"share": None, "of": None} for one in told["completion"]["because"]]
    }
    return told | {"groups": groups, "completion": completion}
