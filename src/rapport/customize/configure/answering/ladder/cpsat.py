"""The cheapest configuration by CP-SAT, of the optional package ortools.

Perron and Didier, CP-SAT, https://developers.google.com/optimization/cp/cp_solver. Picks are fixed variables rather
than assumptions: under assumptions it crashed on a model of 18,616 options. Its limit is deterministic time, so that
the same question has the same answer on every machine; it looks at the time of the question whenever its bound moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from rapport.customize.configure.answering.ladder.optimum import Found
from rapport.customize.configure.answering.reasoner import Spent
from rapport.customize.configure.clauses.formula import Formula

EFFORT_MAX: Final = 0.6
"""Deterministic seconds for one question: about three of CPU, and what a model of 18,615 options takes."""


class CpSat:
    """An ``Optimum``: the model is built once, a question fixes its variables for its own duration.

    A question is given up after ``effort`` deterministic seconds.
    """

    def __init__(self, formula: Formula, effort: float = EFFORT_MAX) -> None:
        self._effort = effort
        self._options = formula.options
        self._model = cp_model.CpModel()
        self._variables = [self._model.new_bool_var("") for _ in range(formula.variables)]
        for clause in formula.clauses:
            self._model.add_bool_or([self._literal(literal) for literal in clause])
        self._proto: Any = self._model.proto

    def cheapest(self, picks: Sequence[int], costs: NDArray[np.int64], spent: Spent) -> Found:
        """With the picks."""
        if spent():
            return Found(None, proven=False)
        options = self._variables[: self._options]
        self._model.minimize(cp_model.LinearExpr.weighted_sum(options, costs[1:].tolist()))
        try:
            for literal in picks:
                self._bound(literal, int(literal > 0), int(literal > 0))
            return self._solved(options, spent)
        finally:
            for literal in picks:
                self._bound(literal, 0, 1)

    def _bound(self, literal: int, low: int, high: int) -> None:
        domain = self._proto.variables[abs(literal) - 1].domain
        domain[0], domain[1] = low, high

    def _solved(self, options: Sequence[cp_model.IntVar], spent: Spent) -> Found:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = self._effort
        solver.best_bound_callback = lambda _: solver.stop_search() if spent() else None
        status = solver.solve(self._model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Found(None, proven=status == cp_model.INFEASIBLE)
        row = np.zeros(self._options + 1, dtype=np.bool_)
        row[1:] = [solver.boolean_value(one) for one in options]
        return Found(row, proven=status == cp_model.OPTIMAL)

    def _literal(self, literal: int) -> Any:
        variable = self._variables[abs(literal) - 1]
        return variable if literal > 0 else variable.negated()
