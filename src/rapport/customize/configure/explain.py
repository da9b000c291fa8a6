"""Why an option cannot be chosen, and what to give up for it.

An explanation is a minimal set of own picks and of reasons (groups, rules, tables, limits) that together rule the
option out: with any one of them gone it would be possible. It comes from an unsatisfiable core, looked for near the
option first and shrunk by deletion (Chinneck and Dravnieks, ORSA J. Computing 3(2), 1991); where tries allow it is
proven or made the smallest. What to give up are the minimal sets of picks without which the option is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from typing import Final

from pysat.solvers import Solver

from rapport.customize.configure.formula import Formula, Reason
from rapport.customize.configure.hitting import OutOfTries, smallest_first
from rapport.customize.configure.neighbours import Neighbours

CLAUSES_TRIED: Final = 100_000
"""Proving that an explanation is the smallest takes no more tries than this divided by the clauses of the model."""
TRIES_LEAST: Final = 4
"""However large the model, so many."""
GIVE_UP_TRIES: Final = 40
"""Looking for what to give up takes no more tries."""


_SOLVER: Final = "cadical153"
_Core = Callable[[Sequence[int], Iterable[int]], list[int] | None]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a literal cannot hold: ``picks`` are literals, of the caller's own; without any it never can."""

    picks: tuple[int, ...]
    reasons: tuple[Reason, ...]
    smallest: bool
    """Whether it is proven that no explanation has fewer picks and reasons together."""


class Explainer:
    """Built once for a model, and asked by several threads: one question at a time."""

    def __init__(self, formula: Formula) -> None:
        self._formula = formula
        self._first = formula.variables + 1
        self._switches = [self._first + place for place, reason in enumerate(formula.reasons) if reason.kind != "count"]
        self._rules = Solver(name=_SOLVER, bootstrap_with=formula.clauses)
        self._switched = Solver(name=_SOLVER, bootstrap_with=_switched(formula))
        self._neighbours = Neighbours(formula)
        self._tries = max(TRIES_LEAST, CLAUSES_TRIED // max(1, len(formula.clauses)))
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
            if self._solve(self._rules, [*asked, *own]) is None:
                return None
            core = self._shrunk(asked, self._near(asked, own))
            core, smallest = self._smallest(asked, core, [*own, *self._switches])
        kept = set(core)
        return Explanation(
            picks=tuple(pick for pick in own if pick in kept),
            reasons=tuple(self._formula.reasons[one - self._first] for one in self._switches if one in kept),
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

    def _solve(self, solver: Solver, assumed: Iterable[int], asked: Collection[int] = ()) -> list[int] | None:
        """The assumptions, without those asked, that cannot hold together; None where all can."""
        if solver.solve(assumptions=list(assumed)):
            return None
        core = solver.get_core() or []
        return [literal for literal in core if literal not in asked]

    def _core(self, asked: Sequence[int], elements: Iterable[int]) -> list[int] | None:
        return self._solve(self._switched, [*asked, *elements], asked)

    def _near(self, asked: Sequence[int], own: list[int]) -> list[int]:
        """A core of reasons as few steps from what was asked as possible: such are short, and found fast."""
        for reasons in self._neighbours.around(asked):
            core = self._core(asked, [*own, *(self._first + reason for reason in reasons)])
            if core is not None:
                return core
        core = self._core(asked, [*own, *self._switches])
        assert core is not None, "the rules with and without switches are the same"
        return core

    def _shrunk(self, asked: Sequence[int], core: list[int]) -> list[int]:
        """Leaves out one element after another, the picks first, and keeps those that are missed."""
        needed: list[int] = []
        waiting = sorted(core, key=lambda element: (abs(element) >= self._first, abs(element)))
        while waiting:
            dropped, *rest = waiting
            smaller = self._core(asked, [*needed, *rest])
            if smaller is None:
                needed.append(dropped)
                waiting = rest
            else:
                kept = set(smaller)
                waiting = [element for element in rest if element in kept]
        return needed

    def _smallest(self, asked: Sequence[int], core: list[int], everything: list[int]) -> tuple[list[int], bool]:
        """The core, or a smaller one, and whether none is smaller."""
        if len(core) > self._tries:
            return core, False
        search = _Search(self._core, asked, everything, self._tries)
        try:
            always = [element for element in core if search.possible_without({element})]
            if len(always) == len(core):
                return core, True
            return list(next(smallest_first(search.to_drop, self._tries, always))), True
        except OutOfTries:
            return core, False


class _Search:
    """Asks what must be dropped from everything; raises ``OutOfTries`` after so many tries."""

    def __init__(self, core: _Core, asked: Sequence[int], everything: Sequence[int], tries: int) -> None:
        self._ask = core
        self._asked = asked
        self._everything = everything
        self._tries = tries

    def possible_without(self, dropped: Collection[int]) -> bool:
        """Whether what was asked is possible once these are dropped."""
        return self._core(dropped) is None

    def to_drop(self, kept: frozenset[int]) -> set[int] | None:
        """What to drop, none of it ``kept``, so that it is possible, and no less; None where ``kept`` rules it out."""
        dropped: set[int] = set()
        while (core := self._core(dropped)) is not None:
            free = [element for element in core if element not in kept]
            if not free:
                return None
            dropped.update(free)
        for element in sorted(dropped):
            if self.possible_without(dropped - {element}):
                dropped = dropped - {element}
        return dropped

    def _core(self, dropped: Collection[int]) -> list[int] | None:
        if self._tries == 0:
            raise OutOfTries
        self._tries -= 1
        return self._ask(self._asked, [element for element in self._everything if element not in dropped])


def _switched(formula: Formula) -> list[tuple[int, ...]]:
    """The clauses, each in force only where the switch of its reason is on; definitions always are."""
    first = formula.variables + 1
    fixed = {origin for origin, reason in enumerate(formula.reasons) if reason.kind == "count"}
    return [
        clause if origin in fixed else (*clause, -(first + origin))
        for clause, origin in zip(formula.clauses, formula.origins, strict=True)
    ]
