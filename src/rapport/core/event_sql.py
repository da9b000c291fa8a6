"""Conditions on an event, as SQL over the warehouse's events: its name, and the values at its paths."""

from __future__ import annotations

from collections.abc import Iterable

from rapport.core.event import CALL_TYPES
from rapport.core.path import Path, scalar_text
from rapport.core.quoting import literal, name_sql


def matches(table: str, event: str, where: Iterable[tuple[str, object]] = ()) -> str:
    """That an event of a table has a name (or a type, or ``*``: any) and these values at its paths.

    >>> print(matches("e", "Order Completed", [("properties.brand", "Leaf"), ("properties.products[].id", 7)]))
    e.event = 'Order Completed' AND e."properties.brand" = 'Leaf' AND ARRAY_CONTAINS(e."properties.products[].id", '7')
    """
    return " AND ".join([_is(table, event), *(_equals(table, path, wanted) for path, wanted in where)])


def _is(table: str, name: str) -> str:
    if name == "*":
        return "TRUE"
    return f"{table}.type = {literal(name)}" if name in CALL_TYPES else f"{table}.event = {literal(name)}"


def _equals(table: str, path: str, wanted: object) -> str:
    text = scalar_text(wanted)
    if text is None:
        return "FALSE"
    column = f"{table}.{name_sql(path)}"
    return f"ARRAY_CONTAINS({column}, {literal(text)})" if Path.parse(path).many else f"{column} = {literal(text)}"
