"""The compiled scoring of all candidates of a decision. Imported through ``kernels``.

After Lucchese et al. (2015), "QuickScorer": a tree's leaves are numbered from the left, and each node that sends
somebody right takes the leaves under its left child out of a set of bits; the leaf reached is the first one left. Nodes
that ask about the customer or the moment are the same for all candidates and judged once; what the others leave of each
tree for a candidate depends on the candidate alone, and is kept where that stays the same (``reachable``).
"""

# ruff: noqa: PLR0917 - kernels take arrays by position
from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]
Bits = npt.NDArray[np.uint32]

_compile = numba.njit(cache=True, error_model="numpy")

FIRST_BIT = np.array(
    [0, 1, 28, 2, 29, 14, 24, 3, 30, 22, 20, 15, 25, 17, 4, 8, 31, 27, 13, 23, 21, 19, 16, 7, 26, 12, 18, 6, 11, 5, 10,
     9], dtype=np.int64,
)  # fmt: skip
"""Where the lowest set bit lies, by the top five bits of its product with a de Bruijn sequence (Leiserson 1998)."""


def _left(value: float, node: int, threshold: Floats, missing_left: npt.NDArray[np.uint8], subset: Places,
          sets: Bits) -> bool:  # fmt: skip
    """Whether a value goes left at a node."""
    if math.isnan(value):
        return bool(missing_left[node] == 1)
    if subset[node] < 0:
        return bool(value <= threshold[node])
    code = int(value)
    return bool((sets[subset[node], code >> 5] >> np.uint32(code & 31)) & np.uint32(1))


_goes_left = _compile(_left)


def _reachable(
    tree: Places, feature: Places, threshold: Floats, missing_left: npt.NDArray[np.uint8], subset: Places, kept: Bits,
    sets: Bits, own: Floats, out: Bits,
) -> None:  # fmt: skip
    """Fills ``out`` (trees, candidates) with the leaves that the candidates' own inputs leave; ``own`` (inputs, n)."""
    out[:] = np.uint32(0xFFFFFFFF)
    for node in range(tree.size):
        row = feature[node]
        for candidate in range(out.shape[1]):
            if not _goes_left(own[row, candidate], node, threshold, missing_left, subset, sets):
                out[tree[node], candidate] &= kept[node]


reachable = _compile(_reachable)


def _judge(
    spans: Places, tree: Places, threshold: Floats, missing_left: npt.NDArray[np.uint8], subset: Places, kept: Bits,
    sets: Bits, shared: Floats, left: Bits,
) -> None:  # fmt: skip
    """Takes out of ``left`` (trees,) what the shared inputs rule out.

    ``spans`` (spans, 3) holds an input and the first and last place of its nodes, which lie by threshold from the
    lowest: beyond the first that a number does not exceed, it goes left everywhere.
    """
    for one in range(spans.shape[0]):
        value, first, end = shared[spans[one, 0]], spans[one, 1], spans[one, 2]
        if math.isnan(value):
            for node in range(first, end):
                if missing_left[node] == 0:
                    left[tree[node]] &= kept[node]
        elif subset[first] < 0:
            for node in range(first, end):
                if value <= threshold[node]:
                    break
                left[tree[node]] &= kept[node]
        else:
            code = int(value)
            for node in range(first, end):
                if not (sets[subset[node], code >> 5] >> np.uint32(code & 31)) & np.uint32(1):
                    left[tree[node]] &= kept[node]


judge = _compile(_judge)


def _score(
    spans: Places, tree: Places, threshold: Floats, missing_left: npt.NDArray[np.uint8], subset: Places, kept: Bits,
    sets: Bits, shared: Floats, leaves: Floats, parting: Places, reached: Bits, first_bit: npt.NDArray[np.int64],
    out: Floats,
) -> None:  # fmt: skip
    """Adds to ``out`` (candidates,) the value of the leaf that each reaches in each tree.

    ``leaves`` is (trees, 32); ``parting`` are the trees in which candidates part, as ``reached`` (parting, n) tells;
    in all others they go together. The rest is as for ``judge``.
    """
    left = np.full(leaves.shape[0], np.uint32(0xFFFFFFFF))
    judge(spans, tree, threshold, missing_left, subset, kept, sets, shared, left)
    together = 0.0
    place = 0
    for one in range(left.size):
        if place < parting.size and parting[place] == one:
            for candidate in range(out.size):
                bits = left[one] & reached[place, candidate]
                low = bits & (~bits + np.uint32(1))
                out[candidate] += leaves[one, first_bit[np.uint32(low * np.uint32(0x077CB531)) >> np.uint32(27)]]
            place += 1
        else:
            bits = left[one]
            low = bits & (~bits + np.uint32(1))
            together += leaves[one, first_bit[np.uint32(low * np.uint32(0x077CB531)) >> np.uint32(27)]]
    for candidate in range(out.size):
        out[candidate] += together


score = _compile(_score)
