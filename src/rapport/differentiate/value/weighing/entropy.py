"""Weights by how much the indicators tell customers apart: Shannon's entropy, with a cap.

Hwang & Yoon, "Multiple Attribute Decision Making" (1981), the entropy method: p_ij = x_ij / Σ_i x_ij for the m
customers i and the indicators j, E_j = -Σ_i p_ij ln p_ij / ln m, w_j = (1 - E_j) / Σ_k (1 - E_k).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.value.weighing.weighed import Weighed
from rapport.workspace.value import Dimension

_NOTHING = 1e-12
"""Entropies so close to 1 are 1: what is left is the error of adding."""


def weigh(dimension: Dimension, scores: NDArray[np.float64]) -> Weighed:
    """Entropy weights of the scores, none above ``cap``."""
    weights, over = capped(entropy_weights(scores), dimension.cap)
    names = list(dimension.indicators)
    return Weighed(weights.tolist(), capped=[names[place] for place in over])


def entropy_weights(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """One weight a row of scores (indicators × customers, not negative); all alike where none tells anybody apart.

    >>> entropy_weights(np.array([[0.5, 0.5, 0.5], [0.1, 0.2, 0.9]])).round(3)
    array([0., 1.])
    """
    indicators, customers = scores.shape
    sums = scores.sum(axis=1, keepdims=True)
    if customers < 2:
        return np.full(indicators, 1.0 / indicators)
    shares = np.divide(scores, sums, out=np.full(scores.shape, 1.0 / customers), where=sums > 0.0)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0.0)
    spread = 1.0 + (shares * logs).sum(axis=1) / np.log(customers)
    spread[spread < _NOTHING] = 0.0
    whole = spread.sum()
    return spread / whole if whole > 0.0 else np.full(indicators, 1.0 / indicators)


def capped(weights: NDArray[np.float64], cap: float) -> tuple[NDArray[np.float64], list[int]]:
    """Weights of which none exceeds the cap: what is cut off goes to the others in proportion. And who was cut.

    >>> capped(np.array([0.6, 0.3, 0.1]), cap=0.5)
    (array([0.5  , 0.375, 0.125]), [0])
    """
    count = len(weights)
    if cap * count <= 1.0:
        return np.full(count, 1.0 / count), list(np.flatnonzero(weights > 1.0 / count))
    over = np.zeros(count, dtype=bool)
    held = weights.copy()
    while (high := ~over & (held > cap + _NOTHING)).any():
        over |= high
        left, rest = 1.0 - cap * over.sum(), weights[~over].sum()
        held = np.where(over, cap, weights * (left / rest) if rest > 0.0 else left / (~over).sum())
    return held, [int(place) for place in np.flatnonzero(over)]
