"""``/v1/experiments`` and ``GET /v1/reports/holdout``: treatments compared on customers drawn by lot."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from rapport.loop.experimenting import experiment_plan, holdout
from rapport.loop.experimenting import experiments as kept
from rapport.service.guard import key_of, needs

Effect = Annotated[
    float | None, QueryParameter(gt=0, description="The smallest effect worth finding, as a share of the control.")
]


class StartBody(msgspec.Struct, forbid_unknown_fields=True):
    """The smallest effect worth finding, where it is to differ from the declared one."""

    effect: float | None = None


@get("/", guards=[needs("read")], summary="List the experiments", sync_to_thread=True)
def listing(state: State) -> dict[str, Any]:
    """Each with its arms, whether it runs, since when, and for how many customers it was planned."""
    return kept.listing(state.rt)


@get("/{name:str}", guards=[needs("read")], summary="Say what an experiment has shown", sync_to_thread=True)
def one(state: State, name: FromPath[str]) -> dict[str, Any]:
    """Effects with intervals that hold for the looks taken, how they came about, or why nothing is told."""
    return kept.report(state.rt, name)


@get("/{name:str}/power", guards=[needs("read")], summary="Say how many customers it takes", sync_to_thread=True)
def power(state: State, name: FromPath[str], effect: Effect = None) -> dict[str, Any]:
    """Customers and days for an effect, reckoned from what customers did so far."""
    return experiment_plan.plan(state.rt, name, effect)


@post("/{name:str}/start", guards=[needs("manage")], summary="Start an experiment", sync_to_thread=True)
def start(
    request: Request[Any, Any, Any], state: State, name: FromPath[str], data: JSONBody[StartBody]
) -> dict[str, Any]:
    """Plans it and starts it: from now on decisions follow it."""
    key = key_of(request)
    return kept.start(state.rt, name, by=key.label or key.id, effect=data.effect)


@post("/{name:str}/stop", guards=[needs("manage")], summary="Stop an experiment", sync_to_thread=True)
def stop(request: Request[Any, Any, Any], state: State, name: FromPath[str]) -> dict[str, Any]:
    """Ends it: decisions follow it no longer, and its report stands still."""
    key = key_of(request)
    return kept.stop(state.rt, name, by=key.label or key.id)


@get("/holdout", guards=[needs("read")], summary="Say what personal treatment brings", sync_to_thread=True)
def held_out(state: State) -> dict[str, Any]:
    """Those held out beside everybody else: the effect with its interval, the share really held out."""
    return holdout.report(state.rt)


experiments = Router("/v1/experiments", route_handlers=[listing, one, power, start, stop], tags=["experiments"])
holdout_report = Router("/v1/reports", route_handlers=[held_out], tags=["reports"])
