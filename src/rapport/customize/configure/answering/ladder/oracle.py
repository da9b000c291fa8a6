"""A SAT solver that keeps what it learnt from question to question, and stops when it should.

Eén and Sörensson, An Extensible SAT-solver, SAT 2003 (solving under assumptions); Audemard and Simon, Predicting
Learnt Clauses Quality in Modern SAT Solvers, IJCAI 2009 (Glucose), called through PySAT.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pysat.solvers import Solver

from rapport.customize.configure.answering.reasoner import Spent
from rapport.customize.configure.clauses.formula import Formula

SOLVER: Final = "glucose4"
CONFLICTS_A_SLICE: Final = 500
"""So many conflicts, some milliseconds, lie between two looks at the time."""
CONFLICTS_MAX: Final = 50_000
"""One question takes no more conflicts than this, whatever time it has."""


class OutOfTime(Exception):
    """A question was not settled within its time; caught where it was asked."""


class Oracle:
    """Not for two threads at once: whoever shares it holds a lock."""

    def __init__(self, formula: Formula) -> None:
        self._options = formula.options
        self._solver = Solver(name=SOLVER, bootstrap_with=formula.clauses)
        for number in range(1, formula.options + 1):
            self._solver.add_clause([number, -number])  # An option that no clause names is still one to choose.

    def follows(self, picks: Sequence[int]) -> list[int] | None:
        """The literals that unit propagation adds to the picks, themselves included; None where they contradict."""
        consistent, literals = self._solver.propagate(assumptions=list(picks))
        return [*picks, *literals] if consistent else None

    def having(self, picks: Sequence[int], spent: Spent, prefer: Sequence[int] = ()) -> NDArray[np.bool_] | None:
        """A configuration (shape (options + 1,)) with the picks, near the literals preferred; None where none has them.

        Raises ``OutOfTime``.
        """
        if len(prefer):
            self._solver.set_phases(literals=list(prefer))
        if not solve_within(self._solver, picks, spent):
            return None
        row = np.zeros(self._options + 1, dtype=np.bool_)
        row[1:] = np.array(self._solver.get_model()[: self._options]) > 0
        return row


def solve_within(solver: Solver, assumptions: Sequence[int], spent: Spent) -> bool:
    """Whether the assumptions can hold, asked in slices; raises ``OutOfTime``."""
    for _ in range(CONFLICTS_MAX // CONFLICTS_A_SLICE):
        solver.conf_budget(CONFLICTS_A_SLICE)
        answer: bool | None = solver.solve_limited(assumptions=list(assumptions))
        if answer is not None:
            return answer
        if spent():
            break
    raise OutOfTime
