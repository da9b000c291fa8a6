"""``GET /v1/reports/findings``: what the answers of customers say, in sentences."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.datastructures import State

from rapport.loop.learning import depth_report
from rapport.loop.learning import findings as found
from rapport.service.guard import needs


@get("/findings", guards=[needs("read")], summary="Say what holds of offers and customers", sync_to_thread=True)
def findings(state: State) -> dict[str, Any]:
    """Each finding with its size, 95% interval, customers and what to do; how many patterns were looked at."""
    return found.report(state.rt)


@get("/lessons", guards=[needs("read")], summary="Say how well customers are known", sync_to_thread=True)
def depths(state: State) -> dict[str, Any]:
    """Depth in bits: how it is spread, how it grows with contacts, and what goes with it."""
    return depth_report.report(state.rt)


learnings = Router("/v1/reports", route_handlers=[findings, depths], tags=["reports"])
