"""A straight line through a customer's columns: what both learners end in, because it can be told and applied live."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np

from rapport.learn.uplift.trial import Floats

LOGIT_MAX: Final = 12.0
PENALTIES: Final = tuple(float(one) for one in 10.0 ** np.arange(0, 6))


class Line(msgspec.Struct, frozen=True):
    """intercept + x · slopes."""

    intercept: float
    slopes: list[float]

    def at(self, x: Floats) -> Floats:
        """The line's height for n × d inputs; summed column by column, so that one row reads as in a crowd."""
        heights = np.full(len(x), self.intercept)
        for place, slope in enumerate(self.slopes):
            heights += slope * x[:, place]
        return heights

    def chance(self, x: Floats) -> Floats:
        """The height read as a logit: a chance between 0 and 1, neither included."""
        chances: Floats = 1.0 / (1.0 + np.exp(-np.clip(self.at(x), -LOGIT_MAX, LOGIT_MAX)))
        return chances


def fit(x: Floats, target: Floats, weight: Floats | None = None) -> Line:
    """Ridge regression, its penalty by leave-one-out error; a constant where there is no column."""
    if x.shape[1] == 0:
        return Line(float(np.average(target, weights=weight)), [])
    from sklearn.linear_model import RidgeCV  # noqa: PLC0415 - loads slowly

    found = RidgeCV(alphas=PENALTIES).fit(x, target, sample_weight=weight)
    return Line(float(found.intercept_), [float(slope) for slope in found.coef_])


def fit_logit(x: Floats, outcome: Floats, weight: Floats) -> Line:
    """Logistic regression; both outcomes must be there."""
    if x.shape[1] == 0:
        mean = float(np.average(outcome, weights=weight))
        return Line(float(np.log(mean / (1.0 - mean))), [])
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - loads slowly

    found = LogisticRegression(C=0.1, max_iter=500).fit(x, outcome, weight)
    return Line(float(found.intercept_[0]), [float(slope) for slope in found.coef_[0]])
