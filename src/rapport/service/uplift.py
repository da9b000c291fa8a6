"""``GET /v1/reports/uplift``: what offers add."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.datastructures import State

from rapport.loop.deciding.uplift import report
from rapport.service.guard import needs


@get("/", guards=[needs("read")], summary="Say what offers add", sync_to_thread=True)
def everybody(state: State) -> dict[str, Any]:
    """Offer by offer: who would do it anyway, what it adds with its interval, whom it changes most; or why not told."""
    return report(state.rt)


uplift = Router("/v1/reports/uplift", route_handlers=[everybody], tags=["reports"])
