"""``GET /v1/reports/recommendations``: what recommends items, how it fared, and one customer's list."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, QueryParameter

from rapport.loop.deciding.recommend import MOST_MAX, kind_of, preview
from rapport.loop.reports.recommendations import report
from rapport.service.guard import needs


@get("/", guards=[needs("read")], summary="Say what recommends items, and how it fared", sync_to_thread=True)
def everybody(state: State) -> dict[str, Any]:
    """The catalogue, the technique that was chosen, and its test on the past beside simpler ways."""
    return report(state.rt)


@get("/{customer_id:str}", guards=[needs("read")], summary="Preview one customer's recommendations",
     sync_to_thread=True)  # fmt: skip
def one_customer(
    state: State,
    customer_id: FromPath[str],
    kind: FromQuery[str] = "personal",
    item: Annotated[str, QueryParameter(description="The item being looked at.")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_MAX, description="How many at most.")] = 10,
) -> dict[str, Any]:
    """What would be recommended now; nothing is offered or recorded."""
    context = {"item": item} if item else {}
    return preview(state.rt, {"id": customer_id}, kind_of(kind), context, limit)


recommendations = Router("/v1/reports/recommendations", route_handlers=[everybody, one_customer], tags=["reports"])
