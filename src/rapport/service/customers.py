"""``/v1/customers``: the 360° view, and the customer's rights."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, delete, get
from litestar.connection import Request
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, QueryParameter

from rapport.core.errors import InvalidInput, did_you_mean
from rapport.loop import view
from rapport.loop.privacy import erase as erasing
from rapport.service.guard import key_of, needs
from rapport.service.segment import source_name

PAGING = frozenset({"after", "limit"})
Limit = Annotated[int, QueryParameter(ge=1, le=view.PAGE_MAX, description="How many at most.")]
AnyRequest = Request[Any, Any, State]


@get("/", guards=[needs("read")], summary="List customers, or find one by a declared identifier", sync_to_thread=True)
def list_customers(request: AnyRequest, state: State, after: FromQuery[str] = "", limit: Limit = 50) -> dict[str, Any]:
    """``{data, next_cursor}`` in id order; with ``?email=…`` or another declared identifier that one customer."""
    who = {name: value for name, value in request.query_params.items() if name not in PAGING}
    if not who:
        return view.listing(state.rt, after, limit)
    _check_names(state, who)
    return view.show(state.rt, who)


@get("/{customer_id:str}", guards=[needs("read")], summary="Show one customer", sync_to_thread=True)
def show_customer(state: State, customer_id: FromPath[str]) -> dict[str, Any]:
    """Who, traits, features, scores, identifiers, links and decisions."""
    return view.show(state.rt, {"id": customer_id})


@get("/{customer_id:str}/timeline", guards=[needs("read")], summary="Show a customer's events", sync_to_thread=True)
def timeline(
    state: State, customer_id: FromPath[str], before: FromQuery[str] = "", limit: Limit = 50
) -> dict[str, Any]:
    """Newest first; pass ``next_cursor`` back as ``before``."""
    return view.timeline(state.rt, {"id": customer_id}, before, limit)


@delete(
    "/{customer_id:str}", guards=[needs("manage")], summary="Erase a customer", sync_to_thread=True, status_code=200
)
def erase(request: AnyRequest, state: State, customer_id: FromPath[str]) -> dict[str, Any]:
    """Removes the customer from everything that Rapport made, backups included; answers with a receipt."""
    return erasing.erase(state.rt, {"id": customer_id}, by=f"key {source_name(key_of(request))}")


def _check_names(state: State, who: dict[str, str]) -> None:
    known = {"userId", "anonymousId", *state.rt.workspace.identity.namespaces}
    for name in who:
        if name not in known:
            raise InvalidInput(f"unknown parameter '{name}'", where="query", hint=did_you_mean(name, {*known, *PAGING}))


customers = Router(
    "/v1/customers",
    route_handlers=[list_customers, show_customer, timeline, erase],
    tags=["customers"],
)
