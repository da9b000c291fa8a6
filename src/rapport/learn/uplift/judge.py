"""Whether a learner tells apart who is changed: judged on customers that it did not learn from.

The best linear predictor of the true effect from the expected one (Chernozhukov, Demirer, Duflo, Fernández-Val,
Econometrica 93, 2025, section 3.1) has slope 1 where the expectation is right and 0 where it is noise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from rapport.core.statistics import Z_95
from rapport.learn.uplift.line import Line
from rapport.learn.uplift.outcomes import expected
from rapport.learn.uplift.scores import doubly_robust
from rapport.learn.uplift.trial import Floats, Trial

Learner = Callable[[Trial, int], Line]
FOLDS: Final = 3


class Slope(msgspec.Struct, frozen=True):
    """By how much the true effect rises when the expected one rises by 1, and its standard error."""

    value: float
    error: float

    @property
    def shown(self) -> bool:
        """Whether it is above 0 with 95% confidence, though the better of two was picked: 2.5% for each of them."""
        return self.value - Z_95 * self.error > 0.0


class Judged(msgspec.Struct, frozen=True):
    """One learner: what it expected of each decision, learnt from other customers, and how far that was right."""

    name: str
    effect: Floats
    loss: float
    """Mean squared distance from the doubly robust scores; only differences between learners mean anything."""
    slope: Slope | None
    """None where it tells nobody apart."""


def scores_of(trial: Trial, seed: int) -> Floats:
    """The doubly robust scores, with outcomes expected from other customers."""
    return doubly_robust(trial, *expected(trial, seed))


def judge(name: str, learner: Learner, trial: Trial, scores: Floats, seed: int) -> Judged:
    """Learns on the other folds' customers, and holds what is expected of each fold against its scores."""
    folds = trial.folds(FOLDS, seed)
    effect = np.empty(len(trial))
    for fold in range(FOLDS):
        inside = folds == fold
        effect[inside] = learner(trial.take(np.flatnonzero(~inside)), seed + fold).at(trial.x[inside])
    loss = float(((scores - effect) ** 2).mean())
    return Judged(name, effect, loss, _slope(effect, scores, trial.customer, folds))


def _slope(effect: Floats, scores: Floats, customer: np.ndarray, folds: np.ndarray) -> Slope | None:
    """Least squares within folds, with errors that take a customer's decisions together."""
    means = np.bincount(folds, weights=effect) / np.bincount(folds)
    heights = np.bincount(folds, weights=scores) / np.bincount(folds)
    away, gain = effect - means[folds], scores - heights[folds]
    spread = float((away**2).sum())
    if spread <= 1e-12 * len(effect):
        return None
    value = float((away * gain).sum()) / spread
    _, codes = np.unique(customer, return_inverse=True)
    sums = np.bincount(codes, weights=away * (gain - value * away))
    return Slope(value, float(np.sqrt((sums**2).sum())) / spread)
