"""A formula → a circuit, by branching on one variable after the other: slow, plain, and unlike the compiler."""

from __future__ import annotations

import numpy as np

from rapport.customize.configure.circuit import AND, LITERAL, OR, Circuit
from rapport.customize.configure.clauses.formula import Formula

Clauses = frozenset[frozenset[int]]


def by_branching(formula: Formula) -> Circuit:
    """Smooth, as every path names every variable; equal remainders share a node."""
    nodes: list[tuple[int, int, tuple[int, ...]]] = []
    known: dict[tuple[int, Clauses] | tuple[int, int, tuple[int, ...]], int] = {}

    def node(kind: int, literal: int = 0, children: tuple[int, ...] = ()) -> int:
        key = (kind, literal, children)
        if key not in known:
            known[key] = len(nodes)
            nodes.append(key)
        return known[key]

    def branch(variable: int, clauses: Clauses) -> int:
        if (variable, clauses) not in known:
            known[variable, clauses] = node(OR, children=tuple(
                node(AND, children=(node(LITERAL, literal), branch(variable + 1, left)))
                for literal in (variable, -variable)
                if frozenset() not in (left := _left(clauses, literal))
            )) if variable <= formula.variables else node(AND)  # fmt: skip
        return known[variable, clauses]

    root = branch(1, frozenset(frozenset(clause) for clause in formula.clauses))
    assert root == len(nodes) - 1 or not nodes[root][2]
    return _arrays(formula, nodes[: root + 1])


def _left(clauses: Clauses, literal: int) -> Clauses:
    return frozenset(clause - {-literal} for clause in clauses if literal not in clause)


def _arrays(formula: Formula, nodes: list[tuple[int, int, tuple[int, ...]]]) -> Circuit:
    children = [child for _, _, below in nodes for child in below]
    return Circuit(
        variables=formula.variables, options=formula.options,
        kind=np.array([kind for kind, _, _ in nodes], dtype=np.uint8),
        literal=np.array([literal for _, literal, _ in nodes], dtype=np.int32),
        start=np.cumsum([0, *(len(below) for _, _, below in nodes)]).astype(np.int64),
        child=np.array(children, dtype=np.int32),
    )  # fmt: skip
