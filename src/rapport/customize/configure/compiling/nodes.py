"""The nodes of a circuit while it grows: equal ones are one, and what is true or false falls away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from rapport.customize.configure.circuit import AND, LITERAL, OR, Circuit
from rapport.customize.configure.compiling.budget import Meter

FALSE: Final = 0
TRUE: Final = 1


class Nodes:
    """Every node by its number; children have smaller numbers than their parents."""

    def __init__(self) -> None:
        self.kinds = [OR, AND]
        self.literals = [0, 0]
        self.children: list[tuple[int, ...]] = [(), ()]
        self._numbers: dict[tuple[int, int, tuple[int, ...]], int] = {}

    def __len__(self) -> int:
        return len(self.kinds)

    def literal(self, literal: int) -> int:
        """The node of a literal."""
        return self._number(LITERAL, literal, ())

    def both(self, parts: Iterable[int]) -> int:
        """All of them hold; they share no variable."""
        kept = sorted({part for part in parts if part != TRUE})
        if kept and kept[0] == FALSE:
            return FALSE
        if len(kept) < 2:
            return kept[0] if kept else TRUE
        return self._number(AND, 0, tuple(kept))

    def either(self, parts: Iterable[int]) -> int:
        """One of them holds; no two hold together, and all name the same variables."""
        kept = sorted({part for part in parts if part != FALSE})
        if len(kept) < 2:
            return kept[0] if kept else FALSE
        return self._number(OR, 0, tuple(kept))

    def _number(self, kind: int, literal: int, children: tuple[int, ...]) -> int:
        key = (kind, literal, children)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.kinds)
            self.kinds.append(kind)
            self.literals.append(literal)
            self.children.append(children)
        return found


def circuit_of(nodes: Nodes, root: int, options: int, meter: Meter) -> Circuit:
    """The circuit below a node, over options 1 … ``options``.

    A node of which the only parent is of its own kind is taken into that.
    """
    above = _parents(nodes, root)
    kept: dict[int, int] = {}
    flat: list[list[int]] = []
    for number in sorted(above):
        if not _inside(nodes, number, above):
            meter.step()
            kept[number] = len(flat)
            flat.append(_flattened(nodes, number, above))
    return Circuit(
        variables=options, options=options,
        kind=np.array([nodes.kinds[number] for number in kept], dtype=np.uint8),
        literal=np.array([nodes.literals[number] for number in kept], dtype=np.int32),
        start=np.cumsum([0, *map(len, flat)], dtype=np.int64),
        child=np.array([kept[one] for inside in flat for one in inside], dtype=np.int32),
    )  # fmt: skip


def _parents(nodes: Nodes, root: int) -> dict[int, int]:
    """Of each node below the root its parent; 0 where it has several, and of the root."""
    above = {root: 0}
    for number in range(root, -1, -1):
        if number in above:
            for child in nodes.children[number]:
                above[child] = 0 if child in above else number
    return above


def _inside(nodes: Nodes, number: int, above: dict[int, int]) -> bool:
    return above[number] > 0 and nodes.kinds[above[number]] == nodes.kinds[number] != LITERAL


def _flattened(nodes: Nodes, number: int, above: dict[int, int]) -> list[int]:
    found: list[int] = []
    waiting = list(nodes.children[number])
    while waiting:
        child = waiting.pop()
        if _inside(nodes, child, above):
            waiting.extend(nodes.children[child])
        else:
            found.append(child)
    return found
