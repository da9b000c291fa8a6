"""The Qini curve: what is gained by offering to the most changed share of customers first.

Radcliffe, Using control groups to target on predicted lift (2007), with doubly robust scores in the place of raw
counts, so that unequal chances of being shown do no harm (Yadlowsky et al., arXiv 2111.07966).
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from rapport.learn.uplift.trial import Floats

REPLICATES: Final = 200
POINTS: Final = 21


class Qini(msgspec.Struct, frozen=True):
    """``gain`` at each of ``share``: outcomes added a decision when only that share gets the offer.

    ``coefficient`` is the area between the curve and the straight line to its end (offering at random).
    """

    share: list[float]
    gain: list[float]
    coefficient: float
    low: float
    high: float
    """95% interval of the coefficient, by a Bayesian bootstrap over customers."""


def qini(effect: Floats, scores: Floats, customer: np.ndarray, seed: int) -> Qini:
    """The curve of offering in the order of the expected ``effect``, learnt from others; ``scores`` tell the truth."""
    order = np.argsort(-effect, kind="stable")
    ranked = scores[order]
    share = np.linspace(0.0, 1.0, POINTS)
    gain = np.concatenate([[0.0], np.cumsum(ranked)]) / len(ranked)
    _, codes = np.unique(customer[order], return_inverse=True)
    rng = np.random.default_rng(seed)
    spread = [_area(ranked, rng.exponential(size=codes.max() + 1)[codes]) for _ in range(REPLICATES)]
    low, high = np.quantile(spread, [0.025, 0.975])
    at = np.interp(share, np.linspace(0.0, 1.0, len(gain)), gain)
    return Qini(share.tolist(), at.tolist(), _area(ranked, np.ones(len(ranked))), float(low), float(high))


def _area(ranked: Floats, weight: Floats) -> float:
    """The area between the curve and the line, decisions weighted; shares are shares of the weight."""
    total = weight.sum()
    share = np.cumsum(weight) / total
    gain = np.cumsum(ranked * weight) / total
    # Midpoints, so that a constant effect has no area.
    width, height = weight / total, gain - 0.5 * ranked * weight / total
    return float((width * height).sum() - 0.5 * gain[-1] * share[-1])
