"""A decision diagram over groups of options → clauses: how tables and limits are written.

A diagram has layers; each looks at options of which at most one is chosen, and leads every node of it to a node of the
next. The clauses follow the path that a configuration takes; at every layer exactly one auxiliary variable holds, so
that each has one value per configuration; Abío, Gange, Mayer-Eichberger and Stuckey, On CNF Encodings of Decision
Diagrams, CPAIOR 2016.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rapport.customize.configure.clauses.formula import Writer

FALSE: Final = -1
"""The child that no configuration may reach. Every other child is a place in the next layer."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where a node leads: ``children[option]`` if that option is chosen, else ``other``."""

    other: int
    children: Mapping[int, int]


Layer = Sequence[Node]
"""The nodes of one layer; the first layer has one, and behind the last there is one place, 0, which is allowed."""


def reduced(layers: Sequence[Layer]) -> list[list[Node]]:
    """The same diagram with nodes that lead to the same places taken together, and dead ones led to ``FALSE``.

    Bryant, Graph-Based Algorithms for Boolean Function Manipulation, IEEE Transactions on Computers 35, 1986.
    """
    places: Sequence[int] = [0]
    found: list[list[Node]] = []
    for layer in reversed(layers):
        kept: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
        places = [_placed(node, places, kept) for node in layer]
        found.append([Node(other, dict(children)) for other, children in kept])
    found.reverse()
    return _reached(found) if places[0] != FALSE else [[Node(FALSE, {})]]


def _placed(node: Node, below: Sequence[int], kept: dict[tuple[int, tuple[tuple[int, int], ...]], int]) -> int:
    """The place of a node among the kept ones of its layer."""
    other = below[node.other] if node.other != FALSE else FALSE
    led = ((option, below[child] if child != FALSE else FALSE) for option, child in node.children.items())
    children = tuple(sorted((option, child) for option, child in led if child != other))
    if other == FALSE and not children:
        return FALSE
    return kept.setdefault((other, children), len(kept))


def _reached(layers: list[list[Node]]) -> list[list[Node]]:
    """Only what can be reached from the first node, renumbered."""
    places = {0: 0}
    found: list[list[Node]] = []
    for layer in layers:
        renumbered: dict[int, int] = {FALSE: FALSE}
        nodes = []
        for old in places:
            node = layer[old]
            for child in (node.other, *node.children.values()):
                renumbered.setdefault(child, len(renumbered) - 1)
            nodes.append(Node(renumbered[node.other], {one: renumbered[to] for one, to in node.children.items()}))
        found.append(nodes)
        places = {old: new for old, new in renumbered.items() if old != FALSE}
    return found


def require(writer: Writer, layers: Sequence[Layer]) -> None:
    """Clauses that keep exactly the configurations whose path never reaches ``FALSE``."""
    here: list[list[int]] = [[]]  # Of each node of the layer, the literals that hold together where the path is there.
    for depth, layer in enumerate(layers):
        width = 1 + max((child for node in layer for child in (node.other, *node.children.values())), default=0)
        last = depth == len(layers) - 1
        there = [[]] if last or width <= 1 else _states(writer, layer[0] if depth == 0 else None, width)
        for node, state in zip(layer, here, strict=True):
            _lead(writer, node, [-literal for literal in state], there)
        here = there


def _lead(writer: Writer, node: Node, unless: Sequence[int], there: Sequence[Sequence[int]]) -> None:
    """The clauses of one node: its choice leads there, ``unless`` the path is not at this node."""
    for option, child in node.children.items():
        _arrive(writer, [*unless, -option], child, there)
    _arrive(writer, [*unless, *node.children], node.other, there)


def _arrive(writer: Writer, unless: Sequence[int], child: int, there: Sequence[Sequence[int]]) -> None:
    if child == FALSE:
        writer.add(*unless)
        return
    for literal in there[child]:
        if -literal not in unless and literal not in unless:
            writer.add(*unless, literal)


def _states(writer: Writer, first: Node | None, width: int) -> list[list[int]]:
    """Of each place in a layer, the literal that holds exactly where the path is there."""
    if first is not None:
        return [[literal] for literal in _first_states(writer, first, width)]
    if width == 2:
        one = writer.fresh()
        return [[one], [-one]]
    fresh = [writer.fresh() for _ in range(width)]
    writer.at_most_one(fresh)
    return [[literal] for literal in fresh]


def _first_states(writer: Writer, node: Node, width: int) -> list[int]:
    """After the first layer a place follows from the options that lead to it."""
    leading: list[list[int]] = [[] for _ in range(width)]
    for option, child in node.children.items():
        if child != FALSE:
            leading[child].append(option)
    return [
        -writer.define_or(list(node.children)) if place == node.other else writer.define_or(options)
        for place, options in enumerate(leading)
    ]
