"""All that one experiment's outcomes say, read as they were laid down to be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.statistics import Z_95
from rapport.learn.experiment.contrast import Contrast, Moments
from rapport.learn.experiment.estimate import LEAST, Design, Estimate, Measured, estimate
from rapport.learn.experiment.group_sequential import Looks
from rapport.learn.experiment.guardrails import Better, Guarded, Verdict, guarded, holm, verdict
from rapport.learn.experiment.srm import Mismatch, mismatch

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

WEEKS_MOST: Final = 12
_PATH_POINTS: Final = 24


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a metric is asked for."""

    better: Better = "more"
    margin: float | None = None
    """Of a guardrail: how much worse, relative to the control, is put up with."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One metric: each treated arm's effect, and what it says."""

    metric: str
    estimates: list[Estimate]
    verdicts: list[Verdict | Guarded]
    adjusted: list[float | None]
    """P-values adjusted for being several; None where there is none, or nothing to adjust."""


class Point(msgspec.Struct, frozen=True):
    """The effect as it stood once so many customers had been counted."""

    n: int
    last: int
    """Place of the last of them."""
    estimates: list[Estimate]


class Week(msgspec.Struct, frozen=True, kw_only=True):
    """The effect among those first met in one week: ordinary 95% intervals, to look at and not to decide by."""

    week: int
    arm: str
    n: int
    difference: float
    low: float
    high: float


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Everything, the metric that decides first."""

    shares: Mismatch
    primary: Judged
    secondary: list[Judged]
    guardrails: list[Judged]
    path: list[Point]
    weeks: list[Week]


def read(
    design: Design, arm: Ints, week: Ints, measured: Mapping[str, Measured], asked: Mapping[str, Asked]
) -> Reading:
    """Reads the metrics of all customers, in the order in which they were met; the first metric decides.

    ``arm`` and ``week`` (since the start) are each customer's. At least two arms.
    """
    first, *others = measured
    guards = [name for name in others if asked[name].margin is not None]
    rest = [name for name in others if name not in guards]
    counts = np.bincount(arm, minlength=len(design.arms)).tolist()
    return Reading(
        shares=mismatch(counts, design.shares),
        primary=_judged(first, _estimates(design, arm, measured[first]), asked[first]),
        secondary=_several({name: _estimates(design, arm, measured[name]) for name in rest}, asked),
        guardrails=[_judged(name, _estimates(design, arm, measured[name]), asked[name]) for name in guards],
        path=_path(design, arm, measured[first]),
        weeks=_weeks(design, arm, week, measured[first]),
    )


def _estimates(design: Design, arm: Ints, measured: Measured, to: int | None = None) -> list[Estimate]:
    return [estimate(design, arm, measured, place, to) for place in range(1, len(design.arms))]


def _judged(name: str, estimates: list[Estimate], asked: Asked) -> Judged:
    margin = asked.margin
    said: list[Verdict | Guarded] = [
        verdict(one, asked.better) if margin is None else guarded(one, asked.better, margin) for one in estimates
    ]
    return Judged(metric=name, estimates=estimates, verdicts=said, adjusted=[None] * len(estimates))


def _several(found: Mapping[str, list[Estimate]], asked: Mapping[str, Asked]) -> list[Judged]:
    """Metrics that share one alpha."""
    known = [one.p_value for estimates in found.values() for one in estimates if one.p_value is not None]
    shared = iter(holm(known))
    judged = []
    for name, estimates in found.items():
        adjusted = [None if one.p_value is None else next(shared) for one in estimates]
        said: list[Verdict | Guarded] = [
            verdict(one, asked[name].better, p) for one, p in zip(estimates, adjusted, strict=True)
        ]
        judged.append(Judged(metric=name, estimates=estimates, verdicts=said, adjusted=adjusted))
    return judged


def _path(design: Design, arm: Ints, measured: Measured) -> list[Point]:
    """The deciding metric at each look that was planned, or at equal steps."""
    if design.looks:
        looks = Looks(design.planned, design.looks, design.alpha)
        stops = [looks.customers(look) for look in range(1, looks.reached(measured.counted) + 1)]
    else:
        least = min(measured.counted, LEAST * len(design.arms))
        stops = np.unique(np.linspace(least, measured.counted, _PATH_POINTS).astype(np.int64)).tolist()
    points = [Point(stop, stop - 1, _estimates(design, arm, measured, stop)) for stop in stops if stop]
    return [point for point in points if any(one.refused is None for one in point.estimates)]


def _weeks(design: Design, arm: Ints, week: Ints, measured: Measured) -> list[Week]:
    if measured.count is not None:
        return []
    found = []
    value, arm, week = measured.value[: measured.counted], arm[: measured.counted], week[: measured.counted]
    for number in np.unique(week)[:WEEKS_MOST].tolist():
        met = week == number
        control = Moments.of(value[met & (arm == 0)])
        for place in range(1, len(design.arms)):
            treated = Moments.of(value[met & (arm == place)])
            if min(control.n, treated.n) >= LEAST:
                found.append(_week(number, design.arms[place], Contrast(control, treated)))
    return found


def _week(number: int, arm: str, one: Contrast) -> Week:
    half = Z_95 * one.error
    return Week(
        week=number,
        arm=arm,
        n=one.n,
        difference=one.difference,
        low=one.difference - half,
        high=one.difference + half,
    )
