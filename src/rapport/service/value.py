"""``GET /v1/reports/value``: what customers are worth now and could be worth."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.datastructures import State
from litestar.params import FromPath

from rapport.loop.reports import value as valued
from rapport.service.guard import needs


@get("/", guards=[needs("read")], summary="Say what customers are worth and could be worth", sync_to_thread=True)
def everybody(state: State) -> dict[str, Any]:
    """Quadrants with their money, indicators with weights and consistency, what is redundant, who moved."""
    return valued.report(state.rt)


@get("/{customer_id:str}", guards=[needs("read")], summary="Say what one customer is worth", sync_to_thread=True)
def one_customer(state: State, customer_id: FromPath[str]) -> dict[str, Any]:
    """Each dimension's score with every indicator's contribution, what would bring most, and the history."""
    return valued.of_customer(state.rt, {"id": customer_id})


value = Router("/v1/reports/value", route_handlers=[everybody, one_customer], tags=["reports"])
