"""Which two options to show next, or why no further question is asked.

Pairs of real options are compared by what their answer is worth to decisions (``worth.gains``). Adaptive choice-based
conjoint analysis picks pairs by what they teach of the parameters instead (Toubia, Hauser & Simester 2004; Saure &
Vielma 2019); benchmarks/game.py compares the two.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rapport.customize.elicit import worth
from rapport.customize.elicit.belief import SLOPE, Belief
from rapport.customize.elicit.worth import Running

Floats = NDArray[np.float64]

OPTIONS_MAX: Final = 16
"""So many options are paired with one another: 120 pairs."""
KNOWN: Final = 0.95
"""An answer that is as sure beforehand is not asked for: one option dominates the other."""
AS_GOOD: Final = 0.9
"""Among pairs worth nearly as much as the best, those whose options were not shown of late come first."""


class Asked(NamedTuple):
    """The next pair, as places among the options, or none and why; ``gain`` is the share of what is earned now."""

    this: int
    that: int
    gain: float
    because: str = ""


NOTHING: Final = -1


def next_pair(
    belief: Belief,
    options: Floats,
    slots: Sequence[Running],
    *,
    shown: Sequence[tuple[int, int]] = (),
    gain_min: float,
) -> Asked:
    """The pair of ``options`` (k × d) that raises most what the slots' decisions earn, by the belief so far.

    ``shown`` are the pairs before, as places, the oldest first (-1: an option that is no longer there); none comes
    twice. None is asked where no answer would raise what is earned now by the share ``gain_min``.
    """
    running = [worth.rivals(belief, one) for one in slots if one.weight.size > 1]
    if not running:
        return Asked(NOTHING, NOTHING, 0.0, "there is no choice between offers, so no answer would change one")
    pairs = _pairs(belief, options, running, shown)
    if not pairs.size:
        return Asked(NOTHING, NOTHING, 0.0, "no two options are left that differ and whose answer is not known")
    now = worth.best(belief, running)
    gained = worth.gains(belief, running, options[pairs[:, 0]] - options[pairs[:, 1]]) / max(now, 1e-12)
    place = _freshest(pairs, gained, shown)
    this, that = pairs[place].tolist()
    if gained.max() < gain_min:
        return Asked(NOTHING, NOTHING, float(gained.max()), "no answer would change what is offered")
    return Asked(this, that, float(gained[place]))


def _pairs(
    belief: Belief, options: Floats, slots: Sequence[Running], shown: Collection[tuple[int, int]]
) -> NDArray[np.int64]:
    """Pairs that differ, whose answer is open, and that were not shown: P × 2 places."""
    kept = _promising(belief, options, slots)
    first, second = (kept[one] for one in np.triu_indices(kept.size, 1))
    before = {frozenset(pair) for pair in shown}
    new = [frozenset(pair) not in before for pair in zip(first.tolist(), second.tolist(), strict=True)]
    direction = options[first] - options[second]
    mean = direction @ belief.mean
    variance = np.einsum("pd,pd->p", direction @ belief.covariance, direction)
    chance = 1.0 / (1.0 + np.exp(-SLOPE * mean / np.sqrt(1.0 + np.pi * SLOPE**2 * variance / 8.0)))
    open_ = (np.abs(direction).sum(axis=1) > 1e-9) & (np.abs(chance - 0.5) <= KNOWN - 0.5) & np.array(new, dtype=bool)
    return np.stack([first[open_], second[open_]], axis=1)


def _promising(belief: Belief, options: Floats, slots: Sequence[Running]) -> NDArray[np.int64]:
    """Options that differ from one another, those first of whose utility most hangs on in decisions."""
    distinct = np.sort(np.unique(options, axis=0, return_index=True)[1])
    if distinct.size <= OPTIONS_MAX:
        return distinct
    middle = options.mean(axis=0)
    gained = worth.gains(belief, slots, options[distinct] - middle)
    return np.sort(distinct[np.argsort(-gained, kind="stable")[:OPTIONS_MAX]])


def _freshest(pairs: NDArray[np.int64], gained: Floats, shown: Sequence[tuple[int, int]]) -> int:
    """Of the pairs worth nearly as much as the best, the one whose options were shown least of late."""
    last = {option: turn for turn, pair in enumerate(shown, start=1) for option in pair}
    good = np.flatnonzero(gained >= AS_GOOD * gained.max()).tolist()
    return min(good, key=lambda one: (sum(last.get(int(n), 0) for n in pairs[one]), -gained[one], one))
