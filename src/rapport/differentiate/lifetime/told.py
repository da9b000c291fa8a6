"""One customer's lifetime value in words and numbers, with the proof beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from rapport.core.time import day_date
from rapport.differentiate.frame import Frame
from rapport.differentiate.lifetime.groups import labels
from rapport.differentiate.lifetime.model import Bucket, Compared, Holdout, Model
from rapport.differentiate.lifetime.notes import text
from rapport.differentiate.lifetime.summary import Summary, summarise

if TYPE_CHECKING:
    from rapport.differentiate.lifetime.part import LifetimePart


def told(part: LifetimePart, model: Model, frame: Frame) -> dict[str, Any]:
    """The part's JSON for the 360° view; of who has not bought, that nothing is known."""
    summary = summarise(frame.purchases, frame.size, frame.day)
    if not bool(summary.bought[0]):
        return {"known": False, "reason": "no purchase"}
    if model.reason:
        return {"known": False, "reason": text(model.notes[0])}
    group = labels(frame, summary, part.declared.by)[0]
    own = group is not None and group in model.fits
    return {
        "known": True,
        "value": _number(frame, "clv"),
        "low": _number(frame, "clv_low"),
        "high": _number(frame, "clv_high"),
        "p_alive": _number(frame, "p_alive"),
        "expected_purchases": _number(frame, "expected_purchases"),
        "expected_spend": _number(frame, "expected_spend"),
        "horizon_days": part.horizon_days,
        "discount": part.declared.discount,
        "margin": part.declared.margin,
        "because": _history(summary, frame.day),
        "fitted_to": group if own else "everybody",
        "group": group,
        "tested": None if model.holdout is None else proof(model.holdout, int(summary.x[0])),
        "notes": [{"code": one.code, "facts": one.facts, "text": text(one)} for one in model.notes],
    }


def proof(holdout: Holdout, repeats: int | None = None) -> dict[str, Any]:
    """The test on the past as JSON; with ``repeats`` only the line of customers who bought again so often."""
    lines = [_bucket(one) for one in holdout.buckets if repeats is None or _holds(one.repeats, repeats)]
    return {
        "split": day_date(holdout.split).isoformat(),
        "days": holdout.days,
        "customers": holdout.customers,
        "purchases": _compared(holdout.purchases),
        "spend": None if holdout.spend is None else _compared(holdout.spend),
        "by_repeats": lines,
    }


def _history(summary: Summary, day: int) -> dict[str, Any]:
    return {
        "repeat_purchases": int(summary.x[0]),
        "first_purchase": day_date(int(summary.first[0])).isoformat(),
        "last_purchase": day_date(int(summary.first[0] + summary.t_x[0])).isoformat(),
        "days_since_first": int(summary.t[0]),
        "days_since_last": int(summary.t[0] - summary.t_x[0]),
        "mean_repeat_spend": round(float(summary.spent[0]), 4) if int(summary.valued[0]) else None,
        "once_only": int(summary.x[0]) == 0,
        "refunds_exceed_spend": bool(summary.floored[0]),
        "foreign_orders": int(summary.foreign[0]),
    }


def _compared(one: Compared) -> dict[str, Any]:
    return {
        "actual": one.actual,
        "expected": one.expected,
        "expected_before": one.expected_before,
        "bias": one.expected / one.actual - 1 if one.actual > 0 else None,
        "bias_before": one.expected_before / one.actual - 1 if one.actual > 0 else None,
        "mae": one.mae,
        "mae_before": one.mae_before,
        "gain": one.mae_before - one.mae,
        "gain_low": one.gain_low,
        "gain_high": one.gain_high,
        "correlation": one.correlation,
        "correlation_before": one.correlation_before,
        "covered": one.covered,
    }


def _bucket(one: Bucket) -> dict[str, Any]:
    return {
        "repeats": one.repeats, "customers": one.customers, "expected": one.expected, "actual": one.actual,
        "actual_low": one.actual_low, "actual_high": one.actual_high,
    }  # fmt: skip


def _holds(name: str, repeats: int) -> bool:
    low, _, high = name.removesuffix("+").partition("–")
    return repeats >= int(low) and (name.endswith("+") or repeats <= int(high or low))


def _number(frame: Frame, name: str) -> float | None:
    held = frame.scores.get(name)
    return None if held is None or bool(np.isnan(held[0])) else float(held[0])
