"""The page of one customer's lessons: the ledger, depth, and forms to enter a lesson, take it back, restore it."""

from __future__ import annotations

from typing import Any, Final, get_args

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from rapport.console import login, present
from rapport.console.rendering import AnyRequest, Form, language_of, page, redirect, same_site, signed_in
from rapport.core.errors import InvalidInput, NotAllowed
from rapport.loop.intake.staff import Entry, Signed, add
from rapport.loop.learning import unlearn
from rapport.loop.learning.lessons import of_customer
from rapport.workspace.needs import Attribute

_DEPARTMENTS: Final = ("sales", "service", "marketing", "office")


@get("/customers/{customer_id:str}/lessons", guards=[signed_in], sync_to_thread=True)
def lessons(request: AnyRequest, state: State, customer_id: FromPath[str], look: FromQuery[str] = "") -> Response[str]:
    """The ledger; ``look`` names a lesson whose removal or return is tried without doing it."""
    rt, actor = state.rt, _actor(request, state)
    document = of_customer(rt, {"id": customer_id}, sensitive=bool(actor))
    chosen = next((row for row in document["data"] if row["id"] == look), None)
    tried = None
    if chosen is not None and actor:
        by, what = Signed(actor=actor, department="office"), {"id": customer_id}
        tried = (unlearn.restore if chosen["removed"] else unlearn.remove)(rt, what, look, by, dry_run=True)
    own = "_zh" if language_of(request) == "zh" else ""
    rows = [{**row, "said": row[f"said{own}"]} for row in document["data"]]
    follows = [row[f"said{own}"] for row in document["follows"]]
    return page(
        request, "lessons.html", document=document, rows=rows, follows=follows, chosen=chosen, tried=tried,
        title=present.names(rt, [document["customer_id"]])[document["customer_id"]], may=bool(actor),
        traits=sorted(rt.workspace.traits), needs=_needs() if rt.workspace.needs else (), departments=_DEPARTMENTS,
    )  # fmt: skip


@post("/customers/{customer_id:str}/lessons", guards=[signed_in], sync_to_thread=True, status_code=200)
def enter(request: AnyRequest, state: State, customer_id: FromPath[str], data: Form) -> Response[Any]:
    """Enters a trait, a need or a note; raises ``NotAllowed`` for who may only look."""
    actor = _allowed(request, state)
    kind, _, name = data.get("what", "").partition(":")
    if kind not in ("trait", "need", "note"):
        raise InvalidInput("nothing chosen", where="what", hint="say a trait, a need or a note")
    value = data.get("value", "").strip()
    said = {"note": value} if kind == "note" else {kind: name, "value": value}
    entry = Entry(
        actor=actor, department=data.get("department", ""), sensitive=data.get("sensitive") == "yes",
        **said,
    )  # fmt: skip
    add(state.rt, {"id": customer_id}, entry)
    return redirect(f"/customers/{customer_id}/lessons")


@post("/customers/{customer_id:str}/lessons/{lesson_id:str}", guards=[signed_in], sync_to_thread=True, status_code=200)
def change(
    request: AnyRequest, state: State, customer_id: FromPath[str], lesson_id: FromPath[str], data: Form
) -> Response[Any]:
    """Takes a lesson back or restores it; raises ``NotAllowed`` for who may only look."""
    by = Signed(actor=_allowed(request, state), department=data.get("department", ""), because=data.get("because", ""))
    act = {"remove": unlearn.remove, "restore": unlearn.restore}.get(data.get("act", ""))
    if act is None:
        raise InvalidInput("neither taken back nor restored", where="act", hint="press one of the two buttons")
    act(state.rt, {"id": customer_id}, lesson_id, by)
    return redirect(f"/customers/{customer_id}/lessons")


def _needs() -> tuple[str, ...]:
    return tuple(name for name in get_args(Attribute) if name not in ("when", "frequency"))


def _actor(request: AnyRequest, state: State) -> str:
    return login.decider(state.rt, state.signer, request.cookies.get(login.COOKIE, ""))


def _allowed(request: AnyRequest, state: State) -> str:
    same_site(request)
    actor = _actor(request, state)
    if not actor:
        raise NotAllowed("this session may look, not enter", hint="sign in with a key that has the scope manage")
    return actor
