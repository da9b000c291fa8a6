"""How much each answer weighs in a fit: less the older it is, and less while silence may still end."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PARTS: Final = (0.0, 0.5, 0.125)
"""Half-lives that are tried, as parts of the time that the answers span; 0 weighs all alike."""
WEIGHT_MIN: Final = 1e-6


def ageing(age_hours: Floats, half_life_hours: float) -> Floats:
    """2^(-age / half-life); a half-life of 0 weighs all alike.

    >>> ageing(np.array([0.0, 24.0]), 24.0), ageing(np.array([0.0, 24.0]), 0.0)
    (array([1. , 0.5]), array([1., 1.]))
    """
    return np.ones(age_hours.size) if half_life_hours <= 0.0 else np.exp2(-age_hours / half_life_hours)


def patience(accepted: Mask, closed: Mask, arrived: Floats) -> Floats:
    """Acceptances weigh 1; no acceptance weighs as much as of those who accept would have done so by now.

    ``arrived`` is that share for each offer. So an acceptance that is still to come is hardly learnt as a refusal, and
    the early acceptances of recent offers do not look like high chances.

    >>> patience(np.array([True, False, False]), np.array([False, False, True]), np.array([0.1, 0.25, 0.5]))
    array([1.  , 0.25, 1.  ])
    """
    return np.where(accepted | closed, 1.0, arrived)
