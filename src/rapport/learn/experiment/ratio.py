"""Metrics that divide one sum by another, such as revenue an order, made into one value a customer.

Deng, Knoblich & Lu, "Applying the delta method in metric analytics" (KDD 2018), eq. 3: the ratio of the arm's sums
varies as the mean of R + (y - R·d)/E[d] does, whose mean is R itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]


def linearised(values: Floats, counts: Floats, arm: Ints, arms: int) -> Floats:
    """One value a customer whose mean in each arm is the arm's ratio; NaN throughout an arm that counted nothing.

    >>> linearised(np.array([10.0, 30.0]), np.array([1.0, 3.0]), np.array([0, 0]), 1)
    array([10., 10.])
    """
    made = np.full(len(values), np.nan)
    for place in range(arms):
        of = arm == place
        counted = counts[of].sum()
        if counted > 0:
            ratio = values[of].sum() / counted
            made[of] = ratio + (values[of] - ratio * counts[of]) / counts[of].mean()
    return made
