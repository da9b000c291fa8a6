"""Whom an offer changes: measured at a refresh, used in deciding, told.

Only actions with ``incremental: true`` are measured. A decision counts where the action was eligible, the customer's
columns were used, one place was filled, and its window has closed: then the record knows with what chance the action
would have been shown, and the log whether its goal was reached, shown or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from rapport.core.decision import Decision
from rapport.core.time import DAY_US, iso
from rapport.learn.attribution import closes_at
from rapport.learn.uplift import Model, Trial, learn
from rapport.learn.uplift.goal_sql import reached_query
from rapport.learn.uplift.reading import Reading, reading_of
from rapport.loop.deciding.contest import Contest
from rapport.loop.deciding.uplifts import STATE, Measured, decode_measured
from rapport.loop.learning.answered import answered
from rapport.loop.runtime import Runtime
from rapport.workspace.definitions import Action

FACTOR: Final = "uplift"
"""Name of the factor in a decision's record."""
SEED: Final = 20_081
DECISIONS_MAX: Final = 200_000
"""So many of an action's newest decisions are learnt from."""


def discount(rt: Runtime, contest: Contest) -> None:
    """Weighs each such offer by the share of this customer's acceptance that it would itself bring about."""
    wanted = rt.uplifts.wanted
    if not wanted:
        return
    measured = rt.uplifts.current(rt.store, contest.now_us)
    shares = {
        name: _share(measured[name], contest)
        for name in contest.eligible
        if name in wanted and name in measured and measured[name].model.effect is not None
    }
    if shares:
        contest.factors[FACTOR] = shares


def _share(one: Measured, contest: Contest) -> float:
    if contest.impersonal:
        assert one.model.effect is not None
        return round(one.model.effect.own_share, 6)
    return round(float(one.model.own_share(one.reading.matrix([contest.row]))[0]), 6)


def event_columns(rt: Runtime) -> set[str]:
    """The columns of events that the goals' conditions read."""
    goals = (rt.workspace.actions[name].goal for name in rt.uplifts.wanted)
    return {path for goal in goals if goal is not None for path in goal.where}


def after_refresh(rt: Runtime, as_of_us: int) -> None:
    """Measures every such action anew on the decisions made until a moment (µs)."""
    wanted = {name: rt.workspace.actions[name] for name in sorted(rt.uplifts.wanted)}
    if not wanted:
        return
    decisions = _decisions(rt, wanted, as_of_us)
    found = {name: _measure(rt, name, action, decisions[name], as_of_us) for name, action in wanted.items()}
    rt.store.save_state(STATE, msgspec.json.encode(found)).result()


def report(rt: Runtime) -> dict[str, Any]:
    """Action by action: who would do it anyway, what the offer adds with its interval, and whom it changes most."""
    body = rt.store.state(STATE)
    measured = decode_measured(body) if body else {}
    declared = [name for name, action in rt.workspace.actions.items() if action.incremental]
    reason = "" if declared else "no action is declared `incremental: true`"
    return {
        "reason": reason or ("" if measured else "nothing is measured yet: run rapport refresh"),
        "actions": [_told(rt, name, measured[name]) for name in declared if name in measured],
    }


def _decisions(rt: Runtime, wanted: dict[str, Action], as_of_us: int) -> dict[str, list[Decision]]:
    """Action → the decisions in which it could have been shown alone, to somebody known."""
    found: dict[str, list[Decision]] = {name: [] for name in wanted}
    for one in answered(rt, open_too=True):
        decision = one.decision
        if decision.made_at > as_of_us or not decision.personalized or len(decision.chosen) != 1:
            continue
        for name in wanted.keys() & set(decision.candidates):
            found[name].append(decision)
    return {name: decisions[-DECISIONS_MAX:] for name, decisions in found.items()}


def _measure(rt: Runtime, name: str, action: Action, decisions: Sequence[Decision], as_of_us: int) -> Measured:
    window = [closes_at(one.made_at, action, rt.workspace.settings) for one in decisions]
    ready = [one for one, end in zip(decisions, window, strict=True) if end <= as_of_us]
    inputs = [one.inputs for one in ready]
    reading = reading_of(inputs)
    if not ready or action.goal is None:
        model = Model(refusal=_too_early(rt, action, decisions))
    else:
        model = learn(_trial(rt, name, action, ready, reading), SEED)
    made = [one.made_at for one in ready] or [0]
    return Measured(model=model, reading=reading, since=min(made), until=max(made), too_new=len(decisions) - len(ready))


