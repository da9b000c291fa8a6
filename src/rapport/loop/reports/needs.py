# ruff: noqa: S608 - this file composes SQL from names of columns and tables that are checked or its own.
"""The report on needs: each attribute's distribution, who changed, means and ends, and which needs go with value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from rapport.core.errors import Conflict, InvalidInput
from rapport.core.quoting import name_sql
from rapport.core.time import iso
from rapport.differentiate.needs import NeedsModel, NeedsPart
from rapport.differentiate.needs.ladders import Step, channels, implications, value_map
from rapport.differentiate.needs.model import FacetModel
from rapport.differentiate.needs.score import EVIDENCE_MIN, FALSE_ALARM
from rapport.differentiate.needs.worth import CUSTOMERS_MIN, FALSE_DISCOVERY, Moments, goes_with
from rapport.differentiate.readings import ATTRIBUTES, LADDER, SEPARATOR
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing import differentiate
from rapport.loop.refreshing.everybody import TALLIES
from rapport.loop.runtime import Runtime
from rapport.loop.view.finding import find

VALUES_SHOWN: Final = 12
CHANGED_SHOWN: Final = 12
WORTH: Final = ("clv", "value_current", "monetary")
"""What a customer is worth: the first of these that is known."""
_NEEDS: Final = tuple(f"need_{name}" for name in ATTRIBUTES)


def report(rt: Runtime, by: str = "") -> dict[str, Any]:
    """What customers need, how sure that is, whose needs changed, why they buy, and which needs go with value.

    ``by`` names the numeric column that says what a customer is worth. Raises ``Conflict`` without ``needs.yaml`` and
    before the first refresh with it, ``InvalidInput`` for a column that is no number.
    """
    part, model = _learned(rt)
    refreshed = last_refresh(rt)
    known = ", ".join(f"COUNT({name})" for name in (*_NEEDS, "matters_most"))
    asked, mean_known, predictable, *counts = _row(
        rt, f"COUNT(*), AVG(needs_known), AVG(predictability), {known}", "personalized"
    )
    return {
        "as_of": iso(refreshed.as_of) if refreshed else None,
        "customers": refreshed.customers if refreshed else 0,
        "told_apart": asked,
        "learnt_from": model.customers,
        "evidence_min": EVIDENCE_MIN,
        "needs_known": mean_known,
        "predictability": predictable,
        "attributes": [
            _attribute(part, model, name) | _known(rt, name, counts[place], asked)
            for place, name in enumerate(ATTRIBUTES)
        ],
        "matters_most": _counted(rt, "matters_most", asked),
        "matters_known": counts[-1],
        "changed": _changed(rt, part, model),
        "ladders": _ladders(rt),
        "goes_with": _worth(rt, by),
    }


def of_customer(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """One customer's needs as of now, with where they come from.

    Raises ``NotFound`` for somebody we have not met, ``Conflict`` as ``report``.
    """
    part, model = _learned(rt)
    frame = differentiate.report_frame(rt, who)
    return {"customer_id": find(rt, who).id, **part.told(model, frame)}


def _learned(rt: Runtime) -> tuple[NeedsPart, NeedsModel]:
    part = next((one for one in rt.parts if isinstance(one, NeedsPart)), None)
    if part is None:
        raise Conflict("no needs are declared", hint="add a needs.yaml, see docs/guides/needs.md")
    model = differentiate.models(rt).get(part.name)
    if model is None:
        raise Conflict("needs have not been learnt as needs.yaml says now", hint="run `rapport refresh` first")
    return part, model


def _row(rt: Runtime, select: str, where: str) -> tuple[Any, ...]:
    (row,) = rt.warehouse.query(f"SELECT {select} FROM customers WHERE {where}")
    return row


def _attribute(part: NeedsPart, model: NeedsModel, name: str) -> dict[str, Any]:
    """What was learnt of an attribute."""
    learnt = [model.facets[n] for n, facet in enumerate(part.questions.facets) if facet.attribute == name]
    return {"attribute": name, "facets": [_facet(one) for one in learnt if one.customers]}


def _known(rt: Runtime, name: str, known: int, asked: int) -> dict[str, Any]:
    """Of how many customers a need is known, and which needs those are."""
    share = known / asked if asked else None
    return {"known": known, "share_known": share, "needs": _counted(rt, f"need_{name}", known)}


def _facet(model: FacetModel) -> dict[str, Any]:
    """Everybody's habits, and how much a customer's own count beside them."""
    shares = sorted(zip(model.shares, model.values, strict=False), key=lambda one: (-one[0], one[1]))
    return {
        "facet": model.name,
        "customers": model.customers,
        "values": [{"value": value, "share": share} for share, value in shares[:VALUES_SHOWN]],
        "other": model.shares[-1] + sum(share for share, _ in shares[VALUES_SHOWN:]),
        "strength": model.strength,
        "learnt": model.learnt,
        "segments": len(model.segments),
        "alike_in_a_day": model.alike,
        "gain": None if model.gain is None else msgspec.to_builtins(model.gain),
    }


def _counted(rt: Runtime, column: str, known: int) -> list[dict[str, Any]]:
    rows = rt.warehouse.query(
        f"SELECT {column}, COUNT(*) FROM customers WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        f" LIMIT {VALUES_SHOWN}"
    )
    return [{"value": value, "customers": count, "share": count / known if known else None} for value, count in rows]


def _changed(rt: Runtime, part: NeedsPart, model: NeedsModel) -> dict[str, Any]:
    """Who changed, the most valuable first, from what to what; how many would be named had nobody changed."""
    asked, changed = _row(rt, "COUNT(needs_changed), COUNT(CASE WHEN needs_changed THEN 1 END)", "personalized")
    rows = rt.warehouse.query(
        "SELECT customer_id FROM customers WHERE needs_changed ORDER BY monetary DESC NULLS LAST, customer_id"
        f" LIMIT {CHANGED_SHOWN}"
    )
    shown = []
    for (customer_id,) in rows:
        frame = differentiate.report_frame(rt, {"id": customer_id})
        shown.append({"customer_id": customer_id, "shifts": part.told(model, frame).get("changed", [])})
    return {
        "asked": asked,
        "changed": changed,
        "within_days": part.judging.recent_days,
        "false_alarm": FALSE_ALARM,
        "expected_by_chance": round(FALSE_ALARM * asked, 1),
        "customers": shown,
    }


def _ladders(rt: Runtime) -> dict[str, Any]:
    """Means and ends as customers told them; those who switched personalisation off have no part in it."""
    readings = {one.name: place for place, one in enumerate(rt.readings) if one.about == LADDER}
    steps: list[Step] = []
    for kind, name in (("consequence", "consequence"), ("value", "value"), ("indirect", "attribute")):
        for pair, people, times in _pairs(rt, readings[f"{LADDER}.{name}"]):
            start, _, end = pair.partition(SEPARATOR)
            if start and end:
                steps.append(Step(start, end, kind, people, times))  # type: ignore[arg-type]
    needs = rt.workspace.needs
    return {
        **value_map(steps, _asked(rt, list(readings.values())), needs.ladder_cutoff if needs else None),
        "implications": implications(steps),
        "channels": _channels(rt, readings),
        "declared": needs.ladders if needs else {},
    }


def _told_by(readings: list[int]) -> str:
    places = ", ".join(map(str, readings))
    return (
        f"{TALLIES} AS t JOIN customers AS c ON c.customer_id = t.customer_id AND c.personalized"
        f" WHERE t.reading IN ({places})"
    )


def _pairs(rt: Runtime, reading: int) -> list[tuple[Any, ...]]:
    return rt.warehouse.query(
        "SELECT t.value, COUNT(DISTINCT t.customer_id), CAST(SUM(t.count) AS BIGINT)"
        f" FROM {_told_by([reading])} GROUP BY t.value ORDER BY t.value"
    )


def _asked(rt: Runtime, readings: list[int]) -> int:
    ((people,),) = rt.warehouse.query(f"SELECT COUNT(DISTINCT t.customer_id) FROM {_told_by(readings)}")
    return int(people)


def _channels(rt: Runtime, readings: Mapping[str, int]) -> list[dict[str, Any]]:
    told: list[tuple[str, str, str, int]] = []
    asked: dict[tuple[str, str], int] = {}
    for company in ("ours", "rival"):
        reading = readings[f"{LADDER}.{company}"]
        for pair, people, _times in _pairs(rt, reading):
            channel, _, value = pair.partition(SEPARATOR)
            if channel and value:
                told.append((company, channel, value, people))
        rows = rt.warehouse.query(
            f"SELECT split_part(t.value, chr({ord(SEPARATOR)}), 1), COUNT(DISTINCT t.customer_id)"
            f" FROM {_told_by([reading])} GROUP BY 1"
        )
        asked.update({(company, channel): people for channel, people in rows})
    return channels(told, asked)


def _worth(rt: Runtime, by: str) -> dict[str, Any]:
    """Which needs go with value: those who have a need beside those who have another."""
    measure = by or _measure(rt)
    if measure not in rt.columns or rt.columns[measure] not in ("number", "integer"):
        known = ", ".join(name for name in WORTH if name in rt.columns)
        raise InvalidInput(f"'{measure}' is no numeric column of a customer", hint=f"known here: {known}")
    column = name_sql(measure)
    found: dict[str, dict[str, Moments]] = {}
    for attribute in ATTRIBUTES:
        need = f"need_{attribute}"
        rows = rt.warehouse.query(
            f"SELECT {need}, COUNT(*), AVG({column}), VAR_POP({column}) * COUNT(*) FROM customers"
            f" WHERE {need} IS NOT NULL AND {column} IS NOT NULL GROUP BY 1 ORDER BY 1"
        )
        if rows:
            found[attribute] = {value: Moments(count, mean, squares) for value, count, mean, squares in rows}
    compared = goes_with(found)
    told = [msgspec.to_builtins(one) | {"holds": one.holds} for one in compared if not one.refused]
    return {
        "measure": measure,
        "compared": len(told),
        "refused": len(compared) - len(told),
        "customers_min": CUSTOMERS_MIN,
        "false_discovery": FALSE_DISCOVERY,
        "needs": told,
    }


def _measure(rt: Runtime) -> str:
    scored = [name for name in WORTH if name in rt.score_columns]
    counts = _row(rt, ", ".join(f"COUNT({name})" for name in scored), "personalized")
    return next((name for name, count in zip(scored, counts, strict=True) if count), scored[-1])
