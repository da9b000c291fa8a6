# ruff: noqa: S608 - this file composes SQL; every name and text from a definition goes through name_sql and literal.
"""Which decisions' customers reached a goal within the time it is given, as SQL over the warehouse's events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapport.core.event_sql import matches


def reached_query(event: str, where: Mapping[str, Any]) -> str:
    """``place, reached``: of each of the decisions ``given (place, customer_id, made_at, closes_at)``, in µs.

    Whoever reached it, and whether or not any offer led there: any event of the customer's own counts.
    """
    goal = matches("e", event, sorted(where.items()))
    return (
        "SELECT g.place, COUNT(e.time) > 0 AS reached FROM given AS g"
        " LEFT JOIN identifiers AS i ON i.customer_id = g.customer_id"
        " LEFT JOIN events AS e ON e.subject = i.subject AND epoch_us(e.time) >= g.made_at"
        f" AND epoch_us(e.time) <= g.closes_at AND {goal} GROUP BY g.place ORDER BY g.place"
    )
