"""``/v1/reports``: the reports about the data and its use."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from rapport.loop.intake.counts import DAYS_KEPT
from rapport.loop.reports import customer_table
from rapport.loop.reports import dropped as losses
from rapport.loop.reports import quality as measured
from rapport.loop.reports import usage as used
from rapport.service.guard import needs

Days = Annotated[int, QueryParameter(ge=1, le=DAYS_KEPT, description="How many days back, today included.")]


@get("/quality", guards=[needs("read")], summary="Say how good the data is", sync_to_thread=True)
def quality(state: State) -> dict[str, Any]:
    """The verdict, then each trait by source: completeness, validity, freshness, conflicts, duplicates, trend."""
    return measured.quality(state.rt)


@get("/usage", guards=[needs("read")], summary="Say what uses each trait", sync_to_thread=True)
def usage(state: State) -> dict[str, Any]:
    """Named by a definition, measurably leaned on by the model, or used by nothing."""
    return used.usage(state.rt)


@get("/customers", guards=[needs("read")], summary="Describe the customer table", sync_to_thread=True)
def customers(state: State) -> dict[str, Any]:
    """Column by column: type, kind, purpose, source, meaning, of how many it is known, what uses it."""
    return customer_table.describe(state.rt)


@get("/dropped", guards=[needs("read")], summary="List what was not kept", sync_to_thread=True)
def dropped(state: State, days: Days = losses.DAYS) -> dict[str, Any]:
    """By reason and name, with sources, types and the line that would keep it; never a value."""
    return losses.dropped(state.rt, days)


reports = Router("/v1/reports", route_handlers=[quality, usage, customers, dropped], tags=["reports"])
