"""``GET /v1/reports/readiness``: which stages the data carries."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.datastructures import State

from rapport.loop.refreshing import gates
from rapport.service.guard import needs


@get("/", guards=[needs("read")], summary="Say which stages the data carries", sync_to_thread=True)
def ladder(state: State) -> dict[str, Any]:
    """Stage by stage: open, closed, not declared or not measured; what it asks, what was found, what to do next."""
    return gates.readiness(state.rt)


readiness = Router("/v1/reports/readiness", route_handlers=[ladder], tags=["reports"])
