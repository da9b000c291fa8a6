"""Scores as log-odds: how much likelier one item of a list is taken than another.

A conditional logit (McFadden 1974) over the lists of customers who then took something of them: P(i) ∝ exp(β·u_i), with
u the ln of the score beside the list's best. A prior of β ~ N(0, 1) keeps few answers from claiming much.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

OFFERED: Final = 50
LOWEST: Final = -4.0
"""A score of less than e⁻⁴ of the best counts as that."""
_STEPS: Final = 20


def utility(scores: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """ln of scores beside the best along the last axis.

    >>> utility(np.array([1.0, 0.0])).tolist()
    [0.0, -4.0]
    """
    top = np.maximum(scores.max(axis=-1, keepdims=True), 1e-12)
    found: npt.NDArray[np.float64] = np.log(np.maximum(scores / top, np.exp(LOWEST)))
    return found


def slope(scores: npt.NDArray[Any], taken: npt.NDArray[np.bool_]) -> float:
    """β of customers × places lists and what was taken of them, by Newton's steps; 0 where nothing was."""
    telling = taken.any(axis=1)
    u, y = utility(scores[telling]), taken[telling]
    many = y.sum(axis=1)
    beta = 0.0
    for _ in range(_STEPS if many.size else 0):
        weight = np.exp(beta * u - (beta * u).max(axis=1, keepdims=True))
        chance = weight / weight.sum(axis=1, keepdims=True)
        mean = (chance * u).sum(axis=1)
        gradient = float((y * u).sum() - (many * mean).sum()) - beta
        curvature = float((many * ((chance * u**2).sum(axis=1) - mean**2)).sum()) + 1.0
        beta += float(np.clip(gradient / curvature, -1.0, 1.0))
    return max(beta, 0.0)


def affinities(scores: npt.NDArray[Any], beta: float) -> npt.NDArray[np.float64]:
    """Logits of the items of one list, beside one another: their mean is 0.

    >>> affinities(np.array([2.0, 2.0]), 0.7).tolist()
    [0.0, 0.0]
    """
    logits = beta * utility(scores)
    found: npt.NDArray[np.float64] = logits - logits.mean()
    return found
