"""Compiled kernel of the dual: what every customer takes at given prices, and how that would move with them.

At prices y ≥ 0 of the rows (resources and floors) a customer is offered the best c of the offers whose reduced gain
r_ij = v_ij - Σ_k y_k a_kj u_ij is above 0. The dual function D(y) = Σ_i Σ_taken r_ij + Σ_k y_k b_k is convex, at least
what any plan earns, and has the subgradient b - use (Fisher 1981, "The Lagrangian relaxation method for solving
integer programming problems", eqs. 5-7).
"""

# ruff: noqa: PLR0917, C901 - kernels take arrays by position, and are one loop each
from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
_compile = numba.njit(cache=True, error_model="numpy")
BLOCK = 1024
"""So many customers are summed up at a time; the blocks' sums are added exactly afterwards."""


def _take(reduced: Floats, best: Floats, which: Places, cap: int) -> tuple[int, float]:
    """The ``cap`` + 1 highest reduced gains above 0 into ``best`` and ``which`` (0 and -1 where there are fewer).

    Also the highest one that is not above 0, and its size.
    """
    near, close = -1, -np.inf
    for a in range(cap + 1):
        best[a], which[a] = 0.0, -1
    for j in range(reduced.size):
        gain = reduced[j]
        if gain > best[cap]:
            a = cap
            while a > 0 and gain > best[a - 1]:
                best[a], which[a] = best[a - 1], which[a - 1]
                a -= 1
            best[a], which[a] = gain, j
        elif gain <= 0.0 and gain > close:
            near, close = j, gain
    return near, close


take = _compile(_take)


def _lean(out: int, into: int, u_out: float, u_into: float, kind: int, starts: Places, rows: Places, coefs: Floats,
          member: Any, scaled: int, weight: float, places: Places, moves: Floats,
          curvature: Floats) -> None:  # fmt: skip
    """Adds to the curvature what a customer at the margin moves from one offer (-1: none) to another."""
    n = 0
    for sign in (1.0, -1.0):
        j, u = (out, u_out) if sign > 0 else (into, u_into)
        if j < 0:
            continue
        for p in range(starts[j], starts[j + 1]):
            k = rows[p]
            if k < scaled:
                places[n], moves[n] = k, sign * coefs[p] * u
                n += 1
            elif member[kind, k - scaled]:
                places[n], moves[n] = k, sign * coefs[p]
                n += 1
    for a in range(n):
        for b in range(n):
            curvature[places[a], places[b]] += weight * moves[a] * moves[b]


lean = _compile(_lean)


def _sweep(values: Any, chances: Any, classes: Any, caps: Any, cap_max: int, price: Floats, bonus: Floats,
           starts: Places, rows: Places, coefs: Floats, member: Any, scaled: int, window: float, use: Floats,
           curvature: Floats, sums: Floats) -> int:  # fmt: skip
    """One pass over some customers: adds to ``use`` and ``curvature``, fills ``sums`` (one a block); counts margins.

    ``price`` (offers,) times the chance and minus ``bonus`` (classes, offers) is what an offer costs.
    ``rows[starts[j]:starts[j + 1]]`` are the rows that offer j adds to, by ``coefs``; those before ``scaled`` times
    its chance, the others if the customer is a member. A customer whose last offer leads the next by less than
    ``window`` is at the margin; 0 looks for none.
    """
    count, width = values.shape
    reduced, best, which = np.empty(width), np.empty(cap_max + 1), np.empty(cap_max + 1, dtype=np.int64)
    places, moves = np.empty(2 * rows.size + 2, dtype=np.int64), np.empty(2 * rows.size + 2)
    always = chances.shape[0] == 0
    sums[:] = 0.0
    margins = 0
    for i in range(count):
        kind = classes[i] if classes.size else 0
        cap = min(cap_max, caps[i]) if caps.size else cap_max
        if cap <= 0:
            continue
        for j in range(width):
            u = 1.0 if always else chances[i, j]
            reduced[j] = values[i, j] - u * price[j] + bonus[kind, j]
        near, close = take(reduced, best, which, cap)
        total, taken = 0.0, 0
        while taken < cap and which[taken] >= 0:
            j = which[taken]
            u = 1.0 if always else chances[i, j]
            total += best[taken]
            for p in range(starts[j], starts[j + 1]):
                if rows[p] < scaled:
                    use[rows[p]] += coefs[p] * u
                elif member[kind, rows[p] - scaled]:
                    use[rows[p]] += coefs[p]
            taken += 1
        sums[i // BLOCK] += total
        if window <= 0.0:
            continue
        if taken > 0 and best[taken - 1] - best[taken] * (taken == cap) < window:
            j = which[taken - 1]
            m = which[taken] if taken == cap else -1
            lean(j, m, 1.0 if always else chances[i, j], 1.0 if always or m < 0 else chances[i, m], kind, starts, rows,
                 coefs, member, scaled, 1.0 / window, places, moves, curvature)  # fmt: skip
            margins += 1
        if taken < cap and near >= 0 and -close < window:
            lean(-1, near, 1.0, 1.0 if always else chances[i, near], kind, starts, rows, coefs, member, scaled,
                 1.0 / window, places, moves, curvature)  # fmt: skip
            margins += 1
    return margins


sweep = _compile(_sweep)
