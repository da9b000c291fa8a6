"""The rungs: what unit propagation says, what configurations found before show, what SAT proves, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.core.errors import Conflict
from rapport.customize.configure.answering.ladder.optimum import TECHNIQUES, Optimum, optimum_of
from rapport.customize.configure.answering.ladder.oracle import Oracle, OutOfTime
from rapport.customize.configure.answering.ladder.settling import Settling
from rapport.customize.configure.answering.ladder.witnesses import Witnesses
from rapport.customize.configure.answering.reasoner import (
    CAN_BE_CHOSEN,
    Impossible,
    Prices,
    Spent,
    Validity,
    added,
    known_literals,
    no_configuration,
    unhurried,
    weighed,
)
from rapport.customize.configure.clauses.formula import Formula

WEIGHT_BITS: Final = 40
"""Weights of solvers are whole numbers of this size; solvers slow down with larger ones."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A configuration, and whether none has a greater sum of weights."""

    chosen: list[int]
    proven: bool


class Ladder:
    """A ``Reasoner`` that needs no compiling. Threads wait for each other, but not options for prices."""

    certain = False

    def __init__(
        self,
        formula: Formula,
        prices: NDArray[np.int64],
        *,
        begin: Callable[[], Spent] = unhurried,
        techniques: Sequence[str] = tuple(TECHNIQUES),
    ) -> None:
        """``begin`` starts the time of one question; raises ``InvalidInput`` where ``prices`` cannot be added up."""
        self._formula = formula
        self._prices = added(prices)
        self._begin = begin
        self._techniques = techniques
        self._oracle = Oracle(formula)
        self._witnesses = Witnesses(formula.options)
        self._lock = Lock()
        self._pricing = Lock()

    def warm(self) -> None:
        """Builds the solvers, and finds the first configurations; a product that has none is told when it is asked."""
        with self._pricing:
            _ = self._optimum
        with self._lock, suppress(Impossible):
            settling = self._settling([], self._begin())
            settling.begin()
            settling.look()

    def valid(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Validity:
        """What is still possible: certain for the ``visible`` unless time runs out, elsewhere as far as it shows."""
        with self._lock:
            settling = self._settling(picks, self._begin())
            settling.begin()
            for number in visible or ():
                settling.settle(number)
            settling.look()
            return Validity(settling.state())

    def count(self, picks: Sequence[int]) -> int | None:
        """Not counted."""
        return None

    def count_about(self, picks: Sequence[int]) -> float | None:
        """Not counted."""
        return None

    def prices(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Prices:
        """The range of all and of each ``visible`` option, with what time allowed to prove marked as known."""
        spent = self._begin()
        with self._lock:
            barred = self._settling(picks, spent).barred & CAN_BE_CHOSEN
        asked = [0, *(number for number in visible or () if not barred[number])]
        with self._pricing:
            low, low_known = self._cheapest(picks, asked, self._prices, spent)
            high, high_known = self._cheapest(picks, asked, -self._prices, spent)
        return Prices(low, -high, low_known & high_known)

    def best(self, picks: Sequence[int], weights: NDArray[np.float64]) -> list[int]:
        """The configuration with the greatest sum of weights that was found."""
        return self.completion(picks, weights).chosen

    def completion(self, picks: Sequence[int], weights: NDArray[np.float64]) -> Completion:
        """The same, saying whether it is proven to be the greatest."""
        costs, spent = -weighed(weights, WEIGHT_BITS), self._begin()
        liked = (np.where(costs < 0, 1, -1) * np.arange(len(costs)))[1:].tolist()
        with self._lock:
            quick = self._first(picks, liked)
        with self._pricing:
            found = self._optimum.cheapest(picks, costs, spent)
        better = found.row if found.row is not None and costs[found.row].sum() <= costs[quick].sum() else quick
        return Completion(np.flatnonzero(better).tolist(), found.proven)

    def sample(self, picks: Sequence[int], size: int, seed: int) -> list[list[int]]:
        """Refused: a solver finds configurations, but not evenly among all."""
        hint = "simplify the rules until the product compiles, or give it more time and memory"
        raise Conflict("the rules of this product are too many to draw configurations evenly", hint=hint)

    @cached_property
    def _optimum(self) -> Optimum:
        return optimum_of(self._formula, self._techniques)

    def _settling(self, picks: Sequence[int], spent: Spent) -> Settling:
        return Settling(self._oracle, self._witnesses, known_literals(picks, self._formula.options), spent)

    def _first(self, picks: Sequence[int], prefer: Sequence[int]) -> NDArray[np.bool_]:
        """A configuration with the picks, however long it takes within the solver's limit."""
        try:
            row = self._oracle.having(picks, unhurried(), prefer)
        except OutOfTime:
            raise Conflict("the rules of this product are too hard to complete it", hint="simplify them") from None
        if row is None:
            raise no_configuration()
        self._witnesses.add(row)
        return row

    def _cheapest(
        self, picks: Sequence[int], asked: Sequence[int], costs: NDArray[np.int64], spent: Spent
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Shape (options + 1,) each: the least sum with each option asked for, and whether it is proven."""
        least, known = np.zeros(len(costs), dtype=np.int64), np.zeros(len(costs), dtype=np.bool_)
        for number in asked:
            if known[number]:
                continue
            found = self._optimum.cheapest([*picks, number] if number else picks, costs, spent)
            if found.row is None:
                if number == 0 and found.proven:
                    raise no_configuration()
                continue
            least[number], known[number] = costs[found.row].sum(), found.proven
            with self._lock:
                self._witnesses.add(found.row)
            if number == 0 and found.proven:  # What the cheapest of all has, costs no more with it.
                least[found.row], known[found.row] = least[0], True
        return least, known
