"""``GET /v1/reports/needs``: what customers need, and one customer's needs with where they come from."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from rapport.loop.reports import needs as report
from rapport.service.guard import needs as asks

By = Annotated[str, QueryParameter(description="Numeric column that says what a customer is worth.")]


@get("/", guards=[asks("read")], summary="Say what customers need", sync_to_thread=True)
def everybody(state: State, by: By = "") -> dict[str, Any]:
    """Each attribute's distribution, whose needs changed, means and ends, and which needs go with value."""
    return report.report(state.rt, by)


@get("/{customer_id:str}", guards=[asks("read")], summary="Say what one customer needs", sync_to_thread=True)
def one(state: State, customer_id: FromPath[str]) -> dict[str, Any]:
    """Every facet's posterior with its evidence, age and source, what shifted, needs and products together."""
    return report.of_customer(state.rt, {"id": customer_id})


needs = Router("/v1/reports/needs", route_handlers=[everybody, one], tags=["reports"])
