"""``GET /v1/reports/selection``: whom to select, and how to market to them."""

from __future__ import annotations

from typing import Any

from litestar import Router, get
from litestar.datastructures import State

from rapport.loop.reports import selection as judged
from rapport.service.guard import needs


@get("/", guards=[needs("read")], summary="Say whom to select and how to market to them", sync_to_thread=True)
def matrices(state: State) -> dict[str, Any]:
    """Value × fit and value × diversity of needs with counts and money, thresholds, capabilities, effect by mode."""
    return judged.selection(state.rt)


selection = Router("/v1/reports/selection", route_handlers=[matrices], tags=["reports"])
