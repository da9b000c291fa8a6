# ruff: noqa: S608 - the queries are composed of constants and numbers only.
"""The report on lifetime value: what was learnt, how it fared in the test on the past, how value is spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rapport.core.errors import Conflict
from rapport.core.time import iso
from rapport.differentiate.lifetime import Model, proof, text
from rapport.differentiate.lifetime.model import WHOLE, Fitted
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing import differentiate
from rapport.loop.runtime import Runtime
from rapport.loop.view.finding import find

BINS: Final = 24
DECILES: Final = 10


def report(rt: Runtime) -> dict[str, Any]:
    """What lifetime value has learnt and what it says of all customers.

    Raises ``Conflict`` without ``value.yaml``, and before the first refresh with it.
    """
    model = _learnt(rt)
    refreshed = last_refresh(rt)
    declared = rt.workspace.value.lifetime if rt.workspace.value else None
    return {
        "as_of": iso(refreshed.as_of) if refreshed else None,
        "customers": refreshed.customers if refreshed else 0,
        "learnt_from": model.customers,
        "refused": text(model.notes[0]) if model.reason else None,
        "horizon": declared.horizon if declared else "",
        "discount": declared.discount if declared else 0.0,
        "margin": declared.margin if declared else 1.0,
        "currency": rt.workspace.settings.currency,
        "fits": [_fit(name, one) for name, one in model.fits.items()],
        "small_groups": [{"group": name, "repeaters": count} for name, count in model.small.items()],
        "season": {
            "state": model.season.state,
            "months": model.season.months,
            "deviance": model.season.deviance,
            "deviance_with": model.season.deviance_with,
            "index": list(model.season.index),
        },
        "tested": None if model.holdout is None else proof(model.holdout, None),
        "spread": None if model.reason else _spread(rt),
        "notes": [{"code": one.code, "facts": one.facts, "text": text(one)} for one in model.notes],
    }


def of_customer(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """One customer's lifetime value with its reasons and how such numbers fared, as of now.

    Raises ``NotFound`` for somebody we have not met, ``Conflict`` as ``report``.
    """
    model = _learnt(rt)
    frame = differentiate.report_frame(rt, who)
    (part,) = (part for part in rt.parts if part.name == "lifetime")
    if not bool(frame.personal[0]):
        return {"customer_id": find(rt, who).id, "known": False, "reason": "personalisation is switched off"}
    return {"customer_id": find(rt, who).id, **part.told(model, frame)}


def _learnt(rt: Runtime) -> Model:
    if not any(part.name == "lifetime" for part in rt.parts):
        hint = "add value.yaml with `lifetime: {}`, see docs/guides/lifetime.md"
        raise Conflict("lifetime value is not asked for", hint=hint)
    model = differentiate.models(rt).get("lifetime")
    if not isinstance(model, Model):
        raise Conflict("lifetime value has not been learnt as value.yaml says now", hint="run `rapport refresh` first")
    return model


def _fit(name: str, one: Fitted) -> dict[str, Any]:
    """A group's parameters with their standard errors."""
    told: dict[str, Any] = {"group": name or "everybody", "everybody": name == WHOLE}
    if one.purchasing is not None:
        buying = one.purchasing
        told["purchases"] = {
            "parameters": _parameters(("r", "alpha", "a", "b"), (buying.r, buying.alpha, buying.a, buying.b),
                                      buying.errors),
            "customers": buying.customers,
            "repeaters": buying.repeaters,
            "log_likelihood": buying.log_likelihood,
            "dropout": buying.dropout,
            "dropout_ratio": buying.dropout_ratio,
        }  # fmt: skip
    if one.spending is not None:
        spend = one.spending
        told["spend"] = {
            "parameters": _parameters(("p", "q", "gamma"), (spend.p, spend.q, spend.gamma), spend.errors),
            "customers": spend.customers,
            "log_likelihood": spend.log_likelihood,
            "mean": spend.mean,
            "correlation": spend.correlation,
            "correlation_low": spend.correlation_low,
            "correlation_high": spend.correlation_high,
        }
    if one.terms is not None:
        terms = one.terms
        told["contracts"] = {
            "parameters": _parameters(("alpha", "beta"), (terms.alpha, terms.beta), terms.errors),
            "customers": terms.customers,
            "ended": terms.ended,
            "log_likelihood": terms.log_likelihood,
        }
    return told


def _parameters(names: tuple[str, ...], values: tuple[float, ...], errors: tuple[float, ...]) -> list[dict[str, Any]]:
    padded = [*errors, *[None] * (len(values) - len(errors))]
    return [
        {"name": name, "value": value, "error": error} for name, value, error in zip(names, values, padded, strict=True)
    ]


def _spread(rt: Runtime) -> dict[str, Any]:
    """Sums, quartiles, a histogram up to the 99th percentile, and each tenth's share of all value."""
    ask = rt.warehouse.query
    known = "FROM customers WHERE clv IS NOT NULL"
    ((count, total, past, alive, *quantiles),) = ask(
        "SELECT COUNT(*), SUM(clv), SUM(monetary), AVG(p_alive), QUANTILE_CONT(clv, 0.25), QUANTILE_CONT(clv, 0.5),"
        f" QUANTILE_CONT(clv, 0.75), QUANTILE_CONT(clv, 0.99) {known}"
    )
    if not count:
        return {"customers": 0}
    low, middle, high, most = (float(one) for one in quantiles)
    return {
        "customers": count,
        "total": total,
        "monetary": past,
        "p_alive": alive,
        "quartiles": [low, middle, high],
        "histogram": _histogram(rt, most, known),
        "deciles": [
            {"tenth": tenth, "customers": many, "clv": float(worth), "share": float(worth) / total if total else 0.0}
            for tenth, many, worth in ask(
                f"SELECT tenth, COUNT(*), SUM(clv) FROM (SELECT clv, NTILE({DECILES}) OVER (ORDER BY clv DESC,"
                f" customer_id) AS tenth {known}) GROUP BY tenth ORDER BY tenth"
            )
        ],
    }


def _histogram(rt: Runtime, most: float, known: str) -> dict[str, Any]:
    """Customers by value in ``BINS`` equal steps up to ``most``; the last step holds all beyond."""
    width = most / BINS if most > 0 else 1.0
    rows = rt.warehouse.query(
        f"SELECT CAST(LEAST(FLOOR(clv / {width!r}), {BINS - 1}) AS BIGINT) AS bin, COUNT(*) {known} GROUP BY bin"
    )
    counts = [0] * BINS
    for place, count in rows:
        counts[place] = count
    return {"width": width, "counts": counts}
