# ruff: noqa: S608 - this file composes SQL of constants, numbers and quoted texts.
"""Who met which arm first: read off the decisions' records, or off the events of another tool."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.quoting import literal, moment_sql
from rapport.loop.runtime import Runtime

Array = NDArray[Any]
PAGE: Final = 2_000
VIEWED: Final = "Experiment Viewed"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a decision that says who met what."""

    customer_id: str
    subject: str
    slot: str
    made_at: int
    impersonal: str = ""
    experiments: dict[str, str] = {}
    holdout: bool = False


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """Customers as they are now, in the order in which they were first met; parallel arrays."""

    customer_ids: Array
    arm: Array
    """Place among the arms, of the first that the customer met."""
    met_us: Array
    crossed: int
    """Customers who met several arms, because several turned out to be one person or the other tool drew anew."""
    withdrew: int
    """Customers left out because they switched personalisation off since."""


_decode = msgspec.msgpack.Decoder(Seen).decode
_Who = tuple[str, str, int]


def seen(rt: Runtime, after: int = 0) -> Iterator[Seen]:
    """The decisions after one (by ``seq``), oldest first."""
    while rows := rt.store.read_decisions(after, PAGE):
        yield from (_decode(row.body) for row in rows)
        after = rows[-1].seq


def decided(rt: Runtime, arm_of: Callable[[Seen], int | None], since_us: int, until_us: int, after: int = 0) -> Met:
    """Who met which arm in decisions made in a span of time (µs); ``arm_of`` says which, None for none."""
    first: dict[_Who, int] = {}
    for one in seen(rt, after):
        if since_us <= one.made_at <= until_us and (arm := arm_of(one)) is not None:
            who = (one.customer_id, one.subject, arm)
            first[who] = min(first.get(who, one.made_at), one.made_at)
    return settled(rt, first)


def viewed(rt: Runtime, name: str, arms: Sequence[str], since_us: int, until_us: int) -> Met:
    """Who met which arm by the word of another tool."""
    rows = rt.warehouse.query(
        'SELECT e.subject, e."properties.variation_name" AS arm, EPOCH_US(MIN(e.time)) FROM events AS e'
        f' WHERE e.event = {literal(VIEWED)} AND e."properties.experiment_name" = {literal(name)}'
        f" AND e.time >= {moment_sql(since_us)} AND e.time <= {moment_sql(until_us)} GROUP BY e.subject, arm"
    )
    places = {arm: place for place, arm in enumerate(arms)}
    return settled(rt, {("", subject, places[arm]): time_us for subject, arm, time_us in rows if arm in places})


def settled(rt: Runtime, first: dict[_Who, int]) -> Met:
    """Exposures of ids and identifiers as exposures of the customers whom they belong to now."""
    if not first:
        none = np.zeros(0, dtype=np.int64)
        return Met(customer_ids=np.zeros(0, dtype=object), arm=none, met_us=none, crossed=0, withdrew=0)
    given = {
        "customer_id": np.array([who[0] for who in first], dtype=object),
        "subject": np.array([who[1] for who in first], dtype=object),
        "arm": np.array([who[2] for who in first], dtype=np.int64),
        "met": np.array(list(first.values()), dtype=np.int64),
    }
    found = rt.warehouse.arrays(_SETTLED, given, {"arm": "integer", "met": "integer"})
    kept = found["personalized"].astype(np.bool_)
    return Met(
        customer_ids=found["customer_id"][kept],
        arm=found["arm"][kept].astype(np.int64),
        met_us=found["met"][kept].astype(np.int64),
        crossed=int((found["arms"][kept] > 1).sum()),
        withdrew=int((~kept).sum()),
    )


_SETTLED: Final = """
    WITH owned AS (
        SELECT COALESCE(i.customer_id, NULLIF(g.customer_id, '')) AS customer_id, g.arm, g.met
        FROM given AS g LEFT JOIN identifiers AS i ON i.subject = g.subject
    ), first AS (
        SELECT customer_id, ARG_MIN(arm, {'met': met, 'arm': arm}) AS arm, MIN(met) AS met, COUNT(DISTINCT arm) AS arms
        FROM owned WHERE customer_id IS NOT NULL GROUP BY customer_id
    )
    SELECT f.customer_id, f.arm, f.met, f.arms, COALESCE(c.personalized, TRUE) AS personalized
    FROM first AS f LEFT JOIN customers AS c ON c.customer_id = f.customer_id ORDER BY f.met, f.customer_id
"""
