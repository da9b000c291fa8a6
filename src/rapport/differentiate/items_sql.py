# ruff: noqa: S608 - this file composes SQL; every name and text from a definition goes through name_sql and literal.
"""The items of the catalogue as SQL: what was last said of each, in the events that speak of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapport.core.path import EventColumn, Path
from rapport.core.quoting import moment_sql
from rapport.differentiate.history_sql import listed, matches
from rapport.differentiate.interests import ITEM_MAX
from rapport.differentiate.readings import Tallied


def attribute_columns(interests: Sequence[Tallied], attributes: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the event columns that the query reads for attributes (``core.path.EventColumn``)."""
    return tuple(sorted({str(_beside(one, key)) for one in interests for key in attributes.values()}))


def items_query(interests: Sequence[Tallied], attributes: Mapping[str, str], as_of_us: int) -> str:
    """``item`` and one text column an attribute: the newest value that any event up to a moment (µs) said of it.

    An event whose lines name an attribute of some items only says nothing of that attribute.
    """
    names = [f"a{number}" for number in range(len(attributes))]
    newest = ", ".join(
        f"ARG_MAX({name}, {{'time': time, 'seq': seq}}) FILTER (WHERE {name} IS NOT NULL) AS {name}" for name in names
    )
    parts = " UNION ALL ".join(_said(one, attributes, as_of_us) for one in interests)
    picked = f", {newest}" if names else ""
    return f"SELECT item{picked} FROM ({parts}) WHERE LENGTH(item) BETWEEN 1 AND {ITEM_MAX} GROUP BY item"


def _said(one: Tallied, attributes: Mapping[str, str], as_of_us: int) -> str:
    ids = listed(EventColumn(Path.parse(one.of[0])))
    told = "".join(
        f", UNNEST(CASE WHEN LEN({values}) = LEN({ids}) THEN {values} ELSE [] END) AS a{number}"
        for number, key in enumerate(attributes.values())
        for values in [listed(_beside(one, key))]
    )
    return (
        f"SELECT e.time, e.seq, UNNEST({ids}) AS item{told} FROM events AS e"
        f" WHERE {matches(one)} AND e.time <= {moment_sql(as_of_us)}"
    )


def _beside(one: Tallied, key: str) -> EventColumn:
    """The column of a key that stands where the item's id does."""
    return EventColumn(Path.parse(f"{one.of[0].rpartition('.')[0]}.{key}"))
