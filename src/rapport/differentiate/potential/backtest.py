# ruff: noqa: S608 - this file composes SQL from queries of ours, names that were checked, and moments.
"""Whether the indicators of ``value.yaml`` can be judged as of a past date: not those that know what came later.

Two tests, by definition and by trial. By definition: columns that a refresh learns from everybody, and those that say
how somebody is known by now, belong to their refresh and not to the date. By trial: a column must be the same on that
date whether the later events are there or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from rapport.core.columns import ColumnType
from rapport.core.money import SCALE
from rapport.core.quoting import moment_sql, name_sql
from rapport.rules import parse_number
from rapport.workspace.columns import PART_COLUMNS
from rapport.workspace.definitions import Workspace

MEASURED_AGAIN: Final = frozenset({"recency_days", "frequency", "monetary"})
"""Of the parts' columns those that are measured anew for any date, from events up to it alone."""
_BY_NOW: Final = frozenset({"anonymous"})
_EVENTS: Final = "events AS e"
_IDENTIFIERS: Final = "identifiers AS i"


class Ahead(msgspec.Struct, frozen=True):
    """An indicator that is refused, and the columns for which it is."""

    dimension: str
    indicator: str
    columns: list[str]
    reason: str


def looks_ahead(workspace: Workspace, columns: Mapping[str, ColumnType]) -> list[Ahead]:
    """The indicators that name a column which is not known as of an earlier date, with the reason."""
    found = []
    for dimension, indicator, uses in uses_of(workspace, columns):
        learnt = sorted(uses & _learnt(workspace))
        if learnt:
            reason = f"{', '.join(learnt)} was computed at the last refresh, after the date"
            found.append(Ahead(dimension, indicator, learnt, reason))
        elif by_now := sorted(uses & _BY_NOW):
            reason = f"{', '.join(by_now)} says how customers are known now, not on the date"
            found.append(Ahead(dimension, indicator, by_now, reason))
    return found


def differs(
    workspace: Workspace, columns: Mapping[str, ColumnType], changed: Mapping[str, int], of: int
) -> list[Ahead]:
    """The indicators that name a column which later events changed; ``changed``: column → customers, of so many."""
    found = []
    for dimension, indicator, uses in uses_of(workspace, columns):
        moved = sorted(name for name in uses if changed.get(name))
        if moved:
            worst = max(changed[name] for name in moved)
            reason = f"later events changed {', '.join(moved)} of {worst} of {of} customers as of the date"
            found.append(Ahead(dimension, indicator, moved, reason))
    return found


def uses_of(workspace: Workspace, columns: Mapping[str, ColumnType]) -> list[tuple[str, str, frozenset[str]]]:
    """Dimension, indicator and the columns that it names, of each indicator of ``value.yaml``."""
    if workspace.value is None:
        return []
    dimensions = {"current": workspace.value.current, "potential": workspace.value.potential}
    return [
        (dimension, name, parse_number(one.of, columns, where=f"value.yaml, {dimension}, {name}").uses)
        for dimension, declared in dimensions.items()
        for name, one in declared.indicators.items()
    ]


def without(workspace: Workspace, refused: Sequence[Ahead]) -> Workspace:
    """The workspace with only the indicators that were not refused."""
    gone = {(one.dimension, one.indicator) for one in refused}
    value = workspace.value
    if value is None:
        return workspace
    kept = {
        dimension: msgspec.structs.replace(
            declared,
            indicators={name: one for name, one in declared.indicators.items() if (dimension, name) not in gone},
        )
        for dimension, declared in (("current", value.current), ("potential", value.potential))
    }
    return msgspec.structs.replace(workspace, value=msgspec.structs.replace(value, **kept))


def on_date_query(query: str, purchases: str, day: int) -> str:
    """The customers of ``customer_query`` with recency, frequency and monetary value from purchases up to a day."""
    orders = "CAST(SUM(orders) AS BIGINT) AS frequency"
    money = f"CAST(SUM(revenue - refunds) AS DOUBLE) / {SCALE} AS monetary"
    recency = f"{day} - MAX(day) FILTER (WHERE orders > 0) AS recency_days"
    measured = (
        f"SELECT customer_id, {orders}, {money}, {recency} FROM {purchases} WHERE day <= {day} GROUP BY customer_id"
    )
    return f"SELECT q.*, p.* EXCLUDE (customer_id) FROM ({query}) AS q JOIN ({measured}) AS p USING (customer_id)"


def without_later(query: str, as_of_us: int) -> str:
    """A query over ``events`` and ``identifiers`` as if nothing had been recorded after a moment (µs)."""
    if _EVENTS not in query or _IDENTIFIERS not in query:
        raise ValueError("the query does not read events and identifiers in the expected words")
    before = f"time <= {moment_sql(as_of_us)}"
    events = f"(SELECT * FROM events WHERE {before}) AS e"
    known = f"(SELECT * FROM identifiers WHERE subject IN (SELECT subject FROM events WHERE {before})) AS i"
    return query.replace(_EVENTS, events).replace(_IDENTIFIERS, known)


def changed_query(columns: Sequence[str], query: str, as_of_us: int) -> str:
    """SQL whose one row counts the customers compared, then for each column how many of them later events changed."""
    counts = "".join(
        f", COUNT(*) FILTER (WHERE a.{name_sql(name)} IS DISTINCT FROM b.{name_sql(name)})" for name in columns
    )
    return (
        f"SELECT COUNT(*){counts} FROM ({query}) AS a"
        f" JOIN ({without_later(query, as_of_us)}) AS b ON a.customer_id = b.customer_id"
    )


def _learnt(workspace: Workspace) -> frozenset[str]:
    parts = frozenset(name for columns in PART_COLUMNS.values() for name in columns)
    return (parts | workspace.segments.keys()) - MEASURED_AGAIN
