"""``/v1/customers/{id}/lessons``: what was learnt from one customer, entered by staff, taken back, restored."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Router, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from rapport.loop.intake import staff
from rapport.loop.learning import lessons as ledger
from rapport.loop.learning import unlearn
from rapport.service.customers import AnyRequest
from rapport.service.guard import key_of, needs

DryRun = Annotated[bool, QueryParameter(description="Only tell which decisions would change.")]
Actor = Annotated[str, QueryParameter(description="The member of staff.", max_length=staff.NAME_MAX)]
Department = Annotated[str, QueryParameter(description="Of which department.", max_length=staff.NAME_MAX)]
Because = Annotated[str, QueryParameter(description="Why.", max_length=staff.TEXT_MAX)]


@get(
    "/{customer_id:str}/lessons",
    guards=[needs("read")],
    summary="Show what was learnt from a customer",
    sync_to_thread=True,
)
def lessons(request: AnyRequest, state: State, customer_id: FromPath[str]) -> dict[str, Any]:
    """The ledger, newest first, depth in bits, what a competitor would have to learn. A key that may manage sees
    sensitive notes."""
    return ledger.of_customer(state.rt, {"id": customer_id}, sensitive="manage" in key_of(request).scopes)


@post(
    "/{customer_id:str}/lessons",
    guards=[needs("manage")],
    summary="Enter a lesson about a customer",
    sync_to_thread=True,
    status_code=200,
)
def add(state: State, customer_id: FromPath[str], data: JSONBody[staff.Entry]) -> dict[str, Any]:
    """A trait, a need or a note, with who entered it; it counts when this is answered."""
    return staff.add(state.rt, {"id": customer_id}, data)


@delete(
    "/{customer_id:str}/lessons/{lesson_id:str}",
    guards=[needs("manage")],
    summary="Take a lesson back",
    sync_to_thread=True,
    status_code=200,
)
def remove(  # noqa: PLR0917 - litestar passes what a request may say by name
    state: State,
    customer_id: FromPath[str],
    lesson_id: FromPath[str],
    actor: FromQuery[Actor],
    department: FromQuery[Department],
    because: FromQuery[Because] = "",
    dry_run: FromQuery[DryRun] = False,
) -> dict[str, Any]:
    """What it changes of the next decision in every slot."""
    by = staff.Signed(actor=actor, department=department, because=because)
    return unlearn.remove(state.rt, {"id": customer_id}, lesson_id, by, dry_run=dry_run)


@post(
    "/{customer_id:str}/lessons/{lesson_id:str}/restore",
    guards=[needs("manage")],
    summary="Restore a lesson that was taken back",
    sync_to_thread=True,
    status_code=200,
)
def restore(
    state: State, customer_id: FromPath[str], lesson_id: FromPath[str], data: JSONBody[staff.Signed]
) -> dict[str, Any]:
    """What it changes of the next decision in every slot."""
    return unlearn.restore(state.rt, {"id": customer_id}, lesson_id, data)


customer_lessons = Router("/v1/customers", route_handlers=[lessons, add, remove, restore], tags=["customers"])
