"""A formula → a circuit on which linear passes answer exactly, or None where that takes too long.

The clauses are simplified, taken apart into blocks that meet in single variables, and each block is compiled in an
order that separates it. Auxiliary variables are forgotten: each follows from the options, so that configurations stay
one for one with models of the circuit and no two branches of an OR come to hold together; Lagniez, Lonca and Marquis,
Improving Model Counting by Leveraging Definability, IJCAI 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Final

from rapport.customize.configure.circuit import Circuit
from rapport.customize.configure.clauses.formula import Formula
from rapport.customize.configure.compiling.blocks import Block, blocks_of
from rapport.customize.configure.compiling.budget import Budget, Meter, Spent, TooLong
from rapport.customize.configure.compiling.nodes import FALSE, TRUE, Nodes, circuit_of
from rapport.customize.configure.compiling.order import ARRANGEMENTS, eliminated
from rapport.customize.configure.compiling.search import Search
from rapport.customize.configure.compiling.simplify import Clause, Simplified, simplified
from rapport.customize.configure.compiling.totals import Bound, bounds_of

__all__ = ["Budget", "compile_formula"]

SMALL: Final = 3
"""In a block of so few variables any order will do."""
FIRST_STEPS: Final = 4_000
"""An order that needs more steps than this makes way for the next one; then each gets four times as many, and so on."""
FIRST_STEPS_WITH_SUMS: Final = 16 * FIRST_STEPS
"""The same where sums are to be kept: their totals make the steps many in every order."""


def compile_formula(formula: Formula, budget: Budget | None = None) -> Circuit | None:
    """The circuit of a formula over its options; None where the budget does not suffice.

    A formula that contradicts itself gives a circuit whose root is false.
    """
    nodes, meter = Nodes(), Meter(budget or Budget())
    try:
        root = _Compiler(formula, nodes, meter).root()
        return circuit_of(nodes, root, formula.options, meter)
    except Spent:
        return None


class _Compiler:
    """Compiles block after block; ``_held`` keeps what hangs on each literal so far."""

    def __init__(self, formula: Formula, nodes: Nodes, meter: Meter) -> None:
        self._formula = formula
        self._nodes = nodes
        self._meter = meter
        self._held: dict[int, list[int]] = {}

    def root(self) -> int:
        """The node of the whole formula."""
        found = self._simplified()
        self._meter.step()
        if found is None:
            return FALSE
        known, bounds = found
        self._hold(known)
        blocks = blocks_of(known.variables, known.clauses, bounds, self._meter)
        parts = [self._leaf(literal) for literal in known.fixed]
        parts += [node for block in blocks for node in self._block(block)]
        named = {abs(literal) for block in blocks for scope in block.scopes for literal in scope}
        loose = [variable for variable in known.equal if variable not in named]
        parts += [self._nodes.either([self._gathered(variable), self._gathered(-variable)]) for variable in loose]
        return self._nodes.both(parts)

    def _simplified(self) -> tuple[Simplified, list[Bound]] | None:
        """The clauses and sums, shorter; sums are taken as they are and not as clauses."""
        formula = self._formula
        written = {place for one in formula.sums for place in range(*one.clauses)}
        clauses = [clause for place, clause in enumerate(formula.clauses) if place not in written]
        while True:
            known = simplified(formula.variables, clauses, self._meter)
            if known is None:
                return None
            stands = {abs(one): rep if one > 0 else -rep for rep, equal in known.equal.items() for one in equal}
            bounds, more = bounds_of(formula.sums, stands, set(known.fixed))
            if set(more) <= set(clauses):
                return known, bounds
            clauses += more

    def _hold(self, known: Simplified) -> None:
        for variable, literals in known.equal.items():
            self._held[variable] = [self._leaf(literal) for literal in literals]
            self._held[-variable] = [self._leaf(-literal) for literal in literals]

    def _leaf(self, literal: int) -> int:
        return self._nodes.literal(literal) if abs(literal) <= self._formula.options else TRUE

    def _gathered(self, literal: int) -> int:
        return self._nodes.both(self._held[literal])

    def _block(self, block: Block) -> list[int]:
        """Compiles a block; gives its node, or none where it hangs on a variable and so was added to that."""
        names = sorted({abs(literal) for scope in block.scopes for literal in scope})
        if len(names) <= SMALL:
            return self._searched(block, names)
        bound = {abs(literal) for clause in block.clauses for literal in clause}
        loose = [name for name in names if name not in bound]
        bags = eliminated([name for name in names if name in bound], block.clauses, self._meter)
        first = FIRST_STEPS_WITH_SUMS if block.bounds else FIRST_STEPS
        for attempt in count():
            for arrange in ARRANGEMENTS:
                try:
                    with self._meter.attempt(first * 4**attempt):
                        return self._searched(block, [*arrange(bags), *loose])
                except TooLong:
                    continue
        raise AssertionError("attempts go on until one ends or the budget does")

    def _searched(self, block: Block, order: Sequence[int]) -> list[int]:
        place = {name: number for number, name in enumerate(order, 1)}
        held = [TRUE] * (2 * len(order) + 1)
        for name, number in place.items():
            held[number], held[-number] = self._gathered(name), self._gathered(-name)
        bounds = [bound.renamed(place) for bound in block.bounds]
        search = Search(_renamed(block.clauses, place), bounds, held, self._nodes, self._meter)
        if not block.hangs_on:
            return [search.given()]
        number = place[block.hangs_on]
        chosen, refused = search.given(number), search.given(-number)
        self._held[block.hangs_on].append(chosen)
        self._held[-block.hangs_on].append(refused)
        return []


def _renamed(clauses: Sequence[Clause], place: dict[int, int]) -> list[Clause]:
    return [tuple(place[one] if one > 0 else -place[-one] for one in clause) for clause in clauses]
