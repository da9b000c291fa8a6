# ruff: noqa: S608 - queries name the tables of ``history_sql``; what comes from outside is bound.
"""Value over time: kept after each refresh, told of one customer and of all."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

from rapport.core.time import iso
from rapport.differentiate.value import history_sql as sql
from rapport.loop.runtime import Runtime

_DEFINED_DIGITS: Final = 12


def after_refresh(rt: Runtime, as_of_us: int) -> None:
    """Keeps what changed in each customer's value, and who moved between quadrants; repeating it changes nothing.

    A moment before the newest that is kept changes nothing either. Needs the customer table as of that moment (µs).
    Nothing is kept where ``value.yaml`` declares no indicator.
    """
    if not any(part.name == "value" for part in rt.parts):
        return
    warehouse = rt.warehouse
    exists = {sql.HISTORY, sql.MOVEMENT} <= set(warehouse.tables())
    if exists and _newest(rt) > as_of_us:
        return
    # The movement is told by the history as it was before, so it comes first.
    warehouse.save_table(sql.MOVEMENT, sql.movement_query(as_of_us, _defined(rt), exists))
    warehouse.save_table(sql.HISTORY, sql.history_query(as_of_us, exists))


def of_customer(rt: Runtime, customer_id: str) -> list[dict[str, Any]]:
    """One customer's kept changes, the oldest first."""
    if sql.HISTORY not in rt.warehouse.tables():
        return []
    columns = "as_of, value_current, value_potential, value_quadrant"
    rows = rt.warehouse.query(
        f"SELECT {columns} FROM {sql.HISTORY} WHERE customer_id = ? ORDER BY place", [customer_id]
    )
    return [
        {"as_of": iso(as_of), "value_current": current, "value_potential": potential, "value_quadrant": quadrant}
        for as_of, current, potential, quadrant in rows
    ]


def movement(rt: Runtime) -> dict[str, Any] | None:
    """Who moved between the last two refreshes: before and after (empty: not valued) with counts; None before two."""
    if sql.MOVEMENT not in rt.warehouse.tables():
        return None
    rows = rt.warehouse.query(
        f"SELECT as_of, since, before, after, customers FROM {sql.MOVEMENT} "
        f"WHERE as_of = (SELECT MAX(as_of) FROM {sql.MOVEMENT}) ORDER BY before, after"
    )
    if not rows or rows[0][1] is None:
        return None
    as_of, since = rows[0][:2]
    ((versions,),) = rt.warehouse.query(
        f"SELECT COUNT(DISTINCT defined) FROM {sql.MOVEMENT} WHERE as_of IN (?, ?)", [as_of, since]
    )
    return {
        "since": iso(since),
        "until": iso(as_of),
        "defined_anew": versions > 1,
        "moved": sum(row[4] for row in rows if row[2] != row[3]),
        "rows": [{"before": row[2], "after": row[3], "customers": row[4]} for row in rows],
    }


def course(rt: Runtime) -> list[dict[str, Any]]:
    """Customers by quadrant after each of the refreshes that are kept, the oldest first."""
    if sql.MOVEMENT not in rt.warehouse.tables():
        return []
    rows = rt.warehouse.query(
        f"SELECT as_of, after, SUM(customers) FROM {sql.MOVEMENT} WHERE after <> '' GROUP BY ALL ORDER BY as_of, after"
    )
    found: dict[int, dict[str, int]] = {}
    for as_of, quadrant, customers in rows:
        found.setdefault(as_of, {})[quadrant] = int(customers)
    return [{"as_of": iso(as_of), "quadrants": quadrants} for as_of, quadrants in found.items()]


def _newest(rt: Runtime) -> int:
    """The newest moment of which anything is kept (µs); 0 where nothing is."""
    both = f"SELECT as_of FROM {sql.MOVEMENT} UNION ALL SELECT as_of FROM {sql.HISTORY}"
    ((newest,),) = rt.warehouse.query(f"SELECT COALESCE(MAX(as_of), 0) FROM ({both})")
    return int(newest)


def _defined(rt: Runtime) -> str:
    """A fingerprint of what value means: movements across a change of it are the definition's, not the customers'."""
    return hashlib.sha256(msgspec.json.encode(rt.workspace.value)).hexdigest()[:_DEFINED_DIGITS]
