"""``GET /v1/reports/models`` and ``/v1/models``: how the models fare, and which of them are in use."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Router, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from rapport.loop.learning import models as life
from rapport.loop.learning.second import BOOSTED
from rapport.service.customers import AnyRequest
from rapport.service.guard import key_of, needs
from rapport.service.segment import source_name

Actor = Annotated[str, msgspec.Meta(max_length=200)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class PromoteBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which version is put into use."""

    version: Number = 0
    """0: the one in shadow, else the newest."""
    share: float | None = None
    """Its part in the blend: 0.25, 0.5 or 0.75; unless said, as fitted."""
    actor: Actor = ""
    """The member of staff; empty: the key's label."""


class RollbackBody(msgspec.Struct, forbid_unknown_fields=True):
    """Where to go back to."""

    model: Annotated[str, msgspec.Meta(max_length=50)] = BOOSTED
    """``boosted``, or ``propensity``: the online model."""
    version: Number | None = None
    """Unless said, the one before; 0: no boosted model at all."""
    actor: Actor = ""


@get("/", guards=[needs("read")], summary="Say how the models fare", sync_to_thread=True)
def report(state: State) -> dict[str, Any]:
    """Versions, who changed them, calibration with intervals, delays of answers, what is to be known."""
    return life.report(state.rt)


@post("/promote", guards=[needs("manage")], summary="Put a model into use", sync_to_thread=True, status_code=200)
def promote(request: AnyRequest, state: State, data: JSONBody[PromoteBody]) -> dict[str, Any]:
    """The next decision is made with it; answers what is in use then."""
    return life.promote(state.rt, data.version, data.share, by=_actor(request, data.actor))


@post("/rollback", guards=[needs("manage")], summary="Go back to an earlier model", sync_to_thread=True,
      status_code=200)  # fmt: skip
def rollback(request: AnyRequest, state: State, data: JSONBody[RollbackBody]) -> dict[str, Any]:
    """The next decision is made with it; answers what is in use then."""
    return life.rollback(state.rt, data.model, data.version, by=_actor(request, data.actor))


def _actor(request: AnyRequest, stated: str) -> str:
    return stated.strip() or source_name(key_of(request))


model_reports = Router("/v1/reports/models", route_handlers=[report], tags=["reports"])
models = Router("/v1/models", route_handlers=[promote, rollback], tags=["models"])
