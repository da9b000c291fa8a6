"""The doubly robust learner: a line through the doubly robust scores (Kennedy 2020, arXiv 2004.14497, algorithm 1)."""

from __future__ import annotations

from rapport.learn.uplift import line
from rapport.learn.uplift.outcomes import expected
from rapport.learn.uplift.scores import doubly_robust
from rapport.learn.uplift.trial import Trial


def learn(trial: Trial, seed: int) -> line.Line:
    """What the offer adds, as a line through the customers' columns."""
    return line.fit(trial.x, doubly_robust(trial, *expected(trial, seed)))
