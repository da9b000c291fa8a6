"""The first step of deciding: who is held out, and which arms of which experiments a decision follows."""

from __future__ import annotations

from typing import Final

from rapport.core.decision import action_of
from rapport.loop.deciding.contest import Contest, stand_back
from rapport.loop.runtime import Runtime
from rapport.workspace.experiments import Arm

HELD_OUT: Final = "the customer is one of those who get what everybody gets, so that we learn what the rest brings"
NO_CONTACT: Final = "who is held out is not contacted"
FACTOR: Final = "experiment"


def assign(rt: Runtime, contest: Contest) -> None:
    """Stands back for who is held out; else follows the customer's arms, and names them.

    Of whom nothing is used anyway, nobody is held out or in an experiment.
    """
    trials = rt.trials
    if trials.idle or contest.impersonal:
        return
    if trials.held_out(contest.customer_id):
        contest.holdout = True
        stand_back(rt, contest, HELD_OUT)
        actions = rt.workspace.actions
        contest.exclude({name: NO_CONTACT for name in contest.eligible if actions[action_of(name)].contact})
        return
    found = list(trials.arms(rt.store, contest.now_us, contest.ask.slot, contest.customer_id, contest.row))
    if not found:
        return
    contest.experiments = {name: arm for name, arm, _ in found}
    plain = next((f"{name}, arm {arm}" for name, arm, said in found if not said.personalized), None)
    if plain is not None:
        stand_back(rt, contest, f"the experiment {plain}, shows what everybody gets")
    for name, arm, said in found:
        _weigh(contest, said, f"the experiment {name}, arm {arm}, leaves it out")


def _weigh(contest: Contest, arm: Arm, because: str) -> None:
    """Multiplies the arm's actions; those by 0 are out of the running."""
    if not arm.actions:
        return
    contest.exclude({name: because for name in contest.eligible if arm.actions.get(action_of(name)) == 0.0})
    factors = contest.factors.setdefault(FACTOR, {})
    for name in contest.eligible:
        factor = arm.actions.get(action_of(name), 1.0)
        if factor != 1.0:
            factors[name] = factors.get(name, 1.0) * factor
