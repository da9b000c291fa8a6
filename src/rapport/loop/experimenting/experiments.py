"""Experiments as people see them: the list, one's report, started and stopped."""

from __future__ import annotations

from typing import Any

import msgspec

from rapport.core.errors import Conflict
from rapport.core.time import iso
from rapport.learn.experiment import Design
from rapport.learn.experiment.notes import Note, told
from rapport.loop.experimenting import effects
from rapport.loop.experimenting.experiment_plan import declared, plan, refreshed_since
from rapport.loop.experimenting.exposures import Met, Seen, decided, viewed
from rapport.loop.experimenting.running import PREFIX, Run, decode_run, fingerprint, meanings
from rapport.loop.runtime import Runtime
from rapport.workspace.experiments import Experiment

PRIMARY = "metric"
"""What the metric that decides is called where it has no other name."""


def listing(rt: Runtime) -> dict[str, Any]:
    """Every declared experiment: whether it runs, since when, for how many customers it was planned."""
    return {"experiments": [_opening(rt, name) for name in rt.workspace.experiments]}


def report(rt: Runtime, name: str) -> dict[str, Any]:
    """What one experiment has shown, as of the last refresh, or why nothing is told.

    Raises ``NotFound`` for an unknown one, ``Conflict`` where no refresh has seen it run.
    """
    experiment, run = declared(rt, name), run_of(rt, name)
    opening = _opening(rt, name)
    if run is None:
        return opening | {"refused": told(Note("not_started"))}
    if run.stopped_at is None and run.fingerprint != fingerprint(experiment):
        return opening | {"refused": told(Note("mixed"))}
    refreshed = refreshed_since(rt, run.started_at)
    until_us = refreshed.as_of if run.stopped_at is None else min(refreshed.as_of, run.stopped_at)
    question = effects.Question(
        design=Design(arms=tuple(experiment.arms), shares=_shares(experiment), planned=run.planned,
                      looks=experiment.looks),
        metrics={PRIMARY: experiment.metric, **experiment.secondary, **experiment.guardrails},  # type: ignore[dict-item]
        guardrails=frozenset(experiment.guardrails),
        margin=experiment.margin,
        since_us=run.started_at,
        until_us=until_us,
    )  # fmt: skip
    found = effects.document(rt, question, _met(rt, name, run, until_us))
    return opening | found | {"notes": [*found["notes"], *(told(one) for one in _of_run(rt, experiment, run))]}


def start(rt: Runtime, name: str, *, by: str, effect: float | None = None) -> dict[str, Any]:
    """Starts an experiment, with its plan: from now on decisions follow it.

    Raises ``NotFound``, and ``Conflict`` for one that runs, that ran with the same draw, or that cannot be planned.
    """
    experiment, before = declared(rt, name), run_of(rt, name)
    salt = experiment.salt or name
    if before is not None and before.stopped_at is None:
        raise Conflict(f"'{name}' runs since {iso(before.started_at)[:10]}", hint=f"rapport experiment stop {name}")
    if before is not None and before.salt == salt:
        hint = "give it another salt: its customers still carry what they met"
        raise Conflict(f"'{name}' ran until {iso(before.stopped_at or 0)[:10]} with the same draw", hint=hint)
    planned = _plan(rt, name, experiment, effect)
    run = Run(
        started_at=rt.clock.now_us(),
        started_by=by,
        fingerprint=fingerprint(experiment),
        meanings=meanings(rt.workspace, experiment),
        salt=salt,
        planned=experiment.sample if planned is None else planned["customers"],
        effect=experiment.effect if planned is None else planned["effect"],
        days=None if planned is None else planned["days"],
        after=rt.store.cursors().decision,
    )
    _keep(rt, name, run)
    return _opening(rt, name) | {"plan": planned}


def _plan(rt: Runtime, name: str, experiment: Experiment, effect: float | None) -> dict[str, Any] | None:
    """What it takes; None where that cannot be reckoned, and the number of customers is declared."""
    try:
        planned = plan(rt, name, effect)
        refused = planned["refused"]
        if refused is not None:
            hint = "say how many customers it is to have: sample: 10000"
            raise Conflict(f"'{name}' cannot be planned: {refused['text']}", hint=hint)
    except Conflict:
        if not experiment.sample:
            raise
        return None
    return planned


def stop(rt: Runtime, name: str, *, by: str) -> dict[str, Any]:
    """Ends an experiment: decisions follow it no longer, and its report stands still.

    Raises ``NotFound``, and ``Conflict`` for one that does not run.
    """
    declared(rt, name)
    run = run_of(rt, name)
    if run is None or run.stopped_at is not None:
        raise Conflict(f"'{name}' does not run", hint=f"rapport experiment start {name}")
    _keep(rt, name, msgspec.structs.replace(run, stopped_at=rt.clock.now_us(), stopped_by=by))
    return _opening(rt, name)


def run_of(rt: Runtime, name: str) -> Run | None:
    """What the store remembers of it; None for one that was never started."""
    body = rt.store.state(PREFIX + name)
    return decode_run(body) if body else None


def _keep(rt: Runtime, name: str, run: Run) -> None:
    rt.store.save_state(PREFIX + name, msgspec.json.encode(run)).result()
    rt.trials.look_again()


def _opening(rt: Runtime, name: str) -> dict[str, Any]:
    experiment, run = rt.workspace.experiments[name], run_of(rt, name)
    told_run = None
    if run is not None:
        told_run = {
            "started_at": iso(run.started_at),
            "started_by": run.started_by,
            "stopped_at": None if run.stopped_at is None else iso(run.stopped_at),
            "stopped_by": run.stopped_by,
            "planned": run.planned,
            "effect": run.effect,
            "days": run.days,
        }
    return {
        "name": name,
        "goal": experiment.goal,
        "state": _state(experiment, run),
        "slots": experiment.slots,
        "rule": experiment.rule,
        "arms": [{"name": arm, "share": share / sum(_shares(experiment)), "customers": None}
                 for arm, share in zip(experiment.arms, _shares(experiment), strict=True)],
        "metric": msgspec.to_builtins(experiment.metric),
        "run": told_run,
    }  # fmt: skip


def _state(experiment: Experiment, run: Run | None) -> str:
    if run is None:
        return "declared"
    if run.stopped_at is not None:
        return "stopped"
    return "running" if run.fingerprint == fingerprint(experiment) else "changed"


def _shares(experiment: Experiment) -> tuple[float, ...]:
    return tuple(arm.share for arm in experiment.arms.values())


def _met(rt: Runtime, name: str, run: Run, until_us: int) -> Met:
    experiment = rt.workspace.experiments[name]
    if experiment.outside:
        return viewed(rt, name, tuple(experiment.arms), run.started_at, until_us)
    places = {arm: place for place, arm in enumerate(experiment.arms)}

    def arm_of(one: Seen) -> int | None:
        return places.get(one.experiments.get(name, ""))

    return decided(rt, arm_of, run.started_at, until_us, run.after)


def _of_run(rt: Runtime, experiment: Experiment, run: Run) -> list[Note]:
    now = meanings(rt.workspace, experiment)
    other = sorted(name for name, meant in run.meanings.items() if now.get(name) != meant)
    notes = [Note("meaning", {"actions": ", ".join(other)})] if other else []
    if run.stopped_at is not None:
        notes.append(Note("stopped", {"day": iso(run.stopped_at)[:10]}))
    return notes
