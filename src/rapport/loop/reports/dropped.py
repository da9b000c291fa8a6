"""What was not kept lately, by name and source, and the line that would keep it."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from rapport.core.time import iso
from rapport.identify.not_kept import Missed, line_to_declare
from rapport.loop.intake import counts
from rapport.loop.runtime import Runtime

DAYS: Final = 30
REASONS: Final = ("undeclared", "unusable", "ill_typed", "invalid")


def dropped(rt: Runtime, days: int = DAYS) -> dict[str, Any]:
    """Losses of the last days (UTC): for each reason the names, the commonest first, and the sums of each day.

    Values are counted as they arrived: a call that was sent twice counts twice. A file that was loaded twice counts
    once, and a source that was replaced by what its last files lost.
    """
    now_us = rt.clock.now_us()
    by_day = counts.read(rt.store, now_us, days)
    lost = _by_name(by_day)
    told = {
        reason: [_told(rt, reason, name, parts) for (of, name), parts in lost.items() if of == reason]
        for reason in REASONS
    }
    return {"as_of": iso(now_us), "days": days, **told, "by_day": [_day(day, held) for day, held in by_day.items()]}


def ill_typed(rt: Runtime, days: int = DAYS) -> Counter[tuple[str, str]]:
    """(trait, source) → values of another type that came in the last days."""
    found: Counter[tuple[str, str]] = Counter()
    for held in counts.read(rt.store, rt.clock.now_us(), days).values():
        for missed, times in held.items():
            if missed.reason == "ill_typed":
                found[missed.name, missed.source] += times
    return found


def _by_name(days: counts.Days) -> dict[tuple[str, str], dict[Missed, tuple[int, int, int]]]:
    """(reason, name), the commonest first → what was lost under it: times, first day, last day."""
    found: dict[tuple[str, str], dict[Missed, tuple[int, int, int]]] = {}
    for day, held in days.items():
        for missed, times in held.items():
            parts = found.setdefault((missed.reason, missed.name), {})
            before, first, _ = parts.get(missed, (0, day, day))
            parts[missed] = (before + times, first, day)
    totals = {key: sum(part[0] for part in parts.values()) for key, parts in found.items()}
    return {key: found[key] for key in sorted(found, key=lambda key: (-totals[key], key))}


def _told(rt: Runtime, reason: str, name: str, parts: dict[Missed, tuple[int, int, int]]) -> dict[str, Any]:
    sources: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for missed, (times, _, _) in parts.items():
        sources[missed.source] += times
        seen[missed.seen or "nothing"] += times
    told = {
        "name": name,
        "times": sources.total(),
        "sources": dict(sources.most_common()),
        "seen": dict(seen.most_common()),
        "first_day": counts.day_text(min(first for _, first, _ in parts.values())),
        "last_day": counts.day_text(max(last for _, _, last in parts.values())),
    }
    return told | _advice(rt, reason, name, seen)


def _advice(rt: Runtime, reason: str, name: str, seen: Counter[str]) -> dict[str, str]:
    """What to do about it; for what nobody declared, the line that declares it."""
    declared = rt.workspace.traits.get(name)
    if reason == "undeclared":
        return _how_to_declare(rt, name, seen)
    if reason == "unusable":
        return {"todo": f"look at who sends {name}: these values can name nobody"}
    kind = declared.type if declared else "nothing any more"
    if reason == "ill_typed":
        return {"declared": kind, "todo": f"send {name} as {kind}, or declare it as what it is"}
    pattern = declared.valid if declared else ""
    return {"declared": kind, "todo": f"kept, but not valid: have the source send what {pattern} matches"}


def _how_to_declare(rt: Runtime, name: str, seen: Counter[str]) -> dict[str, str]:
    line = line_to_declare(name, seen)
    read_as = [
        kind for kind, namespace in rt.workspace.identity.namespaces.items() if f"traits.{name}" in namespace.found_in
    ]
    if read_as:
        return {"declare": line, "todo": f"read as the identifier {read_as[0]}; declare it only to keep it as a trait"}
    if not line:
        return {"declare": "", "todo": "no column holds such values: send their parts as traits of their own"}
    file = "identity.yaml" if line.startswith("namespaces:") else "traits.yaml"
    return {"declare": line, "todo": f"to keep it from now on, add that line to {file}, with its kind and purpose"}


def _day(day: int, held: Counter[Missed]) -> dict[str, Any]:
    reasons: Counter[str] = Counter()
    for missed, times in held.items():
        reasons[missed.reason] += times
    return {"day": counts.day_text(day), **{reason: reasons[reason] for reason in REASONS}}
