"""``GET /v1/reports/potential`` and ``/timing``: what customers are going to spend, when, and on what."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

from litestar import Router, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from rapport.core.time import to_us
from rapport.loop.reports import potential as learnt
from rapport.loop.reports import timing as due
from rapport.service.guard import needs

Backtest = Annotated[
    date | None, QueryParameter(description="Try value.yaml's indicators as of this past day instead.")
]


@get("/potential", guards=[needs("read")], summary="Say what customers are going to spend", sync_to_thread=True)
def potential(state: State, backtest: Backtest = None) -> dict[str, Any]:
    """What is expected, how it was learnt, how it ranked what it had not seen; or value's indicators on a past day."""
    if backtest is None:
        return learnt.report(state.rt)
    return learnt.backtest(state.rt, to_us(datetime.combine(backtest, time.max, state.rt.zone)))


@get("/timing", guards=[needs("read")], summary="Say when customers buy next, and what", sync_to_thread=True)
def timing(state: State) -> dict[str, Any]:
    """Who is due when, of what category, and how good such forecasts were when they were tried."""
    return due.report(state.rt)


ahead = Router("/v1/reports", route_handlers=[potential, timing], tags=["reports"])
"""The two reports about what comes next."""
