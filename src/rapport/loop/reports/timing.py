"""The report on timing: who is due, how probable purchases are, of what, and how good that was when it was tried."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.errors import Conflict
from rapport.core.statistics import Z_90
from rapport.core.time import iso
from rapport.differentiate.timing.part import WITHIN_DAYS, TimingModel
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing import differentiate
from rapport.loop.runtime import Runtime

DUE_DAYS: Final = (7, 14, 30, 60, 90, 180)
"""Up to which days ahead customers are counted by when their next purchase is due."""
CATEGORIES_TOLD: Final = 12
_SUMS: Final = (
    "SELECT COUNT(p_purchase_30d), COALESCE(SUM(p_purchase_30d), 0),"
    " COALESCE(SUM(p_purchase_30d * (1 - p_purchase_30d)), 0), COUNT(next_purchase_days) FROM customers"
)


def report(rt: Runtime) -> dict[str, Any]:
    """How many are due when and of what, and how good such forecasts were in the days before the refresh.

    Raises ``Conflict`` without ``needs.yaml`` and ``value.yaml``, and before the first refresh with one of them.
    """
    if not any(part.name == "timing" for part in rt.parts):
        raise Conflict(
            "timing is not asked for", hint="add a needs.yaml or value.yaml, see docs/guides/next_purchase.md"
        )
    model: TimingModel | None = differentiate.models(rt).get("timing")
    refreshed = last_refresh(rt)
    if model is None or refreshed is None:
        raise Conflict("timing has not been learnt yet", hint="run `rapport refresh` first")
    return {
        "as_of": iso(refreshed.as_of),
        "when": {"refused": model.refused} if model.renewal is None else _when(rt, model),
        "what": {"refused": model.category_refused} if model.category is None else _what(rt, model),
    }


def _when(rt: Runtime, model: TimingModel) -> dict[str, Any]:
    ((scored, expected, variance, told),) = rt.warehouse.query(_SUMS)
    # Who buys given the probabilities; that these may be wrong, for everybody at once, is not in it.
    half = Z_90 * float(np.sqrt(variance))
    renewal = model.renewal
    usual = float(np.exp(renewal.mean)) if renewal else None
    return {
        "customers": scored,
        "with_a_date": told,
        "within_days": WITHIN_DAYS,
        "buyers_expected": round(float(expected), 1),
        "buyers_low": round(max(0.0, float(expected) - half), 1),
        "buyers_high": round(min(float(scored), float(expected) + half), 1),
        "interval": "90%, chance alone",
        "usual_gap_days": usual,
        "history_days": model.history_days,
        "due": _due(rt, scored),
        "checked": msgspec.to_builtins(model.checked),
    }


def _due(rt: Runtime, scored: int) -> list[dict[str, Any]]:
    """How many customers' next purchase is due up to each day ahead, and of how many it is not to be told."""
    counts = ", ".join(f"COUNT(*) FILTER (WHERE next_purchase_days <= {day})" for day in DUE_DAYS)
    (row,) = rt.warehouse.query(f"SELECT {counts}, COUNT(next_purchase_days) FROM customers")  # noqa: S608 - constants
    below = [0, *row]
    steps = [after - before for before, after in zip(below, row, strict=False)]
    named = [{"days": day, "customers": count} for day, count in zip(DUE_DAYS, steps, strict=False)]
    return [*named, {"days": None, "customers": steps[-1]}, {"days": "never", "customers": scored - row[-1]}]


def _what(rt: Runtime, model: TimingModel) -> dict[str, Any]:
    told = (
        "SELECT next_category, COUNT(*), AVG(next_category_probability) FROM customers"
        " WHERE next_category IS NOT NULL GROUP BY next_category ORDER BY COUNT(*) DESC, next_category"
    )
    rows = rt.warehouse.query(told)
    category = model.category
    assert category is not None
    popular = dict(zip(category.names, category.popular, strict=True))
    return {
        "categories_told_apart": len(category.names),
        "half_life_days": category.half_life_days,
        "prior_items": category.worth,
        "following": category.following,
        "likeliest": [
            {"category": name, "customers": count, "probability": round(float(chance), 4),
             "everybodys_share": popular.get(name)}
            for name, count, chance in rows[:CATEGORIES_TOLD]
        ],
        "checked": msgspec.to_builtins(model.category_checked),
    }  # fmt: skip
