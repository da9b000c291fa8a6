"""An experiment's reading as a document: arms, effects, how they came about, and what is to be known beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.time import DAY_US, iso
from rapport.learn.experiment import Asked, Design, Reading, read
from rapport.learn.experiment.estimate import LEAST, Estimate
from rapport.learn.experiment.group_sequential import Looks
from rapport.learn.experiment.notes import Note, told
from rapport.learn.experiment.summary import Judged, Point
from rapport.loop.experimenting.exposures import Met
from rapport.loop.experimenting.outcomes import measure, times_seen
from rapport.loop.runtime import Runtime
from rapport.workspace.durations import duration_us
from rapport.workspace.experiments import Metric

WEEK_US: Final = 7 * DAY_US


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of customers who met different arms."""

    design: Design
    metrics: dict[str, Metric]
    """The first decides."""
    guardrails: frozenset[str] = frozenset()
    margin: float = 0.0
    since_us: int
    until_us: int
    """Nothing after counts."""


def document(rt: Runtime, question: Question, met: Met) -> dict[str, Any]:
    """What can be told: where nothing can, ``refused`` says why, and there is no effect in it."""
    counts = np.bincount(met.arm, minlength=len(question.design.arms)).tolist()
    shown = _opening(question, met, counts)
    refusal = _unmeasurable(rt, question, met, counts)
    if refusal is not None:
        return shown | {"refused": told(refusal)}
    measured = measure(rt, question.metrics, met.customer_ids, met.met_us, question.until_us)
    counted = next(iter(measured.values())).counted
    if not counted:
        return shown | {"refused": told(_too_short(question, met))}
    week = (met.met_us - question.since_us) // WEEK_US
    found = read(question.design, met.arm, week, measured, _asked(question))
    shown |= {"counted": counted, "shares": msgspec.to_builtins(found.shares)}
    if found.shares.found:
        return shown | {"refused": told(_unshared(found))}
    judged = [("primary", found.primary), *(("secondary", one) for one in found.secondary)]
    judged += [("guardrail", one) for one in found.guardrails]
    rows = [row for role, one in judged for row in _rows(one, role, question, counted)]
    return shown | {
        "results": rows,
        "path": [_point(point, met, question) for point in found.path],
        "weeks": msgspec.to_builtins(found.weeks),
        "notes": [told(one) for one in (*_of_customers(met), *_of_progress(question, met, counted))],
        "in_words": [told(_said(row, question)) for row in rows],
    }


def _opening(question: Question, met: Met, counts: Sequence[int]) -> dict[str, Any]:
    """What is told whatever else can be."""
    design = question.design
    return {
        "as_of": iso(question.until_us),
        "arms": [
            {"name": name, "share": share / sum(design.shares), "customers": count}
            for name, share, count in zip(design.arms, design.shares, counts, strict=True)
        ],
        "planned": design.planned,
        "looks": design.looks,
        "counted": 0,
        "refused": None,
        "shares": None,
        "results": [],
        "path": [],
        "weeks": [],
        "notes": [told(one) for one in _of_customers(met)],
        "in_words": [],
    }


def _asked(question: Question) -> dict[str, Asked]:
    return {
        name: Asked(better=metric.better, margin=question.margin if name in question.guardrails else None)
        for name, metric in question.metrics.items()
    }


def _unmeasurable(rt: Runtime, question: Question, met: Met, counts: Sequence[int]) -> Note | None:
    """Why nothing can be measured, before anything is."""
    if not sum(counts):
        return Note("nobody", {"as_of": iso(question.until_us)[:10]})
    named = zip(question.design.arms, question.design.shares, counts, strict=True)
    empty = [name for name, share, count in named if share and not count]
    if empty and sum(1 for count in counts if count) < 2:
        return Note("one_arm", {"arms": ", ".join(empty)})
    for metric in question.metrics.values():
        if not times_seen(rt, metric):
            return Note("never", {"event": metric.event})
    return None


