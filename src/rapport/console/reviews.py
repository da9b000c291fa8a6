"""Probable links on pages: the queue, one pair with the account of every field, the answer by a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from rapport.console import login, present
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, Form, language_of, page, redirect, same_site, signed_in
from rapport.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rapport.identify.link.judge import ONE_EACH
from rapport.identify.link.picture import svg
from rapport.identify.link.waterfall import told
from rapport.identify.link.wording import WORDS
from rapport.loop import view
from rapport.loop.identities import review as reviewing
from rapport.loop.runtime import Runtime

PAGE_SIZE = 50
_SHOWN_TRAITS = 12
"""Traits of each customer that a pair's page shows."""
_SAID_MAX = 2_000


@get("/reviews", guards=[signed_in], sync_to_thread=True)
def reviews(
    request: AnyRequest, state: State, status: FromQuery[str] = "open", cursor: FromQuery[str] = ""
) -> Response[str]:
    """A page of pairs, the most probable first."""
    queue = reviewing.queue(state.rt, status, PAGE_SIZE, cursor)
    ids = [side["customer_id"] for one in queue["data"] for side in (one["a"], one["b"]) if side["customer_id"]]
    return page(
        request,
        "reviews.html",
        queue=queue,
        names=present.names(state.rt, ids),
        wanted=status,
        statuses=reviewing.STATUSES,
        cursor=cursor,
    )


@get("/reviews/{review_id:str}", guards=[signed_in], sync_to_thread=True)
def review(request: AnyRequest, state: State, review_id: FromPath[str]) -> Response[str]:
    """One pair."""
    return _pair(request, state, review_id)


@post("/reviews/{review_id:str}", guards=[signed_in], sync_to_thread=True, status_code=200)
def answer(request: AnyRequest, state: State, review_id: FromPath[str], data: Form) -> Response[Any]:
    """Accepts or refuses; who comes second sees who was first. Raises ``NotAllowed`` for who may only look."""
    same_site(request)
    actor = _decider(request, state)
    if not actor:
        raise NotAllowed("this session may look, not decide", hint="sign in with a key that has the scope manage")
    because = data.get("because", "").strip()[:_SAID_MAX]
    try:
        _decide(state.rt, review_id, data, actor, because)
    except Conflict:
        return _pair(request, state, review_id, status=409)
    return redirect(f"/reviews/{review_id}")


def _decide(rt: Runtime, review_id: str, data: dict[str, str], actor: str, because: str) -> None:
    if data.get("decision") == "accept":
        reviewing.accept(rt, review_id, actor=actor, because=because)
    elif data.get("decision") == "refuse":
        reviewing.refuse(rt, review_id, actor=actor, because=because, never=data.get("never") == "yes")
    else:
        raise InvalidInput("neither accepted nor refused", where="decision", hint="press one of the two buttons")


def _pair(request: AnyRequest, state: State, review_id: str, status: int = 200) -> Response[str]:
    rt = state.rt
    found = reviewing.show(rt, review_id)
    account = reviewing.account(rt, review_id)
    words = WORDS[language_of(request)]
    rows = told(account, words) if account else []
    sides = [_side(rt, found[side]) for side in ("a", "b")]
    return page(
        request,
        "review.html",
        status=status,
        review=found,
        reason=_reason(found["reason"], CATALOGUES[language_of(request)]),
        sides=sides,
        rows=rows,
        picture=svg(rows, words["picture"]) if rows else "",
        is_one=bool(sides[0]["id"]) and sides[0]["id"] == sides[1]["id"],
        came_second=status == 409,
        may_decide=bool(_decider(request, state)),
    )


def _reason(reason: str, words: Mapping[str, str]) -> str:
    """Why a person is asked, in the page's language; a reason we have no words for as it was kept."""
    if reason.startswith(ONE_EACH):
        return words["one_each"].format(name=reason.removeprefix(ONE_EACH))
    return words.get(reason, reason)


def _side(rt: Runtime, named: dict[str, str]) -> dict[str, Any]:
    """One of the two customers, as far as a glance needs."""
    try:
        shown = view.show(rt, {"id": named["customer_id"]}) if named["customer_id"] else None
    except NotFound:
        shown = None
    if shown is None:
        return {"id": "", "name": named["identifier"], "identifiers": [], "traits": {}, "events": 0}
    traits = shown["traits"].items()
    known = {name: held["value"] for name, held in traits if held["value"] is not None and "namespace" not in held}
    return {
        "id": shown["id"],
        "name": present.names(rt, [shown["id"]])[shown["id"]],
        "identifiers": shown["identifiers"],
        "traits": dict(list(known.items())[:_SHOWN_TRAITS]),
        "events": shown["events"],
        "last_seen": shown["last_seen"],
    }


def _decider(request: AnyRequest, state: State) -> str:
    return login.decider(state.rt, state.signer, request.cookies.get(login.COOKIE, ""))
