"""A forest as sets of leaves, for the kernel: which leaves each node takes away from who goes right."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rapport.core.errors import InvalidInput
from rapport.customize.boosted.trees import LEAF, Forest
from rapport.customize.kernels import walk

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint32]

LEAVES_MAX: Final = 32
"""A set of leaves is 32 bits."""


class Nodes(NamedTuple):
    """Nodes side by side: of which tree, what they ask, and the leaves that stay for who goes right."""

    tree: Places
    feature: Places
    threshold: Floats
    missing_left: npt.NDArray[np.uint8]
    subset: Places
    kept: Bits


class Scorer:
    """One forest, compiled; ``own_place`` says in which row of a candidate's own inputs an input lies, -1: shared."""

    def __init__(self, forest: Forest, own_place: Places) -> None:
        self.baseline, self.sets = forest.baseline, forest.sets
        kept, self.leaves = _leaves(forest)
        inner = np.flatnonzero(forest.feature != LEAF)
        tree = np.searchsorted(forest.roots, inner, side="right") - 1
        own = own_place[forest.feature[inner]] >= 0
        self.parting: Places = np.unique(tree[own]).astype(np.int32)
        self._spans, self._shared = _by_input(forest, inner[~own], tree[~own], kept)
        rows = np.searchsorted(self.parting, tree[own])
        self._own = _nodes(forest, inner[own], rows, kept, own_place[forest.feature[inner[own]]])

    def reachable(self, own: Floats) -> Bits:
        """The leaves that candidates may reach in the trees where they part; ``own`` is (own inputs, candidates)."""
        out: Bits = np.empty((self.parting.size, own.shape[1]), dtype=np.uint32)
        walk().reachable(*self._own, self.sets, own, out)
        return out

    def logits(self, shared: Floats, reached: Bits) -> Floats:
        """The logit of each candidate, with what they have in common, shape (inputs,)."""
        out: Floats = np.full(reached.shape[1], self.baseline)
        kernel = walk()
        tree, _, *asked = self._shared
        kernel.score(
            self._spans, tree, *asked, self.sets, shared, self.leaves, self.parting, reached, kernel.FIRST_BIT, out
        )
        return out


def _nodes(forest: Forest, chosen: npt.NDArray[Any], tree: npt.NDArray[Any], kept: Bits, asked: Places) -> Nodes:
    return Nodes(
        tree.astype(np.int32),
        asked.astype(np.int32),
        forest.threshold[chosen],
        forest.missing_left[chosen],
        forest.subset[chosen],
        kept[chosen],
    )


def _by_input(forest: Forest, chosen: npt.NDArray[Any], tree: npt.NDArray[Any], kept: Bits) -> tuple[Places, Nodes]:
    """The nodes by input and threshold, and where those of each input lie, shape (inputs asked about, 3)."""
    order = np.lexsort((forest.threshold[chosen], forest.feature[chosen]))
    nodes = _nodes(forest, chosen[order], tree[order], kept, forest.feature[chosen[order]])
    asked, first, count = np.unique(nodes.feature, return_index=True, return_counts=True)
    return np.stack([asked, first, first + count], axis=1).astype(np.int32).reshape(-1, 3), nodes


def _leaves(forest: Forest) -> tuple[Bits, Floats]:
    """For each node the leaves that are not under its left child, and the leaves' values, shape (trees, 32)."""
    kept = np.full(forest.feature.size, 0xFFFFFFFF, dtype=np.uint32)
    values = np.zeros((forest.trees, LEAVES_MAX))
    for tree, root in enumerate(forest.roots.tolist()):
        _number(forest, root, tree, 0, kept, values)
    return kept, values


def _number(forest: Forest, node: int, tree: int, first: int, kept: Bits, values: Floats) -> int:  # noqa: PLR0917
    """Numbers the leaves under a node from ``first`` on; returns the number after the last."""
    if forest.feature[node] == LEAF:
        if first >= LEAVES_MAX:
            hint = "run rapport model refit"
            raise InvalidInput(f"a tree of more than {LEAVES_MAX} leaves", where="boosted", hint=hint)
        values[tree, first] = forest.value[node]
        return first + 1
    middle = _number(forest, int(forest.left[node]), tree, first, kept, values)
    kept[node] = np.uint32(0xFFFFFFFF & ~((1 << middle) - (1 << first)))
    return _number(forest, int(forest.right[node]), tree, middle, kept, values)
