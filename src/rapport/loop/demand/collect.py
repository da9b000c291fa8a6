# ruff: noqa: S608 - this file composes SQL of constants, numbers and quoted texts.
"""The sessions of configuring, out of the events that the last refresh handed over."""

from __future__ import annotations

from typing import Final

from rapport.core.configuration import CONFIGURATION_PROPOSED, SESSION_EVENTS
from rapport.core.quoting import literal, moment_sql
from rapport.learn.demand.segmented import Belonging
from rapport.learn.demand.sessions import Row, Told, read
from rapport.loop.runtime import Runtime

EVENTS_MAX: Final = 1_000_000
"""The newest so many events are read."""


def collect(rt: Runtime, as_of_us: int) -> Told:
    """Sessions and designs until a moment (µs), under the customers as they are now."""
    names = ", ".join(literal(name) for name in (*SESSION_EVENTS, CONFIGURATION_PROPOSED))
    rows = rt.warehouse.query(
        "SELECT EPOCH_US(e.time), COALESCE(i.customer_id, ''), e.event, CAST(e.properties AS VARCHAR), e.subject"
        " FROM events AS e LEFT JOIN identifiers AS i ON i.subject = e.subject"
        f" WHERE e.event IN ({names}) AND e.properties IS NOT NULL AND e.time <= {moment_sql(as_of_us)}"
        f" ORDER BY e.time DESC, e.seq DESC LIMIT {EVENTS_MAX}"
    )
    return read(Row(*row) for row in reversed(rows))


def may_be_told_apart(rt: Runtime) -> frozenset[str]:
    """Customers who neither switched personalisation off nor asked not to be written to, as of the last refresh."""
    if not _refreshed(rt):
        return frozenset()
    rows = rt.warehouse.customer_rows(["personalized", "opted_out"])
    return frozenset(
        customer_id for customer_id, personal, opted_out in rows if personal is not False and not opted_out
    )


def belonging(rt: Runtime) -> Belonging:
    """Who belongs to each declared segment, as of the last refresh; who switched personalisation off is in none."""
    held = {row[0] for row in rt.warehouse.query("DESCRIBE SELECT * FROM customers")} if _refreshed(rt) else set()
    names = [name for name in rt.workspace.segments if name in held]
    found: dict[str, dict[str, bool]] = {name: {} for name in names}
    for customer_id, *values in rt.warehouse.customer_rows(names) if names else ():
        for name, value in zip(names, values, strict=True):
            if value is not None:
                found[name][customer_id] = value
    return found


def _refreshed(rt: Runtime) -> bool:
    return "customers" in rt.warehouse.tables()
