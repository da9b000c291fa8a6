"""How far a decision leans towards what the customer stated: a factor for each offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.elicit.belief import Belief

FACTOR_MAX: Final = 4.0
"""No picks raise or lower an offer by more."""
NOTICED: Final = 0.005
"""A smaller change of an offer's weight is left out."""


def factors(
    belief: Belief, names: Sequence[str], rows: NDArray[np.float64], base: NDArray[np.float64]
) -> Mapping[str, float]:
    """Offer → by how much its expected chance of acceptance changes with what was stated, where it does.

    ``base`` are the logits that the model expects: the belief is about what is beside them, so that a customer who
    states what the model knew already changes nothing.
    """
    lifted = (1.0 + np.exp(-base)) / (1.0 + np.exp(-base - rows @ belief.mean))
    bounded = np.clip(lifted, 1.0 / FACTOR_MAX, FACTOR_MAX)
    return {name: round(float(one), 6) for name, one in zip(names, bounded, strict=True) if abs(one - 1.0) > NOTICED}
