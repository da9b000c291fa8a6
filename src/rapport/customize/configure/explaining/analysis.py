"""What is wrong with a product before anybody configures it.

Dead options can never be chosen, core options always are, and false optional ones are always chosen with their parent
although their group seems to leave a choice; Benavides, Segura and Ruiz-Cortés, Automated Analysis of Feature Models
20 Years Later, Information Systems 35(6), 2010, section 5. One configuration of the solver settles many options at
once: each is asked to have what none had yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pysat.solvers import Solver

from rapport.customize.configure.clauses.formula import Formula
from rapport.customize.configure.model import ROOT, Model

GoOn = Callable[[], bool]
"""Whether there is time left for another question to the solver."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Options by number; hidden ones are left out."""

    possible: bool
    """Whether there is any configuration; without one the rest is empty."""
    dead: tuple[int, ...] = ()
    core: tuple[int, ...] = ()
    false_optional: tuple[int, ...] = ()
    complete: bool = True
    """Whether all was looked at; else what is found holds, and there may be more."""


def analyse(formula: Formula, model: Model, go_on: GoOn) -> Analysis:
    """The analysis of a model; stops early once ``go_on`` says so."""
    with Solver(name="minisat22", bootstrap_with=formula.clauses) as solver:
        solver.add_clause([-formula.variables - 1])  # So that a model names every variable, used or not.
        search = _Search(solver, formula, model)
        if not search.look(()):
            return Analysis(possible=False)
        dead = search.never(search.visible, go_on)
        core = search.never(-search.visible, go_on)
        optional = set(search.without_parent(go_on)) - set(dead)
        return Analysis(
            possible=True, dead=tuple(dead), core=tuple(-one for one in core),
            false_optional=tuple(sorted(optional)), complete=not search.cut,
        )  # fmt: skip


class _Search:
    """Remembers of every literal whether a configuration with it was seen, and of optional ones, whether without."""

    def __init__(self, solver: Solver, formula: Formula, model: Model) -> None:
        self._solver = solver
        self._options = formula.options
        self.visible = np.array(model.visible, dtype=np.int64)
        self._seen = np.zeros(2 * formula.options + 1, dtype=np.bool_)
        optional = [
            (number, group.parent)
            for group in model.groups
            if group.least < len(group.options)
            for number in group.options
        ]
        self._optional = np.array(optional, dtype=np.int64).reshape(-1, 2)
        """Shape (optional options, 2): each with its parent."""
        self.cut = False
        """Whether it was stopped before everything was looked at."""

    def look(self, literals: tuple[int, ...]) -> bool:
        """Whether there is a configuration with these literals; takes note of what it has."""
        if not self._solver.solve(assumptions=list(literals)):
            return False
        found = np.array(self._solver.get_model()[: self._options], dtype=np.int64)
        self._seen[found] = True
        chosen = np.concatenate([[True], found > 0])
        number, parent = self._optional.T
        self._optional = self._optional[chosen[number] | ~chosen[parent]]
        return True

    def never(self, literals: NDArray[np.int64], go_on: GoOn) -> list[int]:
        """The literals that no configuration has."""
        never: list[int] = []
        waiting = literals[~self._seen[literals]]
        while len(waiting) and self._goes_on(go_on):
            self._solver.set_phases([int(one) for one in waiting])
            first = int(waiting[0])
            if not self.look((first,)):
                never.append(first)
                waiting = waiting[1:]
            seen = self._seen[waiting]
            self._solver.set_phases([-int(one) for one in waiting[seen]])
            waiting = waiting[~seen]
        return never

    def without_parent(self, go_on: GoOn) -> list[int]:
        """Optional options of which no configuration has the parent alone."""
        always: list[int] = []
        while len(self._optional) and self._goes_on(go_on):
            number, parent = (int(one) for one in self._optional[0])
            self._solver.set_phases([-int(one) for one in self._optional[:, 0]])
            if not self.look((-number,) if parent == ROOT else (-number, parent)):
                always.append(number)
                self._optional = self._optional[1:]
        return always

    def _goes_on(self, go_on: GoOn) -> bool:
        self.cut = self.cut or not go_on()
        return not self.cut
