"""``GET /v1/reports/stages``: where in the buying cycle customers are."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.datastructures import State
from litestar.params import FromPath

from rapport.loop.reports import stage
from rapport.service.guard import needs


@get("/", guards=[needs("read")], summary="Say where in the buying cycle customers are", sync_to_thread=True)
def everybody(state: State) -> dict[str, Any]:
    """By stage and category, what each stage has meant, who moved since the last refresh, where people stop."""
    return stage.report(state.rt)


@get("/{customer_id:str}", guards=[needs("read")], summary="Say where one customer is", sync_to_thread=True)
def one_customer(state: State, customer_id: FromPath[str]) -> dict[str, Any]:
    """The probability of each stage by category with its signals, the visit that is going on, and what moved."""
    return stage.of_customer(state.rt, {"id": customer_id})


stages = Router("/v1/reports/stages", route_handlers=[everybody, one_customer], tags=["reports"])
