"""The report on stages: who is where in the buying cycle, what a stage has meant, who moved, where people stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from rapport.core.errors import Conflict
from rapport.core.statistics import wilson
from rapport.core.time import iso
from rapport.differentiate.readings import STAGES
from rapport.differentiate.stage import StageModel, history_sql
from rapport.differentiate.stage.judge import AHEAD_DAYS
from rapport.identify.profile import personalized
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing import differentiate
from rapport.loop.runtime import Runtime
from rapport.loop.view.finding import find

WATCHED_DAYS: Final = 28
"""Who has not left a stage after so long has stopped there."""
CATEGORIES_TOLD: Final = 12
TOLD_MIN: Final = 30
"""Of fewer customers no share is told."""
_BEFORE_PURCHASE: Final = STAGES[:4]


def after_refresh(rt: Runtime, as_of_us: int) -> None:
    """Keeps whose stage changed and how many moved, as of the customer table (µs); repeating it changes nothing."""
    if rt.workspace.stages is None:
        return
    warehouse, tables = rt.warehouse, (history_sql.HISTORY, history_sql.MOVEMENT)
    exists = set(tables) <= set(warehouse.tables())
    if exists and warehouse.query(f"SELECT COUNT(*) FROM {tables[1]} WHERE as_of > {as_of_us}")[0][0]:  # noqa: S608
        return
    # The movement is told by the history as it was before, so it comes first.
    warehouse.save_table(history_sql.MOVEMENT, history_sql.movement_query(as_of_us, exists))
    warehouse.save_table(history_sql.HISTORY, history_sql.history_query(as_of_us, exists))


def report(rt: Runtime) -> dict[str, Any]:
    """Customers by stage and category, movement since the refresh before, and where people stop.

    Raises ``Conflict`` without ``stages.yaml``, and before the first refresh with it.
    """
    model = _learnt(rt)
    refreshed = last_refresh(rt)
    assert refreshed is not None
    stages = _stages(rt, model)
    return {
        "as_of": iso(refreshed.as_of),
        "customers": refreshed.customers,
        "known": sum(one["customers"] for one in stages),
        "stages": stages,
        "categories": _categories(rt),
        "movement": _movement(rt),
        "stops": _stops(rt, refreshed.as_of),
        "watched_days": WATCHED_DAYS,
        "method": model.method,
        "method_because": model.because,
        "judged": msgspec.to_builtins(model.judged),
        "gap_days": model.gap_days if model.gaps_seen else None,
        "gaps_seen": model.gaps_seen,
    }


def of_customer(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """One customer's stages with the signals behind them, now, and the changes kept after refreshes.

    Nothing of the past is told where personalisation is switched off, also before the next refresh removes it.

    Raises ``NotFound`` for somebody we have not met, ``Conflict`` as ``report``.
    """
    model = _learnt(rt)
    frame = differentiate.report_frame(rt, who)
    (part,) = (part for part in rt.parts if part.name == "stage")
    customer = find(rt, who)
    changes = history(rt, customer.id) if personalized(customer.profile) else []
    return {"customer_id": customer.id, **part.told(model, frame), "history": changes}


def history(rt: Runtime, customer_id: str) -> list[dict[str, Any]]:
    """One customer's kept changes, the oldest first."""
    if history_sql.HISTORY not in rt.warehouse.tables():
        return []
    sql = f"SELECT as_of, stage, category FROM {history_sql.HISTORY} WHERE customer_id = ? ORDER BY as_of"  # noqa: S608
    return [
        {"as_of": iso(as_of), "stage": stage, "category": category}
        for as_of, stage, category in rt.warehouse.query(sql, [customer_id])
    ]


def _learnt(rt: Runtime) -> StageModel:
    if rt.workspace.stages is None:
        raise Conflict(
            "stages are not asked for", hint="add stages.yaml, which may be empty; see docs/guides/stages.md"
        )
    model: StageModel | None = differentiate.models(rt).get("stage")
    if model is None:
        raise Conflict("stages have not been told as stages.yaml says now", hint="run `rapport refresh` first")
    return model


