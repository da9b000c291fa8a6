"""How often two cells were taken together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.complete.counted import SMOOTHING, Counted
from rapport.customize.configure.complete.places import Floats

PAIRED_MAX: Final = 1_500
"""Of more varying cells pairs are not counted: the square of them takes long to count and to keep."""


@dataclass(frozen=True)
class Pairs:
    """``joint[i, j]`` is the smoothed probability of varying cells i and j together, consistent with ``alone``."""

    places: NDArray[np.int32]
    """Shape (varying,): the place of each, counted from 0 among the places that vary."""
    alone: Floats
    """Shape (varying,)."""
    joint: Floats
    """Shape (varying, varying)."""

    @staticmethod
    def of(counted: Counted) -> Pairs:
        """Counts of pairs, smoothed by what they would be if the two had nothing to do with each other."""
        alone = counted.shares()[counted.varying]
        _, places = np.unique(counted.places.of_cell[counted.varying], return_inverse=True)
        alone = alone / np.bincount(places, alone)[places]
        rows = counted.rows.astype(np.float64)
        together = rows.T @ (rows * counted.weight[:, None])
        joint = (together + SMOOTHING * np.outer(alone, alone)) / (counted.total + SMOOTHING)
        return Pairs(places.astype(np.int32), alone, joint)
