"""A formula → a circuit on which linear passes answer exactly, or None where that takes too long.

The clauses are simplified, taken apart into blocks that meet in single variables, and each block is compiled in an
order that separates it. Auxiliary variables are forgotten: each follows from the options, so that configurations stay
one for one with models of the circuit and no two branches of an OR come to hold together; Lagniez, Lonca and Marquis,
Improving Model Counting by Leveraging Definability, IJCAI 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rapport.customize.configure.circuit import Circuit
from rapport.customize.configure.compile_blocks import Block, blocks_of
from rapport.customize.configure.compile_nodes import FALSE, TRUE, Nodes, circuit_of
from rapport.customize.configure.compile_search import Search
from rapport.customize.configure.compile_simplify import Simplified, simplified
from rapport.customize.configure.formula import Formula
from rapport.customize.configure.order import decision_order

NODES_MAX: Final = 3_000_000
"""Beyond so many nodes a circuit would cost too much memory and time to be of use."""
_ASKED_EVERY: Final = 64


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Budget:
    """What compiling may cost."""

    spent: Callable[[], bool] = _never
    """Asked many times a second: whether the time is over."""
    nodes: int = NODES_MAX


class _Spent(Exception):
    """The budget is used up."""


def compile_formula(formula: Formula, budget: Budget | None = None) -> Circuit | None:
    """The circuit of a formula over its options; None where the budget does not suffice.

    A formula that contradicts itself gives a circuit whose root is false.
    """
    nodes = Nodes()
    try:
        root = _Compiler(formula, nodes, budget or Budget()).root()
    except _Spent:
        return None
    return circuit_of(nodes, root, formula.options)


class _Compiler:
    """Compiles block after block; ``_held`` keeps what hangs on the values of a variable so far."""

    def __init__(self, formula: Formula, nodes: Nodes, budget: Budget) -> None:
        self._formula = formula
        self._nodes = nodes
        self._budget = budget
        self._asked = 0
        self._held: dict[int, list[int]] = {}

    def root(self) -> int:
        """The node of the whole formula."""
        formula, nodes = self._formula, self._nodes
        known = simplified(formula.variables, formula.clauses)
        if known is None:
            return FALSE
        self._hold(known)
        parts = [self._leaf(literal) for literal in known.fixed]
        compiled: set[int] = set()
        for block in blocks_of(known.variables, known.clauses):
            parts += self._block(block)
            compiled.update(abs(literal) for clause in block.clauses for literal in clause)
        loose = (variable for variable in known.equal if variable not in compiled)
        parts += (nodes.either([self._gathered(variable), self._gathered(-variable)]) for variable in loose)
        return nodes.both(parts)

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
        clauses, names = block.clauses, {abs(literal) for clause in block.clauses for literal in clause}
        order = sorted(names)
        if len(order) > 3:
            local = {name: place for place, name in enumerate(order, 1)}
            order = [order[one - 1] for one in decision_order(len(order), _renamed(clauses, local), self._ask)]
        place = {name: number for number, name in enumerate(order, 1)}
        held = [TRUE] * (2 * len(order) + 1)
        for name, number in place.items():
            held[number], held[-number] = self._gathered(name), self._gathered(-name)
        search = Search(len(order), _renamed(clauses, place), self._nodes, held, self._ask)
        if not block.hangs_on:
            return [search.given()]
        number = place[block.hangs_on]
        self._held[block.hangs_on].append(search.given(number))
        self._held[-block.hangs_on].append(search.given(-number))
        return []

    def _ask(self) -> None:
        """Raises ``_Spent`` once the budget is used up."""
        self._asked += 1
        if self._asked % _ASKED_EVERY == 0 and (len(self._nodes) > self._budget.nodes or self._budget.spent()):
            raise _Spent


def _renamed(clauses: list[tuple[int, ...]], place: dict[int, int]) -> list[tuple[int, ...]]:
    return [tuple(place[one] if one > 0 else -place[-one] for one in clause) for clause in clauses]
