"""The X-learner (Künzel, Sekhon, Bickel, Yu, PNAS 116, 2019): each side imputes the other side's outcomes."""

from __future__ import annotations

import numpy as np

from rapport.learn.uplift import line
from rapport.learn.uplift.outcomes import expected
from rapport.learn.uplift.trial import Trial


def learn(trial: Trial, seed: int) -> line.Line:
    """What the offer adds: e·τ0 + (1 - e)·τ1, each a line through the imputed effects, e the mean logged chance."""
    without, given = expected(trial, seed)
    on, off = np.flatnonzero(trial.shown), np.flatnonzero(~trial.shown)
    treated = line.fit(trial.x[on], trial.outcome[on] - without[on])
    control = line.fit(trial.x[off], given[off] - trial.outcome[off])
    chance = float(trial.chance.mean())
    slopes = [chance * b + (1.0 - chance) * a for a, b in zip(treated.slopes, control.slopes, strict=True)]
    return line.Line(chance * control.intercept + (1.0 - chance) * treated.intercept, slopes)
