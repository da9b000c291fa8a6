"""Doubly robust scores: one noisy, unbiased reading a decision of what the offer added."""

from __future__ import annotations

import numpy as np

from rapport.learn.uplift.trial import Floats, Trial


def doubly_robust(trial: Trial, without: Floats, given: Floats) -> Floats:
    """ψ = μ1 - μ0 + T(Y - μ1)/e - (1 - T)(Y - μ0)/(1 - e), with the logged chance e (Robins, Rotnitzky, Zhao 1994).

    Right on average whatever μ0 and μ1 are, because e is known and not estimated.
    """
    residue = trial.outcome - np.where(trial.shown, given, without)
    chance = np.where(trial.shown, trial.chance, trial.chance - 1.0)
    scores: Floats = given - without + residue / chance
    return scores


def mean_effect(scores: Floats, customer: np.ndarray) -> tuple[float, float]:
    """The mean of the scores and its standard error, a customer's decisions taken together.

    >>> mean_effect(np.array([1.0, 0.0, 1.0, 0.0]), np.array([1, 1, 2, 2]))
    (0.5, 0.0)
    """
    mean = float(scores.mean())
    _, codes = np.unique(customer, return_inverse=True)
    sums = np.bincount(codes, weights=scores - mean)
    return mean, float(np.sqrt((sums**2).sum()) / len(scores))
