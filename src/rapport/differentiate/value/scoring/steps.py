"""One step up for each bound that is reached."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.value.model import Curve
from rapport.workspace.value import Indicator


def learn(indicator: Indicator, known: NDArray[np.float64]) -> Curve:
    """As many equal steps as there are ``bounds``.

    >>> learn(Indicator(of="orders", scoring="steps", bounds=[1, 5]), np.array([])).scores
    [0.0, 0.5, 1.0]
    """
    count = len(indicator.bounds)
    return Curve(list(indicator.bounds), [step / count for step in range(count + 1)], stepped=True)
