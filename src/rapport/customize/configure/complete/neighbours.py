"""What those took who picked alike: the nearest past configurations, leaning on a wider circle, leaning on all.

Each circle holds the configurations that share at least as many picks as the k-th nearest, ties with them. Its counts
are smoothed by the shares of the circle around it, with as much weight as ``LEAN`` configurations, as in interpolated
back-off; Witten and Bell, The Zero-Frequency Problem, IEEE Trans. Information Theory 37(4), 1991.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from rapport.customize.configure.complete.counted import Counted
from rapport.customize.configure.complete.places import Floats

CIRCLES: Final = (40, 10, 3)
"""From the widest to the nearest."""
LEAN: Final = 2.0


class Neighbours:
    """Looks the past through at every question: one pass over it, and one product for every circle."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._shares = counted.shares()

    def chances(self, evidence: Sequence[int]) -> Floats:
        """Shape (cells,)."""
        counted, shares = self._counted, self._shares
        if not evidence or not len(counted.rows):
            return shares
        agreeing = counted.agreeing(evidence)
        nearest = np.sort(agreeing)[::-1]
        for size in CIRCLES:
            if size >= len(nearest):
                continue
            weight = np.where(agreeing >= nearest[size - 1], counted.weight, 0.0)
            shares = (counted.sums(weight) + LEAN * shares) / (weight.sum() + LEAN)
        return shares
