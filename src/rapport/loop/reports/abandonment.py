"""Where and why each segment gives up an online purchase, and who should hear from a person now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from rapport.core.errors import Conflict
from rapport.core.quoting import name_sql
from rapport.core.statistics import wilson
from rapport.core.time import DAY_US, HOUR_US, iso
from rapport.differentiate import abandonment_sql as sql
from rapport.loop.refreshed import last_refresh
from rapport.loop.runtime import Runtime

ATTEMPTS_LEAST: Final = 30
"""Of fewer attempts no share is told."""
WAITING_DAYS: Final = 2
"""Who gave up longer ago is past helping by a call."""
WAITING_FROM: Final = "Checkout Started"
"""From this step on a person is worth the call; before it only where something was in the way."""
REASONS_SHOWN: Final = 5
WAITING_SHOWN: Final = 100
ORDERED: Final = "Order Completed"
_MARK: Final = "abandonment:as_of"


def abandonment(rt: Runtime) -> dict[str, Any]:
    """The funnel of everybody and of each segment, with reasons, and the customers to be handed to a person.

    Raises ``Conflict`` before the first refresh.
    """
    state = last_refresh(rt)
    if state is None or "customers" not in rt.warehouse.tables():
        raise Conflict("no attempts are counted yet", hint="run `rapport refresh` first")
    _count(rt, state.as_of)
    over_us = state.as_of - sql.SILENCE_HOURS * HOUR_US
    held = {row[0] for row in rt.warehouse.query("DESCRIBE SELECT * FROM customers")}
    names = [name for name in rt.workspace.segments if name in held]
    attitudes = _attitudes(rt) if "customization_attitude" in held else []
    return {
        "as_of": iso(state.as_of),
        "steps": [*sql.STEPS, ORDERED],
        "everybody": _funnel(rt, "TRUE", over_us),
        "segments": [{"name": name, **_funnel(rt, name_sql(name), over_us)} for name in names],
        "attitudes": [
            {"name": one, **_funnel(rt, f"customization_attitude = '{one}'", over_us)} for one in attitudes
        ],
        "hand_over": _waiting(rt, state.as_of, names),
        "thresholds": {
            "attempts": ATTEMPTS_LEAST, "days": WAITING_DAYS, "from": WAITING_FROM, "silence_hours": sql.SILENCE_HOURS,
        },
    }  # fmt: skip


def _count(rt: Runtime, as_of_us: int) -> None:
    """Counts the attempts once a refresh."""
    mark = str(as_of_us).encode()
    if rt.store.state(_MARK) != mark or sql.ATTEMPTS not in rt.warehouse.tables():
        rt.warehouse.save_table(sql.ATTEMPTS, sql.attempts_query("customers", as_of_us))
        rt.store.save_state(_MARK, mark).result()


def _attitudes(rt: Runtime) -> list[str]:
    query = "SELECT DISTINCT customization_attitude FROM customers WHERE customization_attitude IS NOT NULL ORDER BY 1"
    return [row[0] for row in rt.warehouse.query(query)]


def _funnel(rt: Runtime, condition: str, over_us: int) -> dict[str, Any]:
    """How many attempts came to each step, the share lost there with its 95% interval, and how they ended."""
    rows = rt.warehouse.query(sql.counts_query(condition, over_us))
    attempts = sum(row[3] for row in rows)
    reasons = [
        {"step": sql.STEPS[furthest - 1], "last_event": last, "reason": reason or "", "attempts": count}
        for furthest, last, reason, count in rt.warehouse.query(sql.reasons_query(condition, over_us, REASONS_SHOWN))
    ]
    return {
        "attempts": attempts,
        "bought": sum(row[3] for row in rows if row[1]),
        "steps": list(_steps(rows)),
        "reasons": reasons,
        "note": "" if attempts >= ATTEMPTS_LEAST else f"{attempts} attempts; {ATTEMPTS_LEAST} are needed for shares",
    }


def _steps(rows: Sequence[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    """Step by step; one that the log never shows is left out, for nobody can be lost at it."""
    shown = 0
    for row in rows:
        shown |= row[2]
    places = [*(place for place in range(1, len(sql.STEPS) + 1) if shown >> place & 1), len(sql.STEPS) + 1]
    for place, following in pairwise(places):
        reached = sum(row[3] for row in rows if row[1] or row[0] >= place)
        lost = sum(row[3] for row in rows if not row[1] and place <= row[0] < following)
        yield {"step": sql.STEPS[place - 1], "reached": reached, "lost": lost, **_share(lost, reached)}


def _share(lost: int, reached: int) -> Mapping[str, float | None]:
    if reached < ATTEMPTS_LEAST:
        return {"share": None, "low": None, "high": None}
    low, high = wilson(lost, reached)
    return {"share": round(lost / reached, 4), "low": round(low, 4), "high": round(high, 4)}


def _waiting(rt: Runtime, as_of_us: int, names: list[str]) -> list[dict[str, Any]]:
    step = sql.STEPS.index(WAITING_FROM) + 1
    query = sql.waiting_query(as_of_us - WAITING_DAYS * DAY_US, step, names, WAITING_SHOWN)
    return [
        {
            "customer_id": customer_id,
            "step": sql.STEPS[furthest - 1],
            "last_event": last,
            "reason": reason or "",
            "since": iso(ended),
            "segments": list(segments),
            "why": f"{reason}, after {sql.STEPS[furthest - 1]}" if reason else f"stopped after {last}",
        }
        for customer_id, furthest, last, reason, ended, segments in rt.warehouse.query(query)
    ]
