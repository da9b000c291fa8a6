# ruff: noqa: S608 - this file composes SQL from its own constants; names of columns go through name_sql.
"""Attempts to buy online, as SQL: how far each came, whether it ended in an order, and what was in the way.

An attempt begins with the first step that a customer takes, and ends with an order or with a day of silence. An order
without any step before it is no attempt: it was made elsewhere.
"""

from __future__ import annotations

from typing import Final

from rapport.core.ecommerce import ORDER_COMPLETED
from rapport.core.quoting import literal, moment_sql, name_sql

ATTEMPTS: Final = "attempts"
"""Name of the table."""
STEPS: Final = ("Product Viewed", "Product Added", "Checkout Started", "Payment Info Entered")
"""The steps before the order, in order."""
HINDRANCES: Final = {
    "Coupon Denied": "coupon denied",
    "Payment Failed": "payment failed",
    "Product Out Of Stock": "out of stock",
    "Checkout Failed": "error",
    "Error Shown": "error",
    "Product Removed": "",
    "Checkout Abandoned": "",
}
"""Event → what was in the way; where that is empty, only a ``reason`` among the event's properties says it."""
SILENCE_HOURS: Final = 24


def attempts_query(customers: str, as_of_us: int) -> str:
    """``customer_id, began, ended, furthest, steps, bought, last_event, reason``: one row an attempt.

    ``furthest`` is the place in ``STEPS``, from 1; ``steps`` has the bit of each step that was taken.
    """
    bought = len(STEPS) + 1
    names = ", ".join(map(literal, (*STEPS, ORDER_COMPLETED, *HINDRANCES)))
    places = " ".join(f"WHEN {literal(name)} THEN {place}" for place, name in enumerate((*STEPS, ORDER_COMPLETED), 1))
    words = " ".join(f"WHEN {literal(name)} THEN {literal(said)}" for name, said in HINDRANCES.items() if said)
    given = "NULLIF(json_extract_string(e.properties, '$.reason'), '')"
    shown = (
        f"SELECT c.customer_id, e.time, e.seq, e.event, CASE e.event {places} END AS step,"
        f" CASE WHEN e.event IN ({', '.join(map(literal, HINDRANCES))})"
        f" THEN LOWER(COALESCE({given}, CASE e.event {words} END)) END AS reason"
        f" FROM events AS e JOIN identifiers AS i ON i.subject = e.subject"
        f" JOIN {customers} AS c ON c.customer_id = i.customer_id"
        f" WHERE e.event IN ({names}) AND e.time <= {moment_sql(as_of_us)}"
    )
    before = "OVER (PARTITION BY customer_id ORDER BY time, seq)"
    opens = (
        f"SELECT *, CASE WHEN LAG(time) {before} IS NULL OR LAG(step) {before} = {bought}"
        f" OR time > LAG(time) {before} + INTERVAL {SILENCE_HOURS} HOUR THEN 1 ELSE 0 END AS opens FROM ({shown})"
    )
    numbered = f"SELECT *, SUM(opens) OVER (PARTITION BY customer_id ORDER BY time, seq) AS attempt FROM ({opens})"
    return (
        "SELECT customer_id, MIN(time) AS began, MAX(time) AS ended,"
        f" MAX(CASE WHEN step < {bought} THEN step END) AS furthest,"
        f" BIT_OR(CASE WHEN step < {bought} THEN CAST(1 AS BIGINT) << step ELSE CAST(0 AS BIGINT) END) AS steps,"
        f" BOOL_OR(COALESCE(step = {bought}, FALSE)) AS bought,"
        " ARG_MAX(event, seq) AS last_event, ARG_MAX(reason, seq) FILTER (WHERE reason IS NOT NULL) AS reason"
        f" FROM ({numbered}) GROUP BY customer_id, attempt"
        f" HAVING MAX(CASE WHEN step < {bought} THEN step END) IS NOT NULL ORDER BY customer_id, began"
    )


def counts_query(condition: str, before_us: int) -> str:
    """``furthest, bought, steps, attempts`` of those that were over before a moment, of customers who meet a condition.

    A condition over the columns of the customer table.
    """
    return (
        f"SELECT furthest, bought, BIT_OR(steps), COUNT(*) FROM {ATTEMPTS} JOIN customers USING (customer_id)"
        f" WHERE ended <= {moment_sql(before_us)} AND ({condition}) GROUP BY furthest, bought"
    )


def reasons_query(condition: str, before_us: int, kept: int) -> str:
    """``furthest, last_event, reason, attempts``: how attempts that were given up ended, the commonest first."""
    return (
        f"SELECT furthest, last_event, reason, COUNT(*) AS n FROM {ATTEMPTS} JOIN customers USING (customer_id)"
        f" WHERE NOT bought AND ended <= {moment_sql(before_us)} AND ({condition})"
        f" GROUP BY furthest, last_event, reason ORDER BY n DESC, last_event, reason NULLS FIRST LIMIT {kept}"
    )


def waiting_query(from_us: int, step: int, segments: list[str], limit: int) -> str:
    """Who gave up lately and could be helped by a person: at a late step, or after something was in the way.

    Nobody who switched personalisation off or withdrew consent to marketing.
    """
    inside = [f"CASE WHEN {name_sql(name)} THEN {literal(name)} END" for name in segments]
    listed = f"[x for x in [{', '.join(inside)}] if x IS NOT NULL]" if inside else "[]"
    return (
        f"SELECT customer_id, furthest, last_event, reason, CAST(epoch_us(ended) AS BIGINT), {listed} FROM {ATTEMPTS}"
        f" JOIN customers USING (customer_id) WHERE NOT bought AND ended >= {moment_sql(from_us)}"
        f" AND personalized AND NOT opted_out AND (furthest >= {step} OR reason IS NOT NULL)"
        f" QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ended DESC) = 1"
        f" ORDER BY furthest DESC, ended DESC, customer_id LIMIT {limit}"
    )
