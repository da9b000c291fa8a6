"""What one model's predictions gain over another's, with an interval that respects that customers answer repeatedly."""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.core.statistics import Z_90
from rapport.learn.experiment.sequential import Always

Floats = npt.NDArray[np.float64]

ANSWERS_MIN: Final = 200
"""Fewer answers prove no gain."""
CUSTOMERS_MIN: Final = 20
"""Nor do those of fewer customers, whose errors are what the interval is made of."""


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """Mean log loss saved an answer, in nats; ``low`` is its one-sided 95% bound, None where nothing can be proved.

    The bound holds for one look, or for all looks together where that was asked for.
    """

    answers: int
    customers: int
    before: float
    after: float
    mean: float
    low: float | None

    @property
    def proved(self) -> bool:
        """Whether it is a gain beyond chance."""
        return self.low is not None and self.low > 0.0


def gain(before: Floats, after: Floats, customers: npt.NDArray[Any], *, looks_until: int = 0) -> Gain:
    """Log losses of both models on the same answers, and whose answers they were.

    Who looks again and again as answers come, and stops at the first proof, proves too much with a bound for one look:
    ``looks_until`` says at how many answers such a one gives up, and the bound then holds for all looks together.

    The standard error is that of a ratio of sums over customers (Cameron & Miller 2015, eq. 7): answers of one customer
    may depend on each other.
    """
    saved = before - after
    ids, who = np.unique(customers, return_inverse=True)
    mean = float(saved.mean()) if saved.size else 0.0
    low = None
    if saved.size >= ANSWERS_MIN and ids.size >= CUSTOMERS_MIN:
        reach = Always(looks_until, 0.05).reach(saved.size) if looks_until else Z_90
        low = mean - reach * clustered_error(saved - mean, who)
    return Gain(
        answers=saved.size,
        customers=ids.size,
        before=float(before.mean()) if saved.size else 0.0,
        after=float(after.mean()) if saved.size else 0.0,
        mean=mean,
        low=low,
    )


def clustered_error(residuals: Floats, who: npt.NDArray[np.int64]) -> float:
    """Standard error of a mean whose residuals may depend on each other within a customer (``who``: 0, 1, …).

    >>> round(clustered_error(np.array([1.0, -1.0, 1.0, -1.0]), np.array([0, 1, 2, 3])), 4)
    0.5774
    """
    sums = np.bincount(who, weights=residuals)
    count = sums.size
    return math.sqrt(float(np.square(sums).sum()) * count / max(count - 1, 1)) / residuals.size
