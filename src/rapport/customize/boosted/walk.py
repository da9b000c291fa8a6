"""The compiled walk: every tree once for all candidates of a decision. Imported through ``kernels``.

Where a tree asks about the customer or the moment, all candidates at that node go the same way; only where it asks
about the action do they part. So a tree costs one descent, and a part of one for each way that candidates go.
"""

# ruff: noqa: PLR0917 - kernels take arrays by position
from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]

_compile = numba.njit(cache=True, error_model="numpy")


def _left(
    value: float, node: int, threshold: Floats, missing_left: npt.NDArray[np.uint8], subset: Places,
    sets: npt.NDArray[np.uint32],
) -> bool:  # fmt: skip
    """Whether a value goes left at a node."""
    if math.isnan(value):
        return bool(missing_left[node] == 1)
    if subset[node] < 0:
        return bool(value <= threshold[node])
    code = int(value)
    return bool((sets[subset[node], code >> 5] >> np.uint32(code & 31)) & np.uint32(1))


_goes_left = _compile(_left)


def _walk(
    feature: Places, threshold: Floats, left: Places, right: Places, missing_left: npt.NDArray[np.uint8],
    subset: Places, value: Floats, roots: Places, sets: npt.NDArray[np.uint32], baseline: float, shared: Floats,
    own_place: Places, own: Floats, out: Floats,
) -> None:  # fmt: skip
    """Fills ``out`` with the logit of each candidate.

    ``shared`` (inputs,) is what all candidates have in common, ``own`` (own inputs, candidates) what they do not;
    ``own_place`` says in which row of ``own`` an input lies, -1 for one that is shared.
    """
    count = out.size
    order = np.arange(count).astype(np.int32)
    nodes, firsts, ends = np.empty(64, np.int32), np.empty(64, np.int32), np.empty(64, np.int32)
    out[:] = baseline
    for tree in range(roots.size):
        nodes[0], firsts[0], ends[0] = roots[tree], 0, count
        waiting = 1
        while waiting > 0:
            waiting -= 1
            node, first, end = nodes[waiting], firsts[waiting], ends[waiting]
            while feature[node] >= 0:
                asked = feature[node]
                row = own_place[asked]
                if row < 0:
                    goes = _goes_left(shared[asked], node, threshold, missing_left, subset, sets)
                    node = left[node] if goes else right[node]
                    continue
                middle, last = first, end
                while middle < last:
                    candidate = order[middle]
                    if _goes_left(own[row, candidate], node, threshold, missing_left, subset, sets):
                        middle += 1
                    else:
                        last -= 1
                        order[middle], order[last] = order[last], candidate
                if middle == first:
                    node = right[node]
                elif middle == end:
                    node = left[node]
                else:
                    nodes[waiting], firsts[waiting], ends[waiting] = right[node], middle, end
                    waiting += 1
                    node, end = left[node], middle
            for place in range(first, end):
                out[order[place]] += value[node]


walk = _compile(_walk)
