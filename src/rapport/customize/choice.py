"""Thompson sampling with a floor, and the exact probability of every pick it makes.

Each candidate's logit is sampled, z ~ N(mean, spread²), independently; the pick is the candidate with the largest
σ(z)·weight (Chapelle and Li 2011). With probability ``floor`` the pick is instead uniform over all candidates, so
that every eligible action keeps support for off-policy evaluation. A list is picked one after another with fresh
noise, and the probability of each pick given those before it is known exactly; what a pick takes from the rest of its
list (``Apart``) is part of what is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.customize.kernels import sampling

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


class Apart(NamedTuple):
    """What keeps the picks of a list apart, one number a candidate, -1 for none."""

    groups: Places
    """After a pick, the others of its group are out."""
    kinds: Places
    """After a pick, the others of its kind weigh ``again`` times as much, if they weigh more than 0."""
    again: float = 1.0
    """At 0 they are out."""


class Picks(msgspec.Struct, frozen=True):
    """What was drawn: positions in order, the chance of each given those before, and the first pick's distribution."""

    positions: list[int]
    conditional: list[float]
    first: list[float]


def pick(
    mean: Sequence[float] | Floats,
    spread: Sequence[float] | Floats,
    weight: Sequence[float] | Floats,
    *,
    floor: float,
    seed: int,
    limit: int = 1,
    apart: Apart | None = None,
) -> Picks:
    """Draws up to ``limit`` different candidates.

    ``mean`` and ``spread`` are logits, ``weight`` is value × context × lever (0 and negative weights never beat a
    positive one, except through the floor). The same seed draws the same picks on every machine.

    >>> drawn = pick([0.0, 0.0], [0.5, 0.5], [1.0, 1.0], floor=0.02, seed=7)
    >>> [round(chance, 9) for chance in drawn.first]
    [0.5, 0.5]
    """
    if len(mean) == 0:
        return Picks([], [], [])
    means, spreads, weights = (np.array(numbers, dtype=np.float64) for numbers in (mean, spread, weight))
    return draw(means, spreads, weights, floor=floor, seed=seed, limit=limit, apart=apart)


def draw(
    mean: Floats, spread: Floats, weight: Floats, *, floor: float, seed: int, limit: int, apart: Apart | None = None
) -> Picks:
    """``pick`` for arrays of float64 that are not empty: what a decision calls."""
    first = np.empty(weight.size)
    groups, kinds, again = _strangers(weight.size) if apart is None else apart
    positions, conditional = sampling().rank(
        mean, spread, weight, floor, seed, min(limit, weight.size), first, groups, kinds, again
    )
    return Picks(positions.tolist(), conditional.tolist(), first.tolist())


@lru_cache(maxsize=256)
def _strangers(count: int) -> Apart:
    """So many candidates whom nothing keeps apart; made once, because a decision waits for it."""
    none = np.full(count, -1)
    return Apart(none, none)


def probabilities(
    mean: Sequence[float] | Floats, spread: Sequence[float] | Floats, weight: Sequence[float] | Floats, *, floor: float
) -> list[float]:
    """The exact chance of each candidate to be picked first.

    >>> probabilities([3.0], [0.1], [1.0], floor=0.02)
    [1.0]
    """
    return pick(mean, spread, weight, floor=floor, seed=0).first
