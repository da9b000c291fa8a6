"""Whether a circuit is what it says: children before parents, decomposable, smooth, deterministic, and its models."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.circuit import AND, LITERAL, OR, Circuit


def children(circuit: Circuit, node: int) -> list[int]:
    return circuit.child[circuit.start[node] : circuit.start[node + 1]].tolist()


def broken(circuit: Circuit) -> list[str]:
    """What is wrong with its shape."""
    found = []
    named: list[frozenset[int]] = []
    for node in range(circuit.nodes):
        below = children(circuit, node)
        if any(child >= node for child in below):
            return [f"node {node} stands before a child"]
        sets = [named[child] for child in below]
        union = frozenset().union(*sets)
        if circuit.kind[node] == LITERAL:
            union = frozenset({abs(int(circuit.literal[node]))})
        elif circuit.kind[node] == AND and sum(map(len, sets)) != len(union):
            found.append(f"AND {node} is not decomposable")
        elif circuit.kind[node] == OR and any(one != union for one in sets):
            found.append(f"OR {node} is not smooth")
        named.append(union)
    if count(circuit) and named[-1] != frozenset(range(1, circuit.variables + 1)):
        found.append("the root does not name every variable")
    return found


def count(circuit: Circuit) -> int:
    """The models of the root, exactly, if the circuit is deterministic."""
    counts: list[int] = []
    for node in range(circuit.nodes):
        below = [counts[child] for child in children(circuit, node)]
        number = 1
        for one in below if circuit.kind[node] == AND else ():
            number *= one
        counts.append(sum(below) if circuit.kind[node] == OR else number)
    return counts[-1]


def models(circuit: Circuit) -> NDArray[np.bool_]:
    """Shape (models, variables): every assignment under which the root holds, in the order of binary numbers.

    At most one child of an OR holds at a time.
    """
    rows = np.array(list(product((False, True), repeat=circuit.variables)))
    held: list[NDArray[np.bool_]] = []
    for node in range(circuit.nodes):
        below = np.array([held[child] for child in children(circuit, node)]).reshape(-1, len(rows))
        literal = int(circuit.literal[node])
        if circuit.kind[node] == LITERAL:
            held.append(rows[:, abs(literal) - 1] == (literal > 0))
        elif circuit.kind[node] == AND:
            held.append(below.all(axis=0))
        else:
            assert (below.sum(axis=0) <= 1).all(), f"OR {node} is not deterministic"
            held.append(below.any(axis=0))
    return rows[held[-1]]
