"""The cheapest configuration by MaxSAT, of the package that is always there.

Ignatiev, Morgado and Marques-Silva, RC2: an Efficient MaxSAT Solver, JSAT 11, 2019, through PySAT: stratified, as
prices differ from option to option. Its SAT solver is asked in slices, so that it stops when its time is used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pysat.examples.rc2 import RC2Stratified
from pysat.formula import WCNF

from rapport.customize.configure.answering.ladder.optimum import Found
from rapport.customize.configure.answering.ladder.oracle import OutOfTime, solve_within
from rapport.customize.configure.answering.reasoner import Spent
from rapport.customize.configure.clauses.formula import Formula


class MaxSat:
    """An ``Optimum``: each question is a solver of its own, as picks and costs change its weights."""

    def __init__(self, formula: Formula) -> None:
        self._formula = formula

    def cheapest(self, picks: Sequence[int], costs: NDArray[np.int64], spent: Spent) -> Found:
        """With the picks."""
        if spent():
            return Found(None, proven=False)
        weighted = WCNF()
        weighted.extend([list(clause) for clause in self._formula.clauses])
        weighted.extend([[literal] for literal in picks])
        priced = [int(number) for number in np.flatnonzero(costs) if number]
        soft = [[-number if costs[number] > 0 else number] for number in priced]
        weighted.extend(soft, weights=[abs(int(costs[number])) for number in priced])
        with RC2Stratified(weighted, solver="g4", adapt=True) as solver:
            solver.oracle.solve = partial(_solve, solver.oracle, spent)
            try:
                model = solver.compute()
            except OutOfTime:
                return Found(None, proven=False)
        return Found(None if model is None else self._row(model), proven=True)

    def _row(self, model: Sequence[int]) -> NDArray[np.bool_]:
        row = np.zeros(self._formula.options + 1, dtype=np.bool_)
        row[[literal for literal in model if 0 < literal <= self._formula.options]] = True
        return row


def _solve(solver: Any, spent: Spent, assumptions: Sequence[int] = ()) -> bool:
    return solve_within(solver, assumptions, spent)
