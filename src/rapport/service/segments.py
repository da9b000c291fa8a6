"""``POST /v1/segments/count``: how many customers a rule selects."""

from __future__ import annotations

import msgspec
from litestar import post
from litestar.datastructures import State
from litestar.params import JSONBody

from rapport.core.time import iso
from rapport.loop import segments
from rapport.service.guard import needs


class RuleBody(msgspec.Struct, forbid_unknown_fields=True):
    """A SQL boolean expression over the customer's columns."""

    rule: str


class CountTold(msgspec.Struct):
    """How many, some of their ids, and as of when."""

    count: int
    sample: list[str]
    as_of: str


@post(
    "/v1/segments/count",
    guards=[needs("read")],
    summary="Count the customers for whom a rule holds",
    sync_to_thread=True,
    status_code=200,
    tags=["segments"],
)
def count(state: State, data: JSONBody[RuleBody]) -> CountTold:
    """Counts in the warehouse, as of its last refresh; before the first, customer by customer, as of now."""
    found = segments.count(state.rt, data.rule)
    return CountTold(found.count, found.sample, iso(found.as_of))
