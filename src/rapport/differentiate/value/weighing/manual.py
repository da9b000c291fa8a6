"""Weights set by hand, in proportion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.value.weighing.weighed import Weighed
from rapport.workspace.value import Dimension


def weigh(dimension: Dimension, scores: NDArray[np.float64]) -> Weighed:
    """Each indicator's ``weight`` over their sum."""
    said = [one.weight for one in dimension.indicators.values()]
    whole = sum(said)
    return Weighed([weight / whole for weight in said])
