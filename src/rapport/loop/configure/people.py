"""Those who took a product before, and their numbers as they were last read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.offering.likeness import likeness

ALIKE_MIN: Final = 0.01
"""Who is less alike is left out."""


@dataclass(frozen=True)
class Numbers:
    """Of each of some customers: the name under which they took something, who that is now, and what is known."""

    names: list[str]
    customers: list[str]
    rows: NDArray[np.float64]
    """Shape (names, columns that are numbers); NaN where nothing is known."""
    read_us: int

    def alike(self, customer_id: str, numbers: NDArray[np.float64]) -> dict[str, float]:
        """Name → likeness to a customer, who is not among them."""
        if not self.names:
            return {}
        told = zip(self.names, self.customers, likeness(numbers, self.rows), strict=True)
        return {name: float(one) for name, other, one in told if other != customer_id and one >= ALIKE_MIN}


@dataclass
class People:
    """Whose the past configurations of a product are, oldest first; their numbers once somebody asked for them."""

    owners: Sequence[str]
    numbers: Numbers | None = None
