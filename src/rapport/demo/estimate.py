"""A mean, and how far it may be off."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np


class Estimate(msgspec.Struct, frozen=True):
    """A mean and its standard error."""

    mean: float
    error: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Estimate:
        """The mean of values and the standard error of that mean.

        >>> Estimate.of([1.0, 3.0])
        Estimate(mean=2.0, error=1.0)
        """
        spread = float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0
        return cls(float(np.mean(values)), spread)

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.error:.3f}"
