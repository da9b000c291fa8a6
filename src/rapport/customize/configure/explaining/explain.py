"""Why an option cannot be chosen, and what to give up for it.

An explanation is a minimal set of own picks and of reasons (groups, rules, tables, limits) that together rule the
option out: with any one of them gone it would be possible. It names no picks where the option is impossible without
any. It is derived on a short way, else looked for near the option; then shrunk by deletion (Chinneck and Dravnieks,
ORSA J. Computing 3(2), 1991) among the clauses of its own reasons alone; and where tries allow it is proven or made the
smallest. What to give up are the minimal sets of picks without which the option is possible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import Final

from pysat.solvers import Solver

from rapport.customize.configure.clauses.formula import Formula, Reason
from rapport.customize.configure.explaining.deriving import Deriving
from rapport.customize.configure.explaining.hitting import OutOfTries, smallest_first
from rapport.customize.configure.explaining.neighbours import Neighbours
from rapport.customize.configure.explaining.smallest import Blocks, Smallest

CLAUSES_TRIED: Final = 100_000
"""Proving that an explanation is the smallest takes no more tries than this divided by the clauses of the model."""
TRIES_LEAST: Final = 4
"""However large the model, so many."""
GIVE_UP_TRIES: Final = 40
"""Looking for what to give up takes no more tries."""


_SOLVER: Final = "cadical153"
_SMALL: Final = "minisat22"
"""For a few clauses: it is made and asked fastest."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a literal cannot hold: ``picks`` are literals, of the caller's own; without any it never can."""

    picks: tuple[int, ...]
    reasons: tuple[Reason, ...]
    """Those that name what was asked first, then those that share an option with them, and so on."""
    smallest: bool
    """Whether it is proven that no explanation (none without picks, where there are any) has fewer parts in all."""


