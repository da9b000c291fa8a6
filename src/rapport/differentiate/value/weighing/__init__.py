"""How the indicators of a dimension are weighed; one technique a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.value.weighing import ahp, entropy, equal, manual
from rapport.differentiate.value.weighing.weighed import Weighed
from rapport.workspace.value import Dimension, Weighting


class Weigh(Protocol):
    """Finds the weights of a dimension's indicators."""

    def __call__(self, dimension: Dimension, scores: NDArray[np.float64]) -> Weighed:
        """``scores`` are the sample's, one row an indicator, in the dimension's order; no NaN."""


WEIGHINGS: Final[Mapping[Weighting, Weigh]] = {
    "equal": equal.weigh,
    "manual": manual.weigh,
    "ahp": ahp.weigh,
    "entropy": entropy.weigh,
}

__all__ = ["WEIGHINGS", "Weigh", "Weighed"]
