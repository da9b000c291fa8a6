"""Two arms compared: the difference of their means with its standard error, absolute and relative to the control."""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

ALPHA: Final = 0.05
"""So often an interval may miss the truth, in all looks at it together."""


class Moments(msgspec.Struct, frozen=True):
    """The sufficient sums of one arm's outcomes."""

    n: int
    total: float
    squares: float
    """Sum of squared distances from the mean."""

    @classmethod
    def of(cls, values: Floats) -> Moments:
        """Those of an array."""
        if not len(values):
            return cls(0, 0.0, 0.0)
        return cls(len(values), float(values.sum()), float(np.square(values - values.mean()).sum()))

    @property
    def mean(self) -> float:
        """Of at least one value."""
        return self.total / self.n

    @property
    def variance(self) -> float:
        """Unbiased; of at least two values."""
        return self.squares / (self.n - 1)


class Contrast(msgspec.Struct, frozen=True):
    """A treated arm beside the control, each of at least two customers."""

    control: Moments
    treated: Moments

    @property
    def n(self) -> int:
        """Customers in both."""
        return self.control.n + self.treated.n

    @property
    def difference(self) -> float:
        """Treated less control, in the metric's units."""
        return self.treated.mean - self.control.mean

    @property
    def error(self) -> float:
        """Standard error of the difference; variances may differ."""
        return math.sqrt(self._of(self.treated) + self._of(self.control))

    @property
    def lift(self) -> float | None:
        """The difference as a share of the control's mean; None where that is not clearly away from 0."""
        return self.difference / self.control.mean if self._steady else None

    @property
    def lift_error(self) -> float | None:
        """Its standard error by the delta method (Deng et al. 2018, "Applying the delta method in metric analytics",
        eq. 5, for independent arms)."""
        if not self._steady:
            return None
        ratio = self.treated.mean / self.control.mean
        return math.sqrt(self._of(self.treated) + ratio**2 * self._of(self.control)) / abs(self.control.mean)

    @property
    def _steady(self) -> bool:
        return abs(self.control.mean) > _STEADY * math.sqrt(self._of(self.control))

    @staticmethod
    def _of(one: Moments) -> float:
        return one.variance / one.n


_STEADY: Final = 4.0
"""Standard errors between the control's mean and 0: nearer, a share of it means nothing."""
