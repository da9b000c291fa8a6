"""Compiled kernel of the rounding: gives offers out one customer after another, while there is anything left.

Beside ``dual``'s terms, ``left`` (rows,) is what is left of each resource, and of each floor how many more than it asks
for were given. ``chosen`` (customers, cap) are the offers given so far, -1 for none.
"""

# ruff: noqa: PLR0917, C901, PLR0912, SIM110 - kernels take arrays by position, are one loop each, know no any()
from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
TAKE, FILL, OBLIGE = 0, 1, 2
_compile = numba.njit(cache=True, error_model="numpy")


def _book(left: Floats, j: int, u: float, kind: int, starts: Places, rows: Places, coefs: Floats, member: Any,
          scaled: int, sign: float) -> None:  # fmt: skip
    """Takes an offer's use out of what is left (sign 1), or puts it back (sign -1)."""
    for p in range(starts[j], starts[j + 1]):
        if rows[p] < scaled:
            left[rows[p]] -= sign * coefs[p] * u
        elif member[kind, rows[p] - scaled]:
            left[rows[p]] -= sign * coefs[p]


book = _compile(_book)


def _fits(left: Floats, j: int, u: float, starts: Places, rows: Places, coefs: Floats, scaled: int) -> bool:
    """Whether every resource still holds what an offer uses."""
    for p in range(starts[j], starts[j + 1]):
        if rows[p] < scaled and coefs[p] * u > left[rows[p]]:
            return False
    return True


fits = _compile(_fits)


def _owes(left: Floats, kind: int, member: Any, scaled: int) -> bool:
    """Whether a floor of the customer's was met before and no longer is."""
    for g in range(member.shape[1]):
        if member[kind, g] and left[scaled + g] < 0.0:
            return True
    return False


owes = _compile(_owes)


def _counts(left: Floats, j: int, kind: int, starts: Places, rows: Places, member: Any, scaled: int) -> bool:
    """Whether an offer counts for a floor of the customer's that is not met yet."""
    for p in range(starts[j], starts[j + 1]):
        if rows[p] >= scaled and member[kind, rows[p] - scaled] and left[rows[p]] < 0.0:
            return True
    return False


counts = _compile(_counts)


def _give(values: Any, chances: Any, classes: Any, caps: Any, cap_max: int, price: Floats, bonus: Floats,
          starts: Places, rows: Places, coefs: Floats, member: Any, scaled: int, only: Any, reach: float, how: int,
          left: Floats, chosen: Any) -> int:  # fmt: skip
    """Goes through the customers of the classes in ``only`` once, changes ``chosen`` and ``left``; counts changes.

    ``TAKE``: empty places take the offer with the highest reduced gain above 0 that fits. Otherwise a place changes to
    the fitting offer with the highest reduced gain, if that is at most ``reach`` lower: ``FILL``, among those that
    truly earn more, where no floor that was met breaks; ``OBLIGE``, among those that a floor still asks for.
    """
    fill, oblige = how == FILL, how == OBLIGE
    width = values.shape[1]
    always = chances.shape[0] == 0
    changed = 0
    for i in range(values.shape[0]):
        kind = classes[i] if classes.size else 0
        cap = min(cap_max, caps[i]) if caps.size else cap_max
        if not only[kind]:
            continue
        for a in range(cap):
            old = chosen[i, a]
            if old >= 0 and (how == TAKE or (oblige and counts(left, old, kind, starts, rows, member, scaled))):
                continue
            had, held = 0.0, 0.0
            if old >= 0:
                u = 1.0 if always else chances[i, old]
                had, held = values[i, old], values[i, old] - u * price[old] + bonus[kind, old]
                book(left, old, u, kind, starts, rows, coefs, member, scaled, -1.0)
            least = held - reach if how != TAKE else 0.0
            best, most = -1, least
            for j in range(width):
                u = 1.0 if always else chances[i, j]
                gain = values[i, j] - u * price[j] + bonus[kind, j]
                if gain < most or (gain == most and (best >= 0 or how == TAKE)) or (fill and values[i, j] <= had):
                    continue
                if oblige and (gain == -np.inf or not counts(left, j, kind, starts, rows, member, scaled)):
                    continue
                taken = False
                for b in range(cap):
                    taken = taken or chosen[i, b] == j
                if taken or not fits(left, j, u, starts, rows, coefs, scaled):
                    continue
                best, most = j, gain
            if best >= 0:
                u = 1.0 if always else chances[i, best]
                book(left, best, u, kind, starts, rows, coefs, member, scaled, 1.0)
                if not (fill and old >= 0 and owes(left, kind, member, scaled)):
                    chosen[i, a] = best
                    changed += 1
                    continue
                book(left, best, u, kind, starts, rows, coefs, member, scaled, -1.0)
            if old >= 0:
                u = 1.0 if always else chances[i, old]
                book(left, old, u, kind, starts, rows, coefs, member, scaled, 1.0)
    return changed


give = _compile(_give)
