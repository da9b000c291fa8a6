"""``/v1/identity``: who is who, decided by people; and who may be the same person."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from rapport.loop.identities import hint, identity, review
from rapport.service.customers import AnyRequest
from rapport.service.guard import key_of, needs
from rapport.service.segment import source_name

NAME_MAX = 200
REASON_MAX = 2_000
Actor = Annotated[str, msgspec.Meta(max_length=NAME_MAX)]
Reason = Annotated[str, msgspec.Meta(max_length=REASON_MAX)]
Limit = Annotated[int, QueryParameter(ge=1, le=review.PAGE_MAX, description="How many at most.")]
HintLimit = Annotated[int, QueryParameter(ge=1, le=hint.LIMIT_MAX, description="How many at most.")]
Least = Annotated[
    float | None, QueryParameter(ge=0, le=1, description="The least probability; else linking.review of the workspace.")
]
Status = Annotated[Literal["open", "linked", "refused", ""], QueryParameter(description="Empty for any.")]


class HintBody(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody said of themselves: trait or kind of identifier → value."""

    traits: dict[str, str | int | float | None]
    least: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=hint.LIMIT_MAX)] = hint.LIMIT


class AnswerBody(msgspec.Struct, forbid_unknown_fields=True):
    """A person's answer to a probable link."""

    decision: Literal["accept", "refuse"]
    never: bool = False
    """With ``refuse``: tell them apart for good, whatever events show."""
    because: Reason = ""
    actor: Actor = ""
    """The member of staff; empty: the key's label."""


class PairBody(msgspec.Struct, forbid_unknown_fields=True):
    """Two customers, each by any of their names: ``{"userId": …}``, ``{"email": …}``, ``{"id": …}``."""

    customer: dict[str, str]
    other: dict[str, str]
    because: Reason = ""
    actor: Actor = ""


class UnmergeBody(PairBody, forbid_unknown_fields=True):
    """Two customers who are two people."""

    never: bool = False


@get(
    "/{customer_id:str}/hints",
    guards=[needs("read")],
    summary="Say who may be the same person as a customer",
    sync_to_thread=True,
)
def hints(
    state: State, customer_id: FromPath[str], limit: HintLimit = hint.LIMIT, least: FromQuery[Least] = None
) -> dict[str, Any]:
    """The most probable first, each with its evidence; nobody is merged."""
    return hint.hints(state.rt, {"id": customer_id}, least=least, limit=limit)


@post(
    "/hints",
    guards=[needs("read")],
    summary="Say whom a form's answers may be of",
    sync_to_thread=True,
    status_code=200,
)
def hints_for(state: State, data: JSONBody[HintBody]) -> dict[str, Any]:
    """The most probable first, each with its evidence; nothing of what is asked is kept."""
    return hint.hints_for(state.rt, data.traits, least=data.least, limit=data.limit)


@get("/reviews", guards=[needs("read")], summary="List probable links that wait for a person", sync_to_thread=True)
def reviews(
    state: State, status: FromQuery[Status] = "open", limit: Limit = 50, cursor: FromQuery[str] = ""
) -> dict[str, Any]:
    """``{data, next_cursor}``, the most probable first."""
    return review.queue(state.rt, status, limit, cursor)


@get("/reviews/{review_id:str}", guards=[needs("read")], summary="Show a probable link", sync_to_thread=True)
def show_review(state: State, review_id: FromPath[str]) -> dict[str, Any]:
    """Who, how probable, and what each field says."""
    return review.show(state.rt, review_id)


@post(
    "/reviews/{review_id:str}",
    guards=[needs("manage")],
    summary="Accept or refuse a probable link",
    sync_to_thread=True,
    status_code=200,
)
def answer_review(
    request: AnyRequest, state: State, review_id: FromPath[str], data: JSONBody[AnswerBody]
) -> dict[str, Any]:
    """Folded when answered. One answer counts; another one later is refused with who was first (409)."""
    actor = _actor(request, data.actor)
    if data.decision == "accept":
        return review.accept(state.rt, review_id, actor=actor, because=data.because)
    return review.refuse(state.rt, review_id, actor=actor, because=data.because, never=data.never)


@post(
    "/merge", guards=[needs("manage")], summary="Say that two customers are one", sync_to_thread=True, status_code=200
)
def merge(request: AnyRequest, state: State, data: JSONBody[PairBody]) -> dict[str, Any]:
    """Folded when answered; unmerge takes it back."""
    actor = _actor(request, data.actor)
    return identity.merge(state.rt, data.customer, data.other, actor=actor, because=data.because)


@post(
    "/unmerge", guards=[needs("manage")], summary="Say that two customers are two", sync_to_thread=True, status_code=200
)
def unmerge(request: AnyRequest, state: State, data: JSONBody[UnmergeBody]) -> dict[str, Any]:
    """Folded when answered: both are what they would have been had they never been merged."""
    actor = _actor(request, data.actor)
    return identity.unmerge(state.rt, data.customer, data.other, actor=actor, because=data.because, never=data.never)


@get("/report", guards=[needs("read")], summary="Say what protects against wrong merges", sync_to_thread=True)
def report(state: State) -> dict[str, Any]:
    """Shared identifiers, refused joins, customers whose ids rotate, who was told apart."""
    return identity.report(state.rt)


def _actor(request: AnyRequest, stated: str) -> str:
    """Who decided: the member of staff named in the body, or the key."""
    return stated.strip() or source_name(key_of(request))


customer_hints = Router("/v1/customers", route_handlers=[hints], tags=["customers"])
identities = Router(
    "/v1/identity",
    route_handlers=[hints_for, reviews, show_review, answer_review, merge, unmerge, report],
    tags=["identity"],
)
