"""Segments: how many customers a rule selects, what the declared ones hold and serve, and a new one saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from rapport.core.customer import decode_profile
from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.core.quoting import name_sql
from rapport.core.time import from_us, iso
from rapport.differentiate.groups import GroupsModel
from rapport.loop.columns import customer_row
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing.differentiate import models
from rapport.loop.refreshing.memberships import days
from rapport.loop.reports.usage import uses
from rapport.loop.runtime import Runtime
from rapport.ports.warehouse import SegmentPreview
from rapport.rules import parse
from rapport.workspace.segments import Segment
from rapport.workspace.writing import write_segment

SAMPLE_CUSTOMERS = 10
_CUSTOMERS_A_PAGE = 1_000
DAYS_TOLD: Final = 30
TAKES_EFFECT: Final = "at the next start of the server, and for everybody at the next refresh"


def count(rt: Runtime, rule: str) -> SegmentPreview:
    """Counts the customers whom a segment of this rule selects, as of the last refresh; before the first, live.

    As in a segment, who switched personalisation off is not counted, whatever the rule says (``NOT personalized``
    selects nobody). ``POST /v1/segments/count`` and ``segment count`` answer with this.

    Raises ``InvalidRule`` for a rule that cannot be asked.
    """
    asked = parse(rule, rt.columns)
    preview = rt.warehouse.preview(f"({asked.sql('duckdb')}) AND personalized", SAMPLE_CUSTOMERS)
    if preview is not None:
        return preview
    now_us = rt.clock.now_us()
    selected = [
        customer_id for customer_id, row in _rows(rt, now_us) if row["personalized"] and asked.holds(row) is True
    ]
    return SegmentPreview(count=len(selected), sample=selected[:SAMPLE_CUSTOMERS], as_of=now_us)


def _rows(rt: Runtime, now_us: int) -> Iterator[tuple[str, dict[str, Any]]]:
    after = ""
    while page := rt.store.scan_customers(after, _CUSTOMERS_A_PAGE):
        for stored in page:
            yield stored.id, customer_row(rt, stored.id, decode_profile(stored.profile), stored.scores, now_us)
        after = page[-1].id


def listing(rt: Runtime) -> dict[str, Any]:
    """Every declared segment with its size, turnover and what depends on it; how they overlap; entries by day.

    Sizes are of the last refresh, None before the first or for a segment declared since.
    """
    state, turnover = last_refresh(rt), days(rt)
    recent = dict(list(turnover.items())[-DAYS_TOLD:])
    sizes, used = _overlaps(rt), uses(rt)
    customers = state.customers if state else 0
    return {
        "as_of": iso(state.as_of) if state else None,
        "customers": customers,
        "segments": [
            {
                **_told(name, segment, sizes.get(name, {}).get(name), customers),
                **_turned(name, recent),
                "used_by": [msgspec.to_builtins(use) for use in used.get(name, ())],
            }
            for name, segment in rt.workspace.segments.items()
        ],
        "overlaps": sizes,
        "days": recent,
    }


def show(rt: Runtime, name: str) -> dict[str, Any]:
    """One segment, with some of its customers and its overlap with each other; raises ``NotFound``."""
    if name not in rt.workspace.segments:
        hint = did_you_mean(name, rt.workspace.segments)
        raise NotFound(f"no segment '{name}'", where="segments.yaml", hint=hint)
    report = listing(rt)
    (found,) = [one for one in report["segments"] if one["name"] == name]
    members = rt.warehouse.preview(name_sql(name), SAMPLE_CUSTOMERS) if found["customers"] is not None else None
    turnover = {day: counts[name] for day, counts in report["days"].items() if name in counts}
    return {
        **found,
        "as_of": report["as_of"],
        "sample": members.sample if members else [],
        "overlaps": report["overlaps"].get(name, {}),
        "days": turnover,
    }


def save(rt: Runtime, name: str, rule: str, *, title: str = "", actor: str) -> dict[str, Any]:
    """Writes a segment into ``segments.yaml``, with who and when above it, and tells how many customers it selects.

    The workspace is compiled at the start, so the answer says when it takes effect. Raises ``InvalidRule`` for a rule
    that cannot be asked, ``InvalidDefinition`` where it would break the workspace.
    """
    if not name.strip():
        raise InvalidInput("a segment needs a name", hint="segment save NAME RULE")
    preview = count(rt, rule)
    known = rt.workspace.segments.get(name)
    changed = msgspec.structs.replace(known, rule=rule, title=title or known.title) if known else Segment(rule, title)
    when = from_us(rt.clock.now_us()).astimezone(rt.zone).strftime("%Y-%m-%d %H:%M")
    write_segment(Path(rt.workspace.root), name, changed, f"saved by {' '.join(actor.split())} on {when}")
    return {
        "name": name,
        "rule": rule,
        "title": changed.title,
        "count": preview.count,
        "as_of": iso(preview.as_of),
        "changed": known is not None,
        "takes_effect": TAKES_EFFECT,
    }


def discovered(rt: Runtime) -> dict[str, Any]:
    """The groups of similar customers that the last refresh found, each with its rule, and the shop's attitudes.

    Without any, ``reason`` says why.
    """
    state, model = last_refresh(rt), models(rt).get("groups")
    if not isinstance(model, GroupsModel):
        declared = rt.workspace.groups is not None
        why = "nothing is learnt yet: run rapport refresh" if declared else "there is no groups.yaml"
        return {"as_of": None, "reason": why, "groups": [], "tried": [], "attitudes": {}}
    told: dict[str, Any] = msgspec.to_builtins(model)
    return {
        "as_of": iso(state.as_of) if state else None,
        "reason": model.reason,
        "customers": model.customers,
        "columns": list(dict.fromkeys(axis.column for axis in model.axes)),
        "chosen": told["clusters"]["chosen"],
        "tried": told["clusters"]["tried"],
        "groups": told["groups"],
        "attitudes": told["attitudes"] | {"counts": _counts(rt, "customization_attitude")},
    }


def _told(name: str, segment: Segment, size: int | None, customers: int) -> dict[str, Any]:
    return {
        "name": name,
        "title": segment.title,
        "rule": segment.rule,
        "notify": segment.notify,
        "customers": size,
        "share": round(size / customers, 4) if size is not None and customers else None,
    }


def _turned(name: str, recent: Mapping[str, Mapping[str, list[int]]]) -> dict[str, int]:
    counts = [day.get(name, [0, 0]) for day in recent.values()]
    return {"entered": sum(one[0] for one in counts), "left": sum(one[1] for one in counts)}


def _overlaps(rt: Runtime) -> dict[str, dict[str, int]]:
    """Segment → segment → how many customers are in both; in itself, how many there are."""
    if "customers" not in rt.warehouse.tables():
        return {}
    held = {row[0] for row in rt.warehouse.query("DESCRIBE SELECT * FROM customers")}
    names = [name for name in rt.workspace.segments if name in held]
    pairs = [(one, other) for place, one in enumerate(names) for other in names[place:]]
    if not pairs:
        return {}
    counted = ", ".join(f"COUNT(*) FILTER (WHERE {name_sql(a)} AND {name_sql(b)})" for a, b in pairs)
    found: dict[str, dict[str, int]] = {name: {} for name in names}
    (row,) = rt.warehouse.query(f"SELECT {counted} FROM customers")  # noqa: S608 - quoted names
    for (one, other), size in zip(pairs, row, strict=True):
        found[one][other] = found[other][one] = size
    return found


def _counts(rt: Runtime, column: str) -> dict[str, int]:
    if "customers" not in rt.warehouse.tables():
        return {}
    query = f"SELECT {column}, COUNT(*) FROM customers WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608 - a constant
    return dict(rt.warehouse.query(query))
