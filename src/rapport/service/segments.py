"""``/v1/segments``: the declared segments, how many customers a rule selects, and a segment saved."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Router, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from rapport.core.time import iso
from rapport.loop.reports import abandonment as given_up
from rapport.loop.reports import segments as kept
from rapport.service.guard import key_of, needs


class RuleBody(msgspec.Struct, forbid_unknown_fields=True):
    """A SQL boolean expression over the customer's columns."""

    rule: str


class SegmentBody(msgspec.Struct, forbid_unknown_fields=True):
    """A segment to be saved: its rule, and the title that people read in reports."""

    rule: str
    title: str = ""


class CountTold(msgspec.Struct):
    """How many, some of their ids, and as of when."""

    count: int
    sample: list[str]
    as_of: str


@post(
    "/count",
    guards=[needs("read")],
    summary="Count the customers for whom a rule holds",
    sync_to_thread=True,
    status_code=200,
)
def count(state: State, data: JSONBody[RuleBody]) -> CountTold:
    """Counts in the warehouse, as of its last refresh; before the first, customer by customer, as of now."""
    found = kept.count(state.rt, data.rule)
    return CountTold(found.count, found.sample, iso(found.as_of))


@get("/", guards=[needs("read")], summary="List the segments", sync_to_thread=True)
def listing(state: State) -> dict[str, Any]:
    """Each with its size, who entered and left, and what depends on it; how they overlap."""
    return kept.listing(state.rt)


@get("/{name:str}", guards=[needs("read")], summary="Show one segment", sync_to_thread=True)
def show(state: State, name: FromPath[str]) -> dict[str, Any]:
    """Its size, some of its customers, its overlaps, entries and exits by day, and what depends on it."""
    return kept.show(state.rt, name)


@put("/{name:str}", guards=[needs("manage")], summary="Save a segment", sync_to_thread=True)
def save(
    request: Request[Any, Any, Any], state: State, name: FromPath[str], data: JSONBody[SegmentBody]
) -> dict[str, Any]:
    """Writes it into segments.yaml after checking the whole workspace; ``takes_effect`` says when it counts."""
    key = key_of(request)
    return kept.save(state.rt, name, data.rule, title=data.title, actor=key.label or key.id)


@get("/abandonment", guards=[needs("read")], summary="Say where segments give up buying", sync_to_thread=True)
def abandonment(state: State) -> dict[str, Any]:
    """Step by step the share lost, with intervals and reasons; and who should hear from a person now."""
    return given_up.abandonment(state.rt)


@get("/groups", guards=[needs("read")], summary="Show the discovered groups", sync_to_thread=True)
def groups(state: State) -> dict[str, Any]:
    """Groups of similar customers with the rule that describes each, or why there are none; attitudes."""
    return kept.discovered(state.rt)


segments = Router("/v1/segments", route_handlers=[count, listing, show, save], tags=["segments"])
segment_reports = Router("/v1/reports", route_handlers=[abandonment, groups], tags=["reports"])
