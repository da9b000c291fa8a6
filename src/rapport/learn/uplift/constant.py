"""The learner that tells nobody apart: the others must do better than it."""

from __future__ import annotations

from rapport.learn.uplift.line import Line
from rapport.learn.uplift.outcomes import expected
from rapport.learn.uplift.scores import doubly_robust
from rapport.learn.uplift.trial import Trial


def learn(trial: Trial, seed: int) -> Line:
    """The average effect, for everybody."""
    return Line(float(doubly_robust(trial, *expected(trial, seed)).mean()), [0.0] * trial.x.shape[1])
