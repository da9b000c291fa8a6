"""``GET /v1/reports/lifetime``: what customers will still bring."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.datastructures import State
from litestar.params import FromPath

from rapport.loop.reports import lifetime as ahead
from rapport.service.guard import needs


@get("/", guards=[needs("read")], summary="Say what customers will still bring", sync_to_thread=True)
def everybody(state: State) -> dict[str, Any]:
    """Parameters with their errors by group, the test on the past, how value is spread, what is to be known."""
    return ahead.report(state.rt)


@get("/{customer_id:str}", guards=[needs("read")], summary="Say what one customer will bring", sync_to_thread=True)
def one_customer(state: State, customer_id: FromPath[str]) -> dict[str, Any]:
    """Lifetime value with its 90% interval, the history it comes from, and how such numbers fared."""
    return ahead.of_customer(state.rt, {"id": customer_id})


lifetime = Router("/v1/reports/lifetime", route_handlers=[everybody, one_customer], tags=["reports"])
