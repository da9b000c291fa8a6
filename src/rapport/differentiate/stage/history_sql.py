# ruff: noqa: S608 - this file composes SQL from the names of its own tables and numbers.
"""Stages over time, in SQL: each customer's changes, how many moved from which stage to which, and where they stop.

Only changes are kept, and of who switched personalisation off nothing. A refresh that is older than the history changes
nothing of it.
"""

from __future__ import annotations

from typing import Final

from rapport.core.time import DAY_US

HISTORY: Final = "stage_history"
"""customer_id, as_of (µs), stage and category from then on (NULL: in no stage)."""
MOVEMENT: Final = "stage_movement"
"""as_of and since (µs; NULL at the first refresh), before and after (stages; empty: none), customers."""
KEPT_DAYS: Final = 400
"""Older changes go, except each customer's last."""
REFRESHES_KEPT: Final = 60
STOPPED: Final = "="
"""In place of the stage that came next: none within the days that are watched."""


def history_query(as_of_us: int, exists: bool) -> str:
    """The history after a refresh: what is kept, and who differs from what was kept last."""
    last = _last(as_of_us) if exists else _nobody()
    changed = (
        f"SELECT c.customer_id, CAST({as_of_us} AS BIGINT) AS as_of, c.buying_stage AS stage, "
        f"c.buying_category AS category FROM customers AS c LEFT JOIN ({last}) AS l ON l.customer_id = c.customer_id "
        "WHERE c.personalized AND (COALESCE(c.buying_stage, '') <> COALESCE(l.stage, '') "
        "OR COALESCE(c.buying_category, '') <> COALESCE(l.category, ''))"
    )
    if not exists:
        return f"{changed} ORDER BY customer_id, as_of"
    oldest = as_of_us - KEPT_DAYS * DAY_US
    kept = (
        "SELECT n.customer_id, n.as_of, n.stage, n.category FROM (SELECT *, ROW_NUMBER() OVER "
        f"(PARTITION BY customer_id ORDER BY as_of DESC) AS nth FROM {HISTORY} WHERE as_of < {as_of_us}) AS n "
        f"JOIN customers AS c ON c.customer_id = n.customer_id WHERE c.personalized "
        f"AND (n.nth = 1 OR n.as_of >= {oldest})"
    )
    return f"SELECT * FROM ({kept} UNION ALL {changed}) AS together ORDER BY customer_id, as_of"


def movement_query(as_of_us: int, exists: bool) -> str:
    """The movements after a refresh: those kept, and how many went from which stage to which since the one before.

    Reads the history as it was before that refresh.
    """
    last = _last(as_of_us) if exists else _nobody()
    since = f"(SELECT MAX(as_of) FROM {MOVEMENT} WHERE as_of < {as_of_us})" if exists else "CAST(NULL AS BIGINT)"
    moved = (
        f"SELECT CAST({as_of_us} AS BIGINT) AS as_of, {since} AS since, COALESCE(l.stage, '') AS before, "
        "COALESCE(c.buying_stage, '') AS after, COUNT(*) AS customers "
        f"FROM customers AS c LEFT JOIN ({last}) AS l ON l.customer_id = c.customer_id WHERE c.personalized "
        "GROUP BY COALESCE(l.stage, ''), COALESCE(c.buying_stage, '')"
    )
    if not exists:
        return moved
    newest = (
        f"SELECT DISTINCT as_of FROM {MOVEMENT} WHERE as_of < {as_of_us} ORDER BY as_of DESC LIMIT {REFRESHES_KEPT}"
    )
    return f"SELECT * FROM {MOVEMENT} WHERE as_of IN ({newest}) UNION ALL {moved}"


def stops_query(as_of_us: int, watched_days: int) -> str:
    """``stage, after, customers``: of who came into a stage at least so many days ago, where they went within them.

    ``after`` is ``STOPPED`` for who was still there, empty for who fell silent.
    """
    moved = (
        "SELECT customer_id, as_of, COALESCE(stage, '') AS stage, LAG(COALESCE(stage, '')) "
        f"OVER (PARTITION BY customer_id ORDER BY as_of) AS before FROM {HISTORY}"
    )
    entered = (
        "SELECT stage, as_of, LEAD(stage) OVER (PARTITION BY customer_id ORDER BY as_of) AS after, "
        "LEAD(as_of) OVER (PARTITION BY customer_id ORDER BY as_of) AS until FROM moved "
        "WHERE before IS NULL OR before <> stage"
    )
    watched = watched_days * DAY_US
    after = f"CASE WHEN until IS NULL OR until > as_of + {watched} THEN '{STOPPED}' ELSE after END"
    return (
        f"WITH moved AS ({moved}), entered AS ({entered}) SELECT stage, {after} AS after, COUNT(*) AS customers "
        f"FROM entered WHERE stage <> '' AND as_of <= {as_of_us - watched} GROUP BY stage, {after}"
    )


def _last(as_of_us: int) -> str:
    """What was kept last of each customer before a refresh."""
    return (
        "SELECT customer_id, stage, category FROM (SELECT customer_id, stage, category, ROW_NUMBER() OVER "
        f"(PARTITION BY customer_id ORDER BY as_of DESC) AS nth FROM {HISTORY} WHERE as_of < {as_of_us}) AS ranked "
        "WHERE nth = 1"
    )


def _nobody() -> str:
    return "SELECT CAST('' AS TEXT) AS customer_id, CAST('' AS TEXT) AS stage, CAST('' AS TEXT) AS category WHERE FALSE"
