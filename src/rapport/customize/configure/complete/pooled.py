"""The tree and the neighbours together: their logarithmic pool; Genest and Zidek, Statistical Science 1(1), 1986.

The tree sees what goes with what among all, the neighbours what goes together in whole configurations; where both
agree the pool is surer than where one of them is alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rapport.customize.configure.complete.counted import Counted
from rapport.customize.configure.complete.neighbours import Neighbours
from rapport.customize.configure.complete.places import Floats
from rapport.customize.configure.complete.tree import Tree


class Pooled:
    """Their geometric mean, cell by cell."""

    def __init__(self, counted: Counted) -> None:
        self._places = counted.places
        self._parts = (Tree(counted), Neighbours(counted))

    def chances(self, evidence: Sequence[int]) -> Floats:
        """Shape (cells,)."""
        one, other = (part.chances(evidence) for part in self._parts)
        return self._places.normal(np.sqrt(one * other))
