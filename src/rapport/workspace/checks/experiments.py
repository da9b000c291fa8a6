"""What ``experiments.yaml`` and the ``holdout`` of ``policy.yaml`` must say beside having the right types."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from rapport.core.errors import did_you_mean
from rapport.workspace.checks.asking import (
    check_duration,
    check_event,
    check_not_negative,
    check_path,
    check_rule,
    check_where,
)
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.experiments import Arm, Experiment, Holdout, Metric

HELD_OUT_MOST: Final = 0.5
LOOKS_MOST: Final = 20


def check(draft: Draft, name: str, experiment: Experiment, place: Place) -> None:
    """Adds to the draft every finding about one experiment."""
    for index, slot in enumerate(experiment.slots):
        _known(draft, slot, _slots(draft), "slot", place.below("slots", index))
    check_rule(draft, experiment.rule, draft.columns, place.below("rule"))
    _arms(draft, experiment, place)
    if experiment.metric is None:
        draft.report(place, f"the experiment '{name}' decides nothing", "add metric: {event: Order Completed}")
    else:
        check_metric(draft, experiment.metric, place.below("metric"))
    for key, metrics in (("secondary", experiment.secondary), ("guardrails", experiment.guardrails)):
        for other, metric in metrics.items():
            check_metric(draft, metric, place.below(key, other))
    _plan(draft, experiment, place)
    _salt(draft, name, place)
    if experiment.outside:
        _outside(draft, experiment, place)


def check_holdout(draft: Draft, holdout: Holdout, place: Place) -> None:
    """Adds to the draft every finding about the customers held out."""
    if not 0 <= holdout.share <= HELD_OUT_MOST:
        draft.report(place.below("share"), f"{holdout.share} cannot be held out", "write a share from 0 to 0.5: 0.05")
    if holdout.metric is not None:
        check_metric(draft, holdout.metric, place.below("metric"))
    if holdout.sample < 1:
        draft.report(place.below("sample"), "at least one customer is needed", f"{Holdout().sample} is the default")


def check_metric(draft: Draft, metric: Metric, place: Place) -> None:
    """Adds to the draft every finding about one metric."""
    check_event(draft, metric.event, place.below("event"))
    check_where(draft, metric.where, place.below("where"))
    if metric.measure == "sum" and not metric.of:
        draft.report(place.below("measure"), "sum needs a value to add up", "add of: properties.revenue, for instance")
    if metric.of:
        check_path(draft, metric.of, place.below("of"))
        if metric.measure != "sum":
            draft.report(place.below("of"), f"{metric.measure} adds up no value", "write measure: sum, or leave of out")
    if metric.per:
        check_event(draft, metric.per, place.below("per"))
        if metric.measure == "exists":
            draft.report(place.below("per"), "whether something happened is not divided", "write measure: count or sum")
    for key, span in (("within", metric.within), ("before", metric.before)):
        check_duration(draft, span, place.below(key))
    if metric.cap is not None and not (math.isfinite(metric.cap) and metric.cap > 0):
        draft.report(place.below("cap"), f"{metric.cap} leaves nothing", "write an amount above 0, or leave it out")


def _arms(draft: Draft, experiment: Experiment, place: Place) -> None:
    if len(experiment.arms) < 2:
        hint = "add arms: {control: {}, NAME: {actions: {ACTION: 0}}}"
        draft.report(place.below("arms"), "at least two arms are compared", hint)
        return
    for arm, said in experiment.arms.items():
        at = place.below("arms", arm)
        check_not_negative(draft, said.share, at.below("share"))
        _multipliers(draft, said, at)
    if sum(one.share > 0 for one in experiment.arms.values()) < 2:
        draft.report(place.below("arms"), "all customers would be in one arm", "give two arms a share above 0")
    elif not next(iter(experiment.arms.values())).share > 0:
        draft.report(place.below("arms"), "the control gets no customers", "the first arm is the control")


def _multipliers(draft: Draft, arm: Arm, place: Place) -> None:
    for action, factor in arm.actions.items():
        at = place.below("actions", action)
        _known(draft, action, draft.actions, "action", at, on_key=True)
        check_not_negative(draft, factor, at)


def _plan(draft: Draft, experiment: Experiment, place: Place) -> None:
    if not (math.isfinite(experiment.effect) and experiment.effect > 0):
        hint = "write 0.05 for 5% of the control"
        draft.report(place.below("effect"), "an effect above 0 is needed", hint)
    if not 0 <= experiment.margin < 1:
        draft.report(place.below("margin"), f"{experiment.margin} is not possible here", "write 0.02 for 2%")
    if not 0 <= experiment.looks <= LOOKS_MOST:
        draft.report(place.below("looks"), f"0 to {LOOKS_MOST} looks can be planned", "0: look whenever you like")
    if experiment.sample < 0:
        draft.report(place.below("sample"), f"{experiment.sample} is not possible here", "write 0 or more")


def _salt(draft: Draft, name: str, place: Place) -> None:
    """Two draws by one salt put the same customers together, so that one's effect shows in the other."""
    others = {other: entry.definition.salt or other for other, entry in draft.experiments.items()}
    own = others.pop(name)
    taken = [other for other, salt in others.items() if salt == own and other < name]
    if own == draft.policy.definition.holdout.salt:
        taken.append("holdout")
    if taken:
        hint = "choose another salt: the two would draw the same customers"
        draft.report(place.below("salt"), f"'{own}' is already the salt of {taken[0]}", hint)


def _outside(draft: Draft, experiment: Experiment, place: Place) -> None:
    hint = "leave it out, or outside: true"
    if experiment.slots or experiment.rule != "TRUE":
        draft.report(place, "who takes part is decided by the other tool", "leave slots and rule out", on_key=True)
    for arm, said in experiment.arms.items():
        if said.actions or not said.personalized:
            draft.report(place.below("arms", arm), "what an arm meets is decided by the other tool", hint)


def _known(
    draft: Draft, name: str, known: Mapping[str, object], kind: str, place: Place, *, on_key: bool = False
) -> None:
    if name not in known and not any(file.startswith("actions/") for file in draft.unreadable):
        draft.report(place, f"unknown {kind} '{name}'", did_you_mean(name, known), on_key=on_key)


def _slots(draft: Draft) -> dict[str, None]:
    return {slot: None for entry in draft.actions.values() for slot in entry.definition.slots}
