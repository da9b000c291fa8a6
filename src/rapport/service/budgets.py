"""``GET /v1/reports/budgets`` and ``POST /v1/allocations``: what is spent and scarce; plan who gets which offer."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Router, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from rapport.loop.deciding.allocate import plan, report
from rapport.service.guard import needs


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to plan for."""

    budget: str = ""
    """Empty: all of them."""
    dry_run: bool = False
    """Decisions do not follow the plan."""


@get("/", guards=[needs("read")], summary="Say what is spent of every budget", sync_to_thread=True)
def spent(state: State) -> dict[str, Any]:
    """What is spent or reserved within each budget's span, its price now, and the plan that decisions follow."""
    return report(state.rt)


@post(
    "/",
    guards=[needs("manage")],
    summary="Plan who gets which offer under the budgets",
    status_code=200,
    sync_to_thread=True,
)
def allocation(state: State, data: JSONBody[Wanted]) -> dict[str, Any]:
    """The plan's totals, its certificate and prices; it names nobody and sends nothing."""
    return plan(state.rt, data.budget, keep=not data.dry_run)


budget_report = Router("/v1/reports/budgets", route_handlers=[spent], tags=["reports"])
allocations = Router("/v1/allocations", route_handlers=[allocation], tags=["budgets"])
