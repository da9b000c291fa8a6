"""The report on value: quadrants with their money, indicators with their weights, what is redundant, who moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from rapport.core.errors import Conflict
from rapport.core.time import iso
from rapport.differentiate.value import ValueModel, quadrant
from rapport.differentiate.value.model import DimensionName, Learned
from rapport.differentiate.value.quadrants import QUADRANTS, usual
from rapport.differentiate.value.weighing.ahp import CONSISTENT
from rapport.identify.profile import personalized
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing import differentiate
from rapport.loop.reports import value_history
from rapport.loop.runtime import Runtime
from rapport.loop.view.finding import find
from rapport.workspace.value import Dimension, Value

CELLS: Final = 20
"""The map of the quadrants has so many cells each way."""


def report(rt: Runtime) -> dict[str, Any]:
    """How value is spread over the customers, and how it is measured.

    Raises ``Conflict`` where ``value.yaml`` declares no indicator, and before the first refresh with it.
    """
    value, model = _learned(rt)
    refreshed = last_refresh(rt)
    rows = _quadrants(rt, value)
    valued = sum(row["customers"] for row in rows)
    return {
        "as_of": iso(refreshed.as_of) if refreshed else None,
        "customers": refreshed.customers if refreshed else 0,
        "valued": valued,
        "learnt_from": model.customers,
        "quadrants": rows,
        "dimensions": {name: _dimension(value, model, name) for name in model.dimensions},
        "alike": [msgspec.to_builtins(one) for one in model.alike],
        "together": msgspec.to_builtins(model.together),
        "map": {"cells": CELLS, "counts": _map(rt)},
        "movement": value_history.movement(rt),
        "course": value_history.course(rt),
    }


def of_customer(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """One customer's value with its reasons, now, and how it changed: nothing where personalisation is switched off.

    Raises ``NotFound`` for somebody we have not met, ``Conflict`` as ``report``.
    """
    _, model = _learned(rt)
    frame = differentiate.report_frame(rt, who)
    (part,) = (part for part in rt.parts if part.name == "value")
    customer = find(rt, who)
    return {
        "customer_id": customer.id,
        **part.told(model, frame),
        "history": value_history.of_customer(rt, customer.id) if personalized(customer.profile) else [],
    }


def _learned(rt: Runtime) -> tuple[Value, ValueModel]:
    value = rt.workspace.value
    if value is None or not any(part.name == "value" for part in rt.parts):
        raise Conflict("no indicator of value is declared", hint="declare some in value.yaml, see docs/guides/value.md")
    model = differentiate.models(rt).get("value")
    if model is None:
        raise Conflict("value has not been measured as value.yaml says now", hint="run `rapport refresh` first")
    return value, model


def _quadrants(rt: Runtime, value: Value) -> list[dict[str, Any]]:
    """Each quadrant with its customers and their money; shares are of all who are valued."""
    found = {
        row[0]: row[1:]
        for row in rt.warehouse.query(
            "SELECT value_quadrant, COUNT(*), SUM(monetary), SUM(clv), AVG(value_current), AVG(value_potential) "
            "FROM customers WHERE value_quadrant IS NOT NULL GROUP BY value_quadrant"
        )
    }
    whole = [sum(row[place] or 0 for row in found.values()) for place in range(3)]
    told = []
    for key in QUADRANTS:
        customers, monetary, clv, current, potential = found.get(key, (0, None, None, None, None))
        named = quadrant(value, key)
        told.append(
            {
                "quadrant": key, "name": named.name, "treatment": named.treatment, "usual": usual(value, key),
                "customers": customers, "share": _share(customers, whole[0]),
                "monetary": monetary, "monetary_share": _share(monetary, whole[1]),
                "clv": clv, "clv_share": _share(clv, whole[2]),
                "value_current": current, "value_potential": potential,
            }
        )  # fmt: skip
    return told


def _share(part: float | None, whole: float) -> float | None:
    """A part of a whole; None where there is no whole that parts can be taken of, as when refunds exceed sales."""
    return None if part is None or whole <= 0 else part / whole


def _dimension(value: Value, model: ValueModel, name: DimensionName) -> dict[str, Any]:
    declared: Dimension = getattr(value, name)
    learned = model.dimensions[name]
    return {
        "weights": declared.weights,
        "high_from": learned.high_from,
        "high_from_learnt": declared.high_from is None,
        "cap": declared.cap if declared.weights == "entropy" else None,
        "capped": learned.capped,
        "consistency": [_judged(one) for one in learned.judged],
        "indicators": [_indicator(declared, learned, one) for one in declared.indicators],
    }


def _judged(judged: Any) -> dict[str, Any]:
    return {**msgspec.to_builtins(judged), "consistent": judged.ratio <= CONSISTENT, "hint": _hint(judged)}


def _hint(judged: Any) -> str:
    """What to write instead of the judgement that breaks the others most."""
    one = judged.misfit
    if one is None:
        return ""
    more, less, fits = (one.more, one.less, one.fits) if one.fits >= 1 else (one.less, one.more, 1 / one.fits)
    said = f"{one.more}: {{{one.less}: {one.said:g}}}"
    return f"the others imply {more}: {{{less}: {fits:g}}} rather than {said}; the ratio would be {one.ratio:.2f}"


def _indicator(declared: Dimension, learned: Learned, name: str) -> dict[str, Any]:
    said, found = declared.indicators[name], learned.indicators[name]
    return {
        "name": name, "of": said.of, "better": said.better, "scoring": said.scoring, "group": said.group,
        "missing": said.missing, "weight": found.weight, "known": found.known, "note": _note(found),
    }  # fmt: skip


def _note(found: Any) -> str:
    if not found.known:
        return "known of nobody"
    return "everybody alike" if found.alike else ""


def _map(rt: Runtime) -> list[list[int]]:
    """[current, potential, customers] of each cell with somebody in it; cells count from 0 at score 0."""

    def cell(name: str) -> str:
        return f"CAST(LEAST(FLOOR({name} * {CELLS}), {CELLS - 1}) AS INTEGER)"

    rows = rt.warehouse.query(
        f"SELECT {cell('value_current')}, {cell('value_potential')}, COUNT(*) FROM customers "  # noqa: S608
        "WHERE value_current IS NOT NULL AND value_potential IS NOT NULL GROUP BY ALL ORDER BY ALL"
    )
    return [list(row) for row in rows]
