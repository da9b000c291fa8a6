"""Each choice hangs on one other: the tree of the pairs that tell most of each other.

Chow and Liu, Approximating Discrete Probability Distributions with Dependence Trees, IEEE Trans. Information Theory
14(3), 1968; chances under picks are exact on the tree, by messages; Pearl, Reverend Bayes on Inference Engines, AAAI
1982.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.complete.counted import Counted
from rapport.customize.configure.complete.pairs import Pairs
from rapport.customize.configure.complete.places import Floats

_ROOT: Final = -1


@dataclass(frozen=True)
class Node:
    """One place of the tree; ``passing[i, j]`` is the chance of its cell j where its parent's is i."""

    cells: NDArray[np.intp]
    parent: int
    passing: Floats


class Tree:
    """Messages up to the root and down again at every question."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._shares = counted.shares()
        pairs = Pairs.of(counted)
        self._nodes = _grown(pairs)
        self._node_of = {int(cell): number for number, node in enumerate(self._nodes) for cell in node.cells}
        self._row = {int(cell): place for place, cell in enumerate(counted.varying)}
        # What the cells that nobody had keep for themselves is left out of the tree.
        self._kept = np.divide(self._shares[counted.varying], pairs.alone)

    def chances(self, evidence: Sequence[int]) -> Floats:
        """Shape (cells,)."""
        said = [self._row[cell] for cell in evidence if cell in self._row]
        if not said:
            return self._shares
        scores = self._shares.copy()
        scores[self._counted.varying] = self._passed(said) * self._kept
        return scores

    def _passed(self, said: Sequence[int]) -> Floats:
        """Shape (varying,): the chance of each cell under these."""
        belief, sent = self._upwards(said)
        chances = np.zeros(len(self._kept))
        for number, node in enumerate(self._nodes):
            if node.parent == _ROOT:
                above = node.passing[0]
            else:
                above = (chances[self._nodes[node.parent].cells] / sent[number]) @ node.passing
            here = above * belief[number]
            chances[node.cells] = here / here.sum()
        return chances

    def _upwards(self, said: Sequence[int]) -> tuple[list[Floats], list[Floats]]:
        """What speaks for each cell of a node from below, and what a node sent to its parent."""
        allowed = np.ones(len(self._kept))
        for cell in said:
            allowed[self._nodes[self._node_of[cell]].cells] = 0.0
        allowed[list(said)] = 1.0
        belief = [allowed[node.cells] for node in self._nodes]
        sent = [np.ones(1)] * len(self._nodes)
        for number in range(len(self._nodes) - 1, 0, -1):
            message = self._nodes[number].passing @ belief[number]
            sent[number] = message / message.max()
            belief[self._nodes[number].parent] = belief[self._nodes[number].parent] * sent[number]
        return belief, sent


def _grown(pairs: Pairs) -> list[Node]:
    """The tree of greatest mutual information, a parent always before its children; Prim's algorithm."""
    count = int(pairs.places.max()) + 1 if len(pairs.places) else 0
    cells = [np.flatnonzero(pairs.places == place) for place in range(count)]
    told = _mutual(pairs, count)
    best, above = np.full(count, -1.0), np.zeros(count, dtype=np.intp)
    number_of: dict[int, int] = {}
    nodes: list[Node] = []
    for _ in range(count):
        place = int(np.argmax(best)) if nodes else 0
        if nodes:
            nodes.append(_below(pairs, cells[place], cells[int(above[place])], number_of[int(above[place])]))
        else:
            nodes.append(Node(cells[0], _ROOT, pairs.alone[cells[0]][None]))
        number_of[place] = len(nodes) - 1
        closer = (told[place] > best) & ~np.isin(np.arange(count), list(number_of))
        best[closer], above[closer] = told[place][closer], place
        best[place] = -np.inf
    return nodes


def _below(pairs: Pairs, cells: NDArray[np.intp], above: NDArray[np.intp], parent: int) -> Node:
    joint = pairs.joint[np.ix_(above, cells)]
    return Node(cells, parent, joint / joint.sum(axis=1, keepdims=True))


def _mutual(pairs: Pairs, count: int) -> Floats:
    """Mutual information of every two places, shape (count, count), in nats."""
    terms = pairs.joint * np.log(pairs.joint / np.outer(pairs.alone, pairs.alone))
    belongs = np.zeros((len(pairs.places), count))
    belongs[np.arange(len(pairs.places)), pairs.places] = 1.0
    told: Floats = belongs.T @ terms @ belongs
    return told
