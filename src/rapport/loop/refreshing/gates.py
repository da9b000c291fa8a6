# ruff: noqa: S608 - this file composes SQL from names of our own columns; values are parameters.
"""Readiness, counted at each refresh and kept, and the report over it. The gate is ``deciding.gatekeeper``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from rapport.core.decision import Decision
from rapport.core.time import DAY_US, iso
from rapport.differentiate.readiness import RECENT_DAYS, STAGES, Check, Counted, Rung, declared, ladder
from rapport.identify.quality_sql import QUALITY
from rapport.loop.deciding.gatekeeper import OWN_SOURCE, STATE
from rapport.loop.runtime import Runtime

HISTORY: Final = "readiness:history"
HISTORY_KEPT: Final = 60
"""So many refreshes are remembered."""
_decode = msgspec.json.Decoder(list[Counted]).decode
_decode_one = msgspec.json.Decoder(Counted).decode
_encode = msgspec.json.Encoder().encode


def measure(rt: Runtime, as_of: int) -> Counted:
    """Counts what the gates ask for, as of a refresh (µs) that has built the customer table, and keeps it.

    Later counts stay, and what the gate goes by is never replaced by an older moment's.
    """
    arrived, recent = _events(rt, as_of)
    counted = Counted(as_of=as_of, arrived=arrived, recent=recent, values=_values(rt), **_customers(rt))
    others = [one for one in history(rt) if one.as_of != as_of]
    kept = sorted([*others, counted], key=lambda one: one.as_of)[-HISTORY_KEPT:]
    rt.store.save_state(HISTORY, _encode(kept)).result()
    body = rt.store.state(STATE)
    if body is None or _decode_one(body).as_of <= as_of:
        rt.store.save_state(STATE, _encode(counted)).result()
    rt.gatekeeper.look_again()
    return counted


def readiness(rt: Runtime) -> dict[str, Any]:
    """The ladder as of now, with what each stage asks, what was found and what to do next, and how it came about."""
    now_us = rt.clock.now_us()
    rungs = rt.gatekeeper.rungs(rt.store, now_us)
    counted = history(rt)
    return {
        "as_of": iso(now_us),
        "measured": iso(counted[-1].as_of) if counted else None,
        "enforced": rt.workspace.policy.gates.closed,
        "stages": [_told(rung) for rung in rungs],
        "next": _next(rungs),
        "history": [_past(rt, one) for one in counted],
    }


def history(rt: Runtime) -> list[Counted]:
    """What the last refreshes counted, the oldest first."""
    body = rt.store.state(HISTORY)
    return _decode(body) if body else []


def why_withheld(rt: Runtime, decision: Decision, action: str) -> str:
    """Why columns that an action's rule names stood at NULL; empty where no gate withheld any."""
    named = rt.eligibility.uses(action) if decision.gates else frozenset()
    held = [(sorted(named.intersection(gate.withheld)), gate.reason) for gate in decision.gates]
    return "; ".join(f"{', '.join(names)} withheld, because {reason}" for names, reason in held if names)


def _events(rt: Runtime, as_of: int) -> tuple[int, tuple[int, int]]:
    """When the newest event came in (µs), and of the newest days' events those that are of one person."""
    ((arrived, happened),) = rt.warehouse.query(
        "SELECT epoch_us(MAX(received_at)), epoch_us(MAX(time) FILTER (WHERE time <= make_timestamp(?)))"
        " FROM events WHERE source <> ?",
        [as_of, OWN_SOURCE],
    )
    if happened is None:
        return arrived or 0, (0, 0)
    shared = [str(row.identifier) for row in rt.store.identifiers_shared()]
    ((doubtful, total),) = rt.warehouse.query(
        "SELECT COUNT(*) FILTER (WHERE subject IN (SELECT UNNEST(CAST(? AS VARCHAR[])))), COUNT(*) FROM events"
        " WHERE source <> ? AND time > make_timestamp(?) AND time <= make_timestamp(?)",
        [shared, OWN_SOURCE, happened - RECENT_DAYS * DAY_US, as_of],
    )
    return arrived, (total - doubtful, total)


def _customers(rt: Runtime) -> dict[str, Any]:
    """How many customers there are of each kind, and of how many each declared stage knows anything."""
    asked, built = declared(rt.workspace), {part.name for part in rt.parts}
    shows = {stage.name: stage.shows for stage in STAGES if stage.part in built and stage.name in asked}
    conditions = ["frequency > 0", *shows.values()]
    query = ", ".join(f"COUNT(*) FILTER (WHERE personalized AND {condition})" for condition in conditions)
    ((customers, named, personal, purchasers, *found),) = rt.warehouse.query(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE NOT anonymous), COUNT(*) FILTER (WHERE personalized),"
        f" {query} FROM customers"
    )
    return {
        "named": (named, customers), "personal": personal, "purchasers": purchasers,
        "known": dict(zip(shows, found, strict=True)),
    }  # fmt: skip


def _values(rt: Runtime) -> dict[str, tuple[int, int]]:
    """Trait → its valid values of those that were looked at; of traits about which there is something to judge."""
    judged = [name for name, trait in rt.workspace.traits.items() if trait.type != "text" or trait.valid]
    if not judged or QUALITY not in rt.warehouse.tables():
        return {}
    rows = rt.warehouse.query(
        f"SELECT trait, valid, checked FROM {QUALITY} WHERE source = '' AND checked > 0"
        f" AND day = (SELECT MAX(day) FROM {QUALITY}) AND trait IN (SELECT UNNEST(CAST(? AS VARCHAR[])))"
        " ORDER BY trait",
        [judged],
    )
    return {trait: (valid, checked) for trait, valid, checked in rows}


def _told(rung: Rung) -> dict[str, Any]:
    return {
        "stage": rung.stage,
        "level": rung.level,
        "reason": rung.reason,
        "checks": [_check(one) for one in rung.checks],
        "withheld": rung.withheld,
        "without": rung.without,
    }


def _check(one: Check) -> dict[str, Any]:
    return {"code": one.code, "met": one.met, "what": one.what, "todo": one.todo, "facts": one.facts}


def _next(rungs: Sequence[Rung]) -> list[str]:
    """What to do, from the lowest stage that asks for something; what only waits for an earlier stage asks nothing."""
    asked = [f"{rung.stage}: {check.todo}" for rung in rungs for check in rung.failed if check.code != "earlier"]
    if any(rung.level == "not measured" for rung in rungs):
        asked.append("rapport refresh: stages are measured at each refresh, once there are events")
    return asked


def _past(rt: Runtime, counted: Counted) -> dict[str, Any]:
    """One refresh, judged as of its own moment by today's definitions."""
    return {
        "as_of": iso(counted.as_of),
        "levels": {rung.stage: rung.level for rung in ladder(rt.workspace, counted, counted.as_of)},
        "identified": _share(counted.recent),
        "known": {stage: _share((count, counted.personal)) for stage, count in counted.known.items()},
    }


def _share(counts: tuple[int, int]) -> float | None:
    count, total = counts
    return round(count / total, 4) if total else None
