# ruff: noqa: S608 - this file composes SQL of numbers, and of rules that were parsed.
"""How many customers an experiment takes, and how long: reckoned from what customers did before it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.errors import Conflict, InvalidInput, NotFound, did_you_mean
from rapport.core.quoting import moment_sql
from rapport.core.time import DAY_US, iso
from rapport.learn.experiment import Baseline, Measured, customers_needed, days_needed
from rapport.learn.experiment.cuped import adjusted
from rapport.learn.experiment.estimate import LEAST
from rapport.learn.experiment.notes import Note, told
from rapport.learn.experiment.power import POWER, effect_seen
from rapport.learn.experiment.ratio import linearised
from rapport.loop.experimenting.exposures import Met, Seen, decided, settled
from rapport.loop.experimenting.outcomes import event_columns, measure, times_seen
from rapport.loop.refreshed import RefreshState, last_refresh
from rapport.loop.runtime import Runtime
from rapport.rules import parse
from rapport.workspace.durations import duration_us
from rapport.workspace.experiments import Experiment, Metric

SPAN_DAYS: Final = 90
"""Over so many days those are counted who would have been met."""
SLOW_DAYS: Final = 365
"""An experiment that takes longer hardly answers the question that was asked."""
TRIED: Final = (0.5, 1.0, 2.0)
"""Multiples of the effect that a plan tells beside it."""


def plan(rt: Runtime, name: str, effect: float | None = None) -> dict[str, Any]:
    """Customers and days for a relative effect (unless said, the declared one), with 80% power; or why not.

    Raises ``NotFound`` for an unknown experiment, ``Conflict`` without a refresh that read what the metric reads,
    ``InvalidInput`` for an effect that is none.
    """
    experiment = declared(rt, name)
    wanted = experiment.effect if effect is None else effect
    if not 0 < wanted < float("inf"):
        raise InvalidInput(f"no effect of {wanted}", where="effect", hint="name a share above 0: 0.05 for 5%")
    return _planned(rt, name, experiment, wanted, refreshed_since(rt, 0).as_of)


def declared(rt: Runtime, name: str) -> Experiment:
    """The definition; raises ``NotFound``."""
    experiments = rt.workspace.experiments
    if name not in experiments:
        hint = did_you_mean(name, experiments) if experiments else "declare it in experiments.yaml"
        raise NotFound(f"no experiment '{name}'", where="experiments.yaml", hint=hint)
    return experiments[name]


def refreshed_since(rt: Runtime, moment_us: int) -> RefreshState:
    """The last refresh; raises ``Conflict`` where it saw nothing of what was asked, or not all that metrics read."""
    refreshed = last_refresh(rt)
    hint = "run `rapport refresh` first"
    if refreshed is None or refreshed.as_of <= moment_us:
        raise Conflict("no refresh has looked at customers since it was started", hint=hint)
    held = rt.warehouse.arrays("SELECT * FROM events LIMIT 0").keys()
    if missing := event_columns(rt.workspace) - held:
        raise Conflict(f"the last refresh did not read {', '.join(sorted(missing))}", hint=hint)
    return refreshed


def _planned(rt: Runtime, name: str, experiment: Experiment, wanted: float, as_of_us: int) -> dict[str, Any]:
    metric = experiment.metric
    assert metric is not None  # the checks of the workspace ask for one
    shown: dict[str, Any] = {
        "name": name,
        "as_of": iso(as_of_us),
        "effect": wanted,
        "power": POWER,
        "looks": experiment.looks,
        "sample": experiment.sample,
        "within": metric.within,
        "refused": None,
        "baseline": None,
        "customers": None,
        "days": None,
        "by_effect": [],
        "by_looks": [],
        "notes": [],
    }
    if not times_seen(rt, metric):
        return shown | {"refused": told(Note("never", {"event": metric.event}))}
    met, notes = _would_be_met(rt, experiment, metric, as_of_us)
    if len(met.met_us) < LEAST:
        return shown | {"refused": told(Note("few", {"least": LEAST})), "notes": [told(one) for one in notes]}
    (measured,) = measure(rt, {name: metric}, met.customer_ids, met.met_us, as_of_us).values()
    baseline = _baseline(measured, met)
    if baseline is None:
        return shown | {"refused": told(Note("alike")), "notes": [told(one) for one in notes]}
    reckoned = _reckoned(experiment, baseline, wanted, met)
    if reckoned["days"] is None or reckoned["days"] > SLOW_DAYS:
        notes.append(Note("slow", {"years": SLOW_DAYS // 365}))
    return shown | reckoned | {"notes": [told(one) for one in notes]}


def _reckoned(experiment: Experiment, baseline: Baseline, wanted: float, met: Met) -> dict[str, Any]:
    shares = [arm.share for arm in experiment.arms.values()]
    met_days = (met.met_us - met.met_us[0]) / DAY_US
    within = duration_us(experiment.metric.within) / DAY_US  # type: ignore[union-attr]

    def row(effect: float, looks: int) -> dict[str, Any]:
        customers = customers_needed(baseline, effect, shares, looks)
        days = days_needed(met_days, customers)
        return {
            "effect": effect,
            "looks": looks,
            "customers": customers,
            "days": None if days is None else days + within,
        }

    if experiment.sample:
        days = days_needed(met_days, experiment.sample)
        seen = effect_seen(baseline, experiment.sample, shares, experiment.looks)
        chosen = {"effect": seen, "customers": experiment.sample, "days": None if days is None else days + within}
    else:
        chosen = row(wanted, experiment.looks)
    return {
        "baseline": msgspec.to_builtins(baseline),
        **{key: chosen[key] for key in ("effect", "customers", "days")},
        "by_effect": [row(wanted * times, experiment.looks) for times in TRIED],
        "by_looks": [row(wanted, looks) for looks in dict.fromkeys((0, 5, 1))],
    }


def _baseline(measured: Measured, met: Met) -> Baseline | None:
    """What customers did without the experiment; None where all did the same."""
    everybody = np.zeros(len(measured.value), dtype=np.int64)
    value = measured.value
    if measured.count is not None:
        value = linearised(value, measured.count, everybody, 1)
    if np.isnan(value).any() or not value.mean() or not value.var() > 0.0:
        return None
    reduction = adjusted(value, measured.before, everybody, 1).reduction
    return Baseline(
        customers=len(value),
        mean=float(value.mean()),
        variance=float(value.var(ddof=1)),
        left=1.0 - reduction,
        days=float((met.met_us[-1] - met.met_us[0]) / DAY_US),
    )


def _would_be_met(rt: Runtime, experiment: Experiment, metric: Metric, as_of_us: int) -> tuple[Met, list[Note]]:
    """Who made the first decision of the last weeks in its slots, early enough to be watched since."""
    until_us = as_of_us - duration_us(metric.within)
    since_us = until_us - SPAN_DAYS * DAY_US
    slots, notes = frozenset(experiment.slots), []

    def arm_of(one: Seen) -> int | None:
        return None if one.impersonal or (slots and one.slot not in slots) else 0

    met = decided(rt, arm_of, since_us, until_us)
    if len(met.met_us) < LEAST:
        notes.append(Note("of_events"))
        met = _active(rt, since_us, until_us)
    if experiment.rule != "TRUE":
        notes.append(Note("unlike"))
        met = _fulfilling(rt, experiment.rule, met)
    return met, notes


def _active(rt: Runtime, since_us: int, until_us: int) -> Met:
    rows = rt.warehouse.query(
        f"SELECT subject, EPOCH_US(MIN(time)) FROM events WHERE time >= {moment_sql(since_us)}"
        f" AND time <= {moment_sql(until_us)} GROUP BY subject"
    )
    return settled(rt, {("", subject, 0): time_us for subject, time_us in rows})


def _fulfilling(rt: Runtime, rule: str, met: Met) -> Met:
    condition = parse(rule, rt.columns).sql("duckdb")
    found = rt.warehouse.arrays(f"SELECT customer_id FROM customers WHERE {condition}")["customer_id"]
    kept = np.isin(met.customer_ids.astype(str), found.astype(str))
    return msgspec.structs.replace(met, customer_ids=met.customer_ids[kept], arm=met.arm[kept], met_us=met.met_us[kept])
