"""What ``budgets.yaml`` must say beside having the right types."""

from __future__ import annotations

import math
from typing import Final

from rapport.core.errors import did_you_mean
from rapport.workspace.budgets import Budget
from rapport.workspace.checks.asking import check_duration, check_not_negative, check_rule
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft

FLOORS_MAX: Final = 8
"""Groups that one customer may or may not be in: 2^8 kinds of customers."""


def check(draft: Draft, name: str, budget: Budget, place: Place) -> None:
    """Adds to the draft every finding about one budget."""
    check_duration(draft, budget.per, place.below("per"))
    if budget.amount is None and budget.count is None and budget.each is None and not budget.floors:
        draft.report(place, f"the budget '{name}' limits nothing", "add amount: 500, or count: 40")
    if budget.amount is not None:
        check_not_negative(draft, budget.amount, place.below("amount"))
    for key in ("count", "each"):
        number = getattr(budget, key)
        if number is not None and number < 0:
            draft.report(place.below(key), f"{number} is no number of offers", "write 0 or more")
    for index, action in enumerate(budget.actions):
        if action not in draft.actions and action not in draft.broken:
            draft.report(place.below("actions", index), f"no action '{action}'", did_you_mean(action, draft.actions))
    _costs(draft, budget, place)
    _floors(draft, budget, place)


def _costs(draft: Draft, budget: Budget, place: Place) -> None:
    """An amount limits only what costs something."""
    named = budget.actions or list(draft.actions)
    known = [draft.actions[name].definition for name in named if name in draft.actions]
    free = all(not (math.isfinite(one.cost) and one.cost > 0) for one in known)
    if budget.amount is not None and known and free and not draft.broken:
        hint = "give the actions a cost, or limit their count"
        draft.report(place.below("amount"), "none of its actions has a cost, so nothing is ever spent", hint)
    if not budget.actions and known and free and budget.amount is None:
        draft.report(place, "no action has a cost, so none draws on it", "name its actions")


def _floors(draft: Draft, budget: Budget, place: Place) -> None:
    if len(budget.floors) > FLOORS_MAX:
        draft.report(place.below("floors"), f"{len(budget.floors)} groups", f"name at most {FLOORS_MAX}")
    for name, floor in budget.floors.items():
        below = place.below("floors", name)
        check_rule(draft, floor.rule, draft.columns, below.below("rule"))
        if not 0 <= floor.share <= 1:
            hint = f"write {floor.share / 100:g} for {floor.share:g}%" if 1 < floor.share <= 100 else "write 0 to 1"
            draft.report(below.below("share"), f"{floor.share:g} is no share: it runs from 0 to 1", hint)
