"""What is certain about a plan: no other earns more than the bound, so none beats this one by more than the gap."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from rapport.customize.allocate.ascent import ascend
from rapport.customize.allocate.exact import Improved, improve
from rapport.customize.allocate.problem import Problem
from rapport.customize.allocate.rounding import Offers, Tally, round_off, tally

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plan:
    """Who gets what. ``chosen`` (customers, cap): places of offers, -1 for none."""

    chosen: Offers
    tally: Tally
    bound: float
    """No plan within the limits earns more (weak duality, or the exact solver's proof)."""
    prices: Floats
    """(rows,): what one more unit of each resource would earn; what one fewer customer due to a floor would save."""
    looks: int
    """How often everybody was looked at."""
    exact: bool
    """Whether an exact solver had the last word."""

    @property
    def gap(self) -> float:
        """The plan earns at most this share less than the best possible; 0 where nothing can be earned."""
        return max(self.bound - self.tally.value, 0.0) / abs(self.bound) if self.bound else 0.0

    def short(self, problem: Problem) -> dict[str, int]:
        """Floor → how many customers it falls short; empty where all are met."""
        counted = self.tally.use[len(problem.resources) :]
        missing = {one.name: one.least - int(n) for one, n in zip(problem.floors, counted, strict=True)}
        return {name: count for name, count in missing.items() if count > 0}


def allocate(problem: Problem, *, first: Floats | None = None, seconds: float = 5.0) -> Plan:
    """The best plan found, with its certificate; an exact solver takes the rest where few customers are in doubt.

    ``first`` are prices to begin with; ``seconds`` limit the exact solver, 0 leaves it out.
    """
    found = ascend(problem, first)
    rounded = round_off(problem, found)
    counted = tally(problem, rounded.chosen)
    plan = Plan(rounded.chosen, counted, max(rounded.bound, counted.value), found.prices, found.looks, False)
    if plan.bound == counted.value and not plan.short(problem):
        return plan
    if seconds <= 0:
        return plan
    value = None if plan.short(problem) else counted.value
    better = improve(problem, found.prices, found.look.dual, value, seconds)
    return plan if better is None else _better(problem, plan, better)


def _better(problem: Problem, plan: Plan, found: Improved) -> Plan:
    """The solver's plan if it keeps to everything and earns no less, under the lower of both bounds."""
    counted = tally(problem, found.chosen)
    bound = min(found.bound, plan.bound)
    offered = Plan(found.chosen, counted, max(bound, counted.value), plan.prices, plan.looks, found.proven)
    overdrawn = counted.use[: len(problem.resources)] > problem.limits[: len(problem.resources)] * (1.0 + 1e-9)
    worse = counted.value < plan.tally.value and not plan.short(problem)
    if overdrawn.any() or worse or offered.short(problem):
        return replace(plan, bound=max(bound, plan.tally.value), exact=found.proven)
    return offered
