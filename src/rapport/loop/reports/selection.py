"""The report on selection and mode: both matrices, where their thresholds come from, capabilities, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from rapport.core.errors import Conflict
from rapport.core.time import iso
from rapport.differentiate.fit import Fit
from rapport.differentiate.mode import Modes
from rapport.differentiate.selection import Selecting
from rapport.differentiate.worth import worth
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing.differentiate import models
from rapport.loop.reports.mode_effect import EFFECT_DAYS, effect
from rapport.loop.runtime import Runtime
from rapport.workspace.capabilities import Capabilities, Treatment

SELECTIONS: Final = ("prioritise", "later", "develop", "hold", "exclude")
MODES: Final = ("one_to_one", "frequency", "mass", "abandon")
_CELLS: Final = """
SELECT selection, marketing_mode, COUNT(*), SUM(monetary), SUM(clv), SUM(cost_to_serve), SUM(expected_growth)
FROM customers WHERE personalized GROUP BY ALL"""
_LIMITS: Final = """
SELECT service_limit, COUNT(*), SUM(monetary) FROM customers
WHERE personalized AND service_limit IS NOT NULL GROUP BY ALL"""
_SUMS: Final = ("customers", "monetary", "clv", "cost_to_serve", "expected_growth")


def selection(rt: Runtime) -> dict[str, Any]:
    """Who is selected and how they are marketed to, as of the last refresh.

    Raises ``Conflict`` without a ``capabilities.yaml``, and before a refresh has judged by it.
    """
    said, state, learnt = rt.workspace.capabilities, last_refresh(rt), models(rt)
    if said is None:
        hint = "say what you can serve: see docs/guides/selection.md"
        raise Conflict("there is no capabilities.yaml", where="capabilities.yaml", hint=hint)
    if state is None or "mode" not in learnt:
        raise Conflict("nobody has been judged by capabilities.yaml yet", hint="run rapport refresh")
    cells = rt.warehouse.query(_CELLS)
    return {
        "as_of": iso(state.as_of),
        "currency": rt.workspace.settings.currency,
        "customers": sum(row[2] for row in cells),
        "value_of": worth(rt.workspace, rt.columns).text,
        "value": msgspec.to_builtins(learnt["selection"].value),
        "fit_from": said.fit_from,
        "diversity": msgspec.to_builtins(learnt["mode"].diversity),
        "selection": _matrix(cells, 0, SELECTIONS),
        "modes": _matrix(cells, 1, MODES),
        "not_judged": _not_judged(cells, learnt["selection"], learnt["mode"]),
        "capabilities": _capabilities(said, learnt["fit"], rt.warehouse.query(_LIMITS)),
        "treatments": _treatments(said),
        "effect_days": EFFECT_DAYS,
        "effect": effect(rt, rt.clock.now_us()),
    }


def _matrix(cells: Sequence[tuple[Any, ...]], place: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """Cell by cell what the customers table adds up to; ``place`` is where a row names its cell."""
    everybody = sum(row[2] for row in cells)
    told = []
    for name in names:
        rows = [row[2:] for row in cells if row[place] == name]
        sums = {key: _sum(row[number] for row in rows) for number, key in enumerate(_SUMS)}
        count = sums["customers"] or 0
        told.append({"name": name, "share": round(count / everybody, 4) if everybody else None, **sums,
                     "customers": count})  # fmt: skip
    return told


def _sum(values: Any) -> Any:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return round(sum(known), 4) if known else None


def _not_judged(cells: Sequence[tuple[Any, ...]], selecting: Selecting, modes: Modes) -> dict[str, Any]:
    """How many have no selection, or are selected and have no mode, and why."""
    without = sum(row[2] for row in cells if row[0] is None)
    unmoded = sum(row[2] for row in cells if row[0] in ("prioritise", "develop", "hold") and row[1] is None)
    reasons = []
    if selecting.value.at is None:
        reasons.append(selecting.value.because)
    if selecting.value_unknown:
        reasons.append(f"of {selecting.customers}, the value of {selecting.value_unknown} is not known")
    if selecting.fit_unknown:
        reasons.append(f"of {selecting.customers}, the needs of {selecting.fit_unknown} are not known: no fit")
    if selecting.growth_unknown:
        reasons.append(f"of {selecting.growth_unknown} servable customers of low value no growth is known: hold")
    if modes.selected and modes.diversity.at is None:
        reasons.append(modes.diversity.because)
    if modes.unknown:
        reasons.append(f"of {modes.selected} selected, nothing is known of what {modes.unknown} need: no mode")
    return {"selection": without, "mode": unmoded, "because": reasons}


def _capabilities(said: Capabilities, fit: Fit, limits: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    limited = {row[0]: row[1:] for row in limits}
    told = []
    for name, one in said.capabilities.items():
        demand = fit.demands.get(name)
        count, money = limited.get(name, (0, None))
        told.append(
            {
                "name": name,
                "serves": one.serves,
                "able": one.able,
                "weight": one.weight,
                "cost": one.cost,
                "capacity": one.capacity,
                "needed_by": demand.needed_by if demand else None,
                "full": demand.limited if demand else False,
                "served_from_value": demand.value_from if demand else None,
                "limits": count,
                "limits_monetary": money,
            }
        )
    return told


def _treatments(said: Capabilities) -> dict[str, Any]:
    declared: Mapping[Any, Treatment] = said.modes
    return {name: msgspec.to_builtins(declared[name]) for name in (*MODES, "later", "exclude") if name in declared}