def _stages(rt: Runtime, model: StageModel) -> list[dict[str, Any]]:
    sql = (
        "SELECT buying_stage, COUNT(*), AVG(buying_probability) FROM customers "
        "WHERE buying_stage IS NOT NULL GROUP BY buying_stage"
    )
    found = {stage: (customers, mean) for stage, customers, mean in rt.warehouse.query(sql)}
    whole = sum(customers for customers, _ in found.values())
    told = []
    for stage, meant in zip(STAGES, model.meaning, strict=True):
        customers, mean = found.get(stage, (0, None))
        told.append(
            {
                "stage": stage,
                "customers": customers,
                "share": customers / whole if whole else None,
                "probability": mean,
                "went_on_to_buy": _share(meant.bought, meant.customers) | {"within_days": AHEAD_DAYS},
            }
        )
    return told


def _share(count: int, total: int) -> dict[str, Any]:
    """A share with its interval; None and the reason where too few are known."""
    if total < TOLD_MIN:
        reason = f"{total} customers are known, {TOLD_MIN} are needed"
        return {"count": count, "total": total, "share": None, "low": None, "high": None, "because": reason}
    low, high = wilson(count, total)
    return {"count": count, "total": total, "share": count / total, "low": low, "high": high, "because": ""}


def _categories(rt: Runtime) -> list[dict[str, Any]]:
    """The categories with most customers in them, each with its customers by stage."""
    sql = (
        "SELECT COALESCE(buying_category, ''), buying_stage, COUNT(*) FROM customers "
        "WHERE buying_stage IS NOT NULL GROUP BY ALL"
    )
    found: dict[str, dict[str, int]] = {}
    for category, stage, customers in rt.warehouse.query(sql):
        found.setdefault(category, {})[stage] = customers
    ranked = sorted(found.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    return [
        {"category": category, "customers": sum(held.values()), "stages": {one: held.get(one, 0) for one in STAGES}}
        for category, held in ranked[:CATEGORIES_TOLD]
    ]


def _movement(rt: Runtime) -> dict[str, Any] | None:
    """Who moved between the last two refreshes; None before two."""
    if history_sql.MOVEMENT not in rt.warehouse.tables():
        return None
    newest = f"SELECT MAX(as_of) FROM {history_sql.MOVEMENT}"  # noqa: S608
    rows = rt.warehouse.query(
        f"SELECT as_of, since, before, after, customers FROM {history_sql.MOVEMENT} WHERE as_of = ({newest})"  # noqa: S608
    )
    if not rows or rows[0][1] is None:
        return None
    moves = [row[2:] for row in sorted(rows, key=lambda row: (-row[4], row[2], row[3])) if row[2] != row[3]]
    return {
        "since": iso(rows[0][1]),
        "until": iso(rows[0][0]),
        "moved": sum(customers for *_, customers in moves),
        "stayed": sum(row[4] for row in rows if row[2] == row[3] != ""),
        "rows": [{"before": before, "after": after, "customers": customers} for before, after, customers in moves],
    }


def _stops(rt: Runtime, as_of_us: int) -> list[dict[str, Any]]:
    """For each stage before the purchase: how many of those who came into it went on, back, fell silent, or stayed."""
    if history_sql.HISTORY not in rt.warehouse.tables():
        return []
    found: dict[str, dict[str, int]] = {stage: {} for stage in STAGES}
    for stage, after, customers in rt.warehouse.query(history_sql.stops_query(as_of_us, WATCHED_DAYS)):
        found[stage][after] = customers
    return [{"stage": stage, **_stop(stage, found[stage])} for stage in _BEFORE_PURCHASE]


def _stop(stage: str, after: Mapping[str, int]) -> dict[str, Any]:
    place, whole = STAGES.index(stage), sum(after.values())
    on = sum(after.get(one, 0) for one in STAGES[place + 1 :])
    back = sum(after.get(one, 0) for one in STAGES[:place])
    return {
        "entered": whole,
        "on": _share(on, whole),
        "back": back,
        "silent": after.get("", 0),
        "stayed": after.get(history_sql.STOPPED, 0),
    }
