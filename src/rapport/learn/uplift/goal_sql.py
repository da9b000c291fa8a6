# ruff: noqa: S608 - this file composes SQL; every name and text from a definition goes through name_sql and literal.
"""Which decisions' customers reached a goal within the time it is given, as SQL over the warehouse's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapport.core.path import Path, scalar_text
from rapport.core.quoting import literal, name_sql


def reached_query(event: str, where: Mapping[str, Any]) -> str:
    """``place, reached``: of each of the decisions ``given (place, customer_id, made_at, closes_at)``, in µs.

    Whoever reached it, and whether or not any offer led there: any event of the customer's own counts.
    """
    conditions = [f"e.event = {literal(event)}", *(_equals(path, wanted) for path, wanted in sorted(where.items()))]
    return (
        "SELECT g.place, COUNT(e.time) > 0 AS reached FROM given AS g"
        " LEFT JOIN identifiers AS i ON i.customer_id = g.customer_id"
        " LEFT JOIN events AS e ON e.subject = i.subject AND epoch_us(e.time) >= g.made_at"
        f" AND epoch_us(e.time) <= g.closes_at AND {' AND '.join(conditions)} GROUP BY g.place ORDER BY g.place"
    )


def _equals(path: str, wanted: object) -> str:
    text = scalar_text(wanted)
    column = f"e.{name_sql(path)}"
    if text is None:
        return "FALSE"
    return f"ARRAY_CONTAINS({column}, {literal(text)})" if Path.parse(path).many else f"{column} = {literal(text)}"
