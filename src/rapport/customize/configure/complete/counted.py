"""Past configurations counted by cells: what every technique estimates from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.complete.past import Past
from rapport.customize.configure.complete.places import Floats, Places

SMOOTHING: Final = 1.0
"""Configurations that speak evenly for every cell of a place, so that nothing is held impossible for not being seen."""


@dataclass(frozen=True)
class Counted:
    """Cells that all or none of the past have are kept apart, since of thousands of options most never vary."""

    places: Places
    varying: NDArray[np.intp]
    """The cells that some have and others have not."""
    rows: NDArray[np.float32]
    """Shape (n, varying)."""
    weight: Floats
    steady: Floats
    """Shape (cells,): 1 for the cells that all have."""

    @staticmethod
    def of(places: Places, past: Past) -> Counted:
        """The past by cells."""
        spread = places.spread(past.rows)
        often = spread.sum(axis=0) if len(past) else np.zeros(places.cells)
        varying = np.flatnonzero((often > 0) & (often < len(past)))
        steady = ((often == len(past)) & (len(past) > 0)).astype(np.float64)
        return Counted(places, varying, spread[:, varying].astype(np.float32), past.weight, steady)

    @property
    def total(self) -> float:
        """How many configurations the past is worth."""
        return float(self.weight.sum())

    def sums(self, weight: Floats) -> Floats:
        """Shape (cells,): the weight of the configurations with each cell; ``weight`` has shape (n,)."""
        sums: Floats = self.steady * weight.sum()
        speaking = np.flatnonzero(weight)
        rows = self.rows if 2 * len(speaking) > len(weight) else self.rows[speaking]
        sums[self.varying] = (weight if rows is self.rows else weight[speaking]).astype(np.float32) @ rows
        return sums

    def agreeing(self, evidence: Sequence[int]) -> Floats:
        """Shape (n,): how many of these cells each configuration has."""
        cells = np.asarray(evidence, dtype=np.intp)
        found = np.flatnonzero(np.isin(self.varying, cells))
        agreeing: Floats = self.rows[:, found].sum(axis=1, dtype=np.float64) + self.steady[cells].sum()
        return agreeing

    def even(self) -> Floats:
        """Shape (cells,): every cell of a place alike."""
        return self.places.normal(np.ones(self.places.cells))

    def shares(self) -> Floats:
        """Shape (cells,): the smoothed share of the past with each cell."""
        return self.places.normal(self.sums(self.weight) + SMOOTHING * self.even())
