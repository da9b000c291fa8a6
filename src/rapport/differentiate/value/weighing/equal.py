"""All indicators alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.value.weighing.weighed import Weighed
from rapport.workspace.value import Dimension


def weigh(dimension: Dimension, scores: NDArray[np.float64]) -> Weighed:
    """The same share for each."""
    count = len(dimension.indicators)
    return Weighed([1.0 / count] * count)