def _too_short(question: Question, met: Met) -> Note:
    within = next(iter(question.metrics.values())).within
    over = iso(int(met.met_us[0]) + duration_us(within))[:10]
    return Note("too_short", {"customers": len(met.met_us), "within": within, "day": over})


def _unshared(found: Reading) -> Note:
    shares = found.shares
    facts = {
        "counts": " : ".join(f"{count:,}" for count in shares.counts),
        "expected": " : ".join(f"{count:,.0f}" for count in shares.expected),
        "once": f"{1.0 / max(shares.p_value, 1e-12):,.0f}",
    }
    return Note("shares", facts)


def _of_customers(met: Met) -> Iterator[Note]:
    if met.crossed:
        share = f"{100.0 * met.crossed / len(met.met_us):.1f}%"
        yield Note("crossed", {"customers": met.crossed, "share": share})
    if met.withdrew:
        yield Note("withdrew", {"customers": met.withdrew})


def _of_progress(question: Question, met: Met, counted: int) -> Iterator[Note]:
    design = question.design
    waiting = len(met.met_us) - counted
    if waiting:
        within = next(iter(question.metrics.values())).within
        yield Note("waiting", {"customers": waiting, "within": within})
    if not design.looks:
        yield Note("always")
    elif reached := (looks := Looks(design.planned, design.looks, design.alpha)).reached(counted):
        last = reached == design.looks
        facts: dict[str, Any] = {"looks": design.looks}
        facts |= {} if last else {"look": reached, "next": f"{looks.customers(reached + 1):,}"}
        yield Note("looks_done" if last else "looks", facts)
    if counted < design.planned:
        yield Note("under", {"counted": f"{counted:,}", "planned": f"{design.planned:,}"})


def _rows(one: Judged, role: str, question: Question, counted: int) -> Iterator[dict[str, Any]]:
    for estimate, verdict, adjusted in zip(one.estimates, one.verdicts, one.adjusted, strict=True):
        why = None if estimate.refused is None else told(_refused(estimate.refused, question, counted))
        yield {
            "metric": one.metric,
            "role": role,
            "better": question.metrics[one.metric].better,
            **msgspec.to_builtins(estimate),
            "refused": why,
            "adjusted_p": adjusted,
            "verdict": None if why else verdict,
        }


def _refused(code: str, question: Question, counted: int) -> Note:
    design = question.design
    if code == "few":
        return Note(code, {"least": LEAST})
    if code != "early":
        return Note(code)
    first = Looks(design.planned, design.looks, design.alpha).customers(1)
    return Note(code, {"counted": f"{counted:,}", "planned": f"{design.planned:,}", "first": f"{first:,}"})


def _said(row: Mapping[str, Any], question: Question) -> Note:
    """One result as a sentence: relative where that means anything."""
    if row["refused"]:
        return Note(row["refused"]["code"], row["refused"]["facts"])
    relative = row["lift"] is not None
    names = ("lift", "lift_low", "lift_high") if relative else ("difference", "low", "high")
    effect, low, high = (f"{100 * row[name]:+.1f}%" if relative else f"{row[name]:+,.4g}" for name in names)
    code = "guard_open" if row["role"] == "guardrail" and row["verdict"] == "open" else row["verdict"]
    return Note(code, {
        "metric": row["metric"],
        "arm": row["arm"],
        "control": question.design.arms[0],
        "effect": effect,
        "low": low,
        "high": high,
        "customers": f"{row['n'] + row['n_control']:,}",
        "margin": f"{100 * question.margin:g}%",
    })  # fmt: skip


def _point(point: Point, met: Met, question: Question) -> dict[str, Any]:
    """A step of the sequence, and the day on which it could be read."""
    within = duration_us(next(iter(question.metrics.values())).within)
    return {
        "n": point.n,
        "at": iso(int(met.met_us[point.last]) + within)[:10],
        "effects": [_effect(one) for one in point.estimates if one.refused is None],
    }


def _effect(one: Estimate) -> dict[str, Any]:
    return {"arm": one.arm, "difference": one.difference, "low": one.low, "high": one.high}