def _too_early(rt: Runtime, action: Action, decisions: Sequence[Decision]) -> str:
    if action.goal is None:
        return "it has no goal, so that nobody can be seen to reach it without the offer"
    if not decisions:
        return "no decision could have shown it alone to somebody known"
    days = (closes_at(0, action, rt.workspace.settings)) / DAY_US
    return f"its window of {days:g} days is longer than the time since the first of {len(decisions)} decisions"


def _trial(rt: Runtime, name: str, action: Action, ready: Sequence[Decision], reading: Reading) -> Trial:
    customers = now_called(rt, {one.customer_id for one in ready})
    owners = [customers[one.customer_id] for one in ready]
    codes = {owner: code for code, owner in enumerate(dict.fromkeys(owners))}
    return Trial(
        x=reading.matrix([one.inputs for one in ready]),
        shown=np.array([one.chosen[0].action == name for one in ready]),
        chance=np.array([one.choice_probability[one.candidates.index(name)] for one in ready]),
        outcome=_reached(rt, action, ready, owners),
        customer=np.array([codes[owner] for owner in owners]),
    )


def _reached(rt: Runtime, action: Action, ready: Sequence[Decision], owners: Sequence[str]) -> np.ndarray:
    assert action.goal is not None
    given = {
        "place": np.arange(len(ready)),
        "customer_id": np.array(owners, dtype=object),
        "made_at": np.array([one.made_at for one in ready]),
        "closes_at": np.array([closes_at(one.made_at, action, rt.workspace.settings) for one in ready]),
    }
    query = reached_query(action.goal.event, action.goal.where)
    found = rt.warehouse.arrays(query, given, {"place": "integer", "made_at": "integer", "closes_at": "integer"})
    return np.asarray(found["reached"], dtype=np.float64)


def now_called(rt: Runtime, ids: Iterable[str]) -> dict[str, str]:
    """Customer id in a record → the id that answers for it now."""
    known = list(ids)
    current = set(rt.store.customers(known))
    found = {one: one for one in known if one in current}
    for one in known:
        if one not in found:
            row = rt.store.customer(one)
            found[one] = row.id if row is not None else one
    return found


def _told(rt: Runtime, name: str, one: Measured) -> dict[str, Any]:
    model, effect = one.model, one.model.effect
    told: dict[str, Any] = {
        "action": name,
        "title": rt.workspace.actions[name].title or name,
        "refusal": model.refusal,
        "since": iso(one.since) if one.since else None,
        "until": iso(one.until) if one.until else None,
        "window_still_open": one.too_new,
        "effect": None,
    }
    if effect is None:
        return told
    low, high = effect.interval
    steepest = sorted(zip(one.reading.names, model.added.slopes, strict=True), key=lambda pair: -abs(pair[1]))
    return told | {
        "effect": {
            "decisions": effect.decisions, "customers": effect.customers, "shown": effect.shown,
            "anyway": effect.without, "added": effect.added, "low": low, "high": high,
            "own_share": effect.own_share,
        },
        "tells_apart": model.tells_apart,
        "learner": model.learner,
        "tried": model.tried,
        "slope": msgspec.to_builtins(model.slope),
        "qini": msgspec.to_builtins(model.qini),
        "most_by": [{"column": column, "added": slope} for column, slope in steepest[:5] if slope],
        "in_words": _in_words(model),
    }  # fmt: skip


def _in_words(model: Model) -> str:
    effect = model.effect
    assert effect is not None
    low, high = effect.interval
    sure = (
        f"adds {100 * effect.added:.1f} points ({100 * low:.1f} to {100 * high:.1f}) to the "
        f"{100 * effect.without:.1f}% who would do it anyway"
    )
    if low <= 0.0 <= high:
        sure = f"is not shown to change anything: {100 * low:.1f} to {100 * high:.1f} points"
    apart = "it changes some customers more than others" if model.tells_apart else "nobody is told apart by it"
    return f"The offer {sure}; {apart}."