class Explainer:
    """Built once for a model, and asked by several threads: one question at a time."""

    def __init__(self, formula: Formula) -> None:
        self._formula = formula
        self._first = formula.variables + 1
        self._switches = [self._first + place for place, reason in enumerate(formula.reasons) if reason.kind != "count"]
        self._rules = Solver(name=_SOLVER, bootstrap_with=formula.clauses)
        switched = _switched(formula)
        self._blocks = Blocks(self._switches, self._first + len(formula.reasons))
        self._switched = Solver(name=_SOLVER, bootstrap_with=[*switched, *self._blocks.clauses])
        self._by_reason: list[list[tuple[int, ...]]] = [[] for _ in formula.reasons]
        self._defined_by: dict[int, int] = {}
        """Auxiliary variable → the reason whose clauses define it for others."""
        for clause, origin in zip(switched, formula.origins, strict=True):
            self._by_reason[origin].append(clause)
            if formula.reasons[origin].kind == "count":
                self._defined_by.update((abs(one), origin) for one in clause if abs(one) > formula.options)
        self._deriving = Deriving(formula)
        self._neighbours = Neighbours(formula)
        self._tries = max(TRIES_LEAST, CLAUSES_TRIED // max(1, len(formula.clauses)))
        self._alone: dict[tuple[int, ...], bool] = {}
        """What was asked → whether it is possible without any picks: one entry an option at most."""
        self._lock = Lock()

    def possible(self, picks: Iterable[int] = ()) -> bool:
        """Whether some configuration has all these literals."""
        with self._lock:
            return self._solve(self._rules, picks) is None

    def explain(self, picks: Sequence[int], literal: int | None = None) -> Explanation | None:
        """Why the literal (none: any configuration) cannot hold with the picks; None where it can."""
        asked = [] if literal is None else [literal]
        own = [pick for pick in dict.fromkeys(picks) if pick != literal]
        with self._lock:
            found = self._found(asked, own)
            if found is None:
                return None
            core, beside = found
            core, smallest = Smallest(self._switched, self._blocks, asked, beside, self._tries).of(core)
        kept = set(core)
        reasons = [one - self._first for one in self._switches if one in kept]
        return Explanation(
            picks=tuple(pick for pick in own if pick in kept),
            reasons=tuple(self._formula.reasons[one] for one in self._neighbours.ordered(asked, reasons)),
            smallest=smallest,
        )

    def give_up(self, picks: Sequence[int], literal: int, most: int) -> list[tuple[int, ...]]:
        """Minimal sets of picks without which the literal can hold, fewest first, at most so many; none: it never can.

        Each of the picks may also be asked for itself: ``picks`` that contradict each other are told apart so.
        """
        own = [pick for pick in dict.fromkeys(picks) if pick != literal]

        def conflict(given_up: frozenset[int]) -> Collection[int] | None:
            return self._solve(self._rules, [literal, *(pick for pick in own if pick not in given_up)], (literal,))

        found: list[tuple[int, ...]] = []
        with self._lock:
            if self._solve(self._rules, [literal]) is not None:
                return found
            with suppress(OutOfTries):
                found.extend(
                    tuple(pick for pick in own if pick in one)
                    for one in islice(smallest_first(conflict, GIVE_UP_TRIES), most)
                )
        return found

    def _found(self, asked: Sequence[int], own: list[int]) -> tuple[list[int], list[int]] | None:
        """A minimal core, and the picks among which it was looked for; None where all can hold.

        Where what was asked is impossible without any picks, they are not looked at.
        """
        derived = self._derived(asked, own)
        if derived is None and self._solve(self._rules, [*asked, *own]) is None:
            return None
        if own and not self._possible_alone(asked):
            own, derived = [], self._derived(asked, [])
        return self._shrunk(asked, derived or self._searched(asked, own)), own

    def _possible_alone(self, asked: Sequence[int]) -> bool:
        key = tuple(asked)
        if key not in self._alone:
            self._alone[key] = self._solve(self._rules, asked) is None
        return self._alone[key]

    def _derived(self, asked: Sequence[int], own: list[int]) -> list[int] | None:
        """A short core that needs no search, where there is one."""
        derived = self._deriving.contradiction(asked, own)
        if derived is None:
            return None
        picks, reasons = derived
        return [*picks, *(self._first + reason for reason in reasons)]

    def _solve(self, solver: Solver, assumed: Iterable[int], asked: Collection[int] = ()) -> list[int] | None:
        """The assumptions, without those asked, that cannot hold together; None where all can."""
        if solver.solve(assumptions=list(assumed)):
            return None
        core = solver.get_core() or []
        return [literal for literal in core if literal not in asked]

    def _searched(self, asked: Sequence[int], own: list[int]) -> list[int]:
        """A core among reasons as few steps from what was asked as possible: such are short, and found fast."""
        for near in self._neighbours.around(asked):
            core = self._solve(self._switched, [*asked, *own, *(self._first + reason for reason in near)], asked)
            if core is not None:
                return core
        core = self._solve(self._switched, [*asked, *own, *self._switches], asked)
        assert core is not None, "the rules with and without switches are the same"
        return core

    def _shrunk(self, asked: Sequence[int], core: list[int]) -> list[int]:
        """Leaves out one element after another, the picks first, and keeps those that are missed."""
        needed: list[int] = []
        waiting = sorted(core, key=lambda element: (abs(element) >= self._first, abs(element)))
        with Solver(name=_SMALL, bootstrap_with=self._clauses_of(core)) as solver:
            while waiting:
                dropped, *rest = waiting
                smaller = self._solve(solver, [*asked, *needed, *rest], asked)
                if smaller is None:
                    needed.append(dropped)
                    waiting = rest
                else:
                    kept = set(smaller)
                    waiting = [element for element in rest if element in kept]
        return needed

    def _clauses_of(self, core: Iterable[int]) -> list[tuple[int, ...]]:
        """The clauses of the reasons in a core, with their switches and the definitions that they use."""
        reasons = [element - self._first for element in core if element >= self._first]
        written = [clause for reason in reasons for clause in self._by_reason[reason]]
        defined = {self._defined_by[abs(one)] for clause in written for one in clause if abs(one) in self._defined_by}
        return [*written, *(clause for reason in sorted(defined) for clause in self._by_reason[reason])]


def _switched(formula: Formula) -> list[tuple[int, ...]]:
    """The clauses, each in force only where the switch of its reason is on; definitions always are."""
    first = formula.variables + 1
    fixed = {origin for origin, reason in enumerate(formula.reasons) if reason.kind == "count"}
    return [
        clause if origin in fixed else (*clause, -(first + origin))
        for clause, origin in zip(formula.clauses, formula.origins, strict=True)
    ]
