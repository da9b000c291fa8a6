# ruff: noqa: S608 - this file composes SQL from the names of its own tables and numbers.
"""Value over time, in SQL: each customer's changes, and how many moved from one quadrant to another.

Only changes are kept, at most ``KEPT`` a customer: another quadrant, or a score that moved by ``MOVED`` or more since
what was kept last. Of who is not valued nothing is kept but that it ended, and of who switched personalisation off
nothing at all. A refresh that is older than the history changes nothing of it.
"""

from __future__ import annotations

from typing import Final

HISTORY: Final = "value_history"
"""customer_id, place (1, 2 … of that customer's changes), as_of (µs), and the columns of value then."""
MOVEMENT: Final = "value_movement"
"""as_of and since (µs), before and after (quadrants; empty: not valued), customers, defined (what value meant)."""
KEPT: Final = 24
MOVED: Final = 0.05
REFRESHES_KEPT: Final = 60
_VALUE: Final = ("value_current", "value_potential", "value_quadrant")


def history_query(as_of_us: int, exists: bool) -> str:
    """The history after a refresh: what was kept of those who are still customers, and what changed."""
    changed = _changed(as_of_us, exists)
    if not exists:
        return f"{changed} ORDER BY customer_id"
    kept = (
        f"SELECT h.* FROM {HISTORY} AS h JOIN customers AS c USING (customer_id) LEFT JOIN changed USING (customer_id) "
        f"WHERE c.personalized AND h.as_of < {as_of_us} AND h.place > COALESCE(changed.place, h.place) - {KEPT}"
    )
    return (
        f"WITH changed AS ({changed}) SELECT * FROM ({kept} UNION ALL SELECT * FROM changed) "
        "ORDER BY customer_id, place"
    )


def movement_query(as_of_us: int, defined: str, exists: bool) -> str:
    """The movements after a refresh: those kept, and how many went from which quadrant to which since the one before.

    ``exists`` is whether there is a history already; without, everybody comes from nowhere. Who switched
    personalisation off is not counted: nothing is kept of them that a repeated refresh could count again.
    """
    before = f"({_last(as_of_us)})" if exists else "(SELECT NULL AS customer_id, NULL AS quadrant WHERE FALSE)"
    since = f"(SELECT MAX(as_of) FROM {MOVEMENT} WHERE as_of < {as_of_us})" if exists else "CAST(NULL AS BIGINT)"
    moved = (
        f"SELECT CAST({as_of_us} AS BIGINT) AS as_of, {since} AS since, COALESCE(b.quadrant, '') AS before, "
        f"COALESCE(c.value_quadrant, '') AS after, COUNT(*) AS customers, '{defined}' AS defined "
        f"FROM customers AS c FULL JOIN {before} AS b USING (customer_id) "
        "WHERE c.personalized IS DISTINCT FROM FALSE GROUP BY ALL HAVING NOT (before = '' AND after = '')"
    )
    if not exists:
        return moved
    newest = (
        f"SELECT DISTINCT as_of FROM {MOVEMENT} WHERE as_of < {as_of_us} ORDER BY as_of DESC LIMIT {REFRESHES_KEPT}"
    )
    return f"SELECT * FROM {MOVEMENT} WHERE as_of IN ({newest}) UNION ALL ({moved})"


def _changed(as_of_us: int, exists: bool) -> str:
    """A row for each customer who differs from what was kept last."""
    now = ", ".join(f"c.{name}" for name in _VALUE)
    stamp = f"CAST({as_of_us} AS BIGINT) AS as_of"
    if not exists:
        valued = " OR ".join(f"{name} IS NOT NULL" for name in _VALUE)
        return (
            f"SELECT customer_id, CAST(1 AS BIGINT) AS place, {stamp}, {now} FROM customers AS c "
            f"WHERE c.personalized AND ({valued})"
        )
    moved = " OR ".join(
        _moved(name, was) for name, was in (("value_current", "current"), ("value_potential", "potential"))
    )
    return (
        f"SELECT c.customer_id, CAST(COALESCE(b.place, 0) + 1 AS BIGINT) AS place, {stamp}, {now} "
        f"FROM customers AS c LEFT JOIN ({_last(as_of_us)}) AS b USING (customer_id) "
        f"WHERE c.personalized AND (c.value_quadrant IS DISTINCT FROM b.quadrant OR {moved})"
    )


def _moved(name: str, was: str) -> str:
    appeared = f"(c.{name} IS NULL) <> (b.{was} IS NULL)"
    return f'{appeared} OR ABS(c.{name} - b."{was}") >= {MOVED}'


def _last(as_of_us: int) -> str:
    """What was kept last of each customer, before a moment."""
    row = "{'place': place, 'current': value_current, 'potential': value_potential, 'quadrant': value_quadrant}"
    newest = f"SELECT customer_id, ARG_MAX({row}, place) AS was FROM {HISTORY} WHERE as_of < {as_of_us} GROUP BY ALL"
    picked = ", ".join(f"was['{name}'] AS \"{name}\"" for name in ("place", "current", "potential", "quadrant"))
    return f"SELECT customer_id, {picked} FROM ({newest})"
