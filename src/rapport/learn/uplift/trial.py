"""What is known of the decisions in which an action could have been shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
CHANCE_MIN = 0.01
"""Decisions in which the offer was nearly certain, or nearly impossible, say next to nothing of its effect."""


@dataclass(frozen=True, slots=True)
class Trial:
    """n decisions. ``x`` is n × d, standardised; the others have n entries.

    ``shown`` says whether the action was, ``chance`` with what probability it would have been (0–1, as logged),
    ``outcome`` what came of it (1 where the goal was reached, else 0), ``customer`` whose decision it was (any codes).
    """

    x: Floats
    shown: npt.NDArray[np.bool_]
    chance: Floats
    outcome: Floats
    customer: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.outcome)

    def overlap(self) -> Trial:
        """The decisions in which both were possible (Crump, Hotz, Imbens, Mitnik, Biometrika 96, 2009)."""
        return self.take(np.flatnonzero((self.chance >= CHANCE_MIN) & (self.chance <= 1.0 - CHANCE_MIN)))

    def take(self, rows: npt.NDArray[np.int64]) -> Trial:
        """Some of the decisions."""
        return Trial(self.x[rows], self.shown[rows], self.chance[rows], self.outcome[rows], self.customer[rows])

    def effective(self, shown: bool) -> float:
        """(Σw)² / Σw² of the decisions with, or without, the offer, weighted by 1 / chance (Kish 1965)."""
        chance = self.chance[self.shown] if shown else 1.0 - self.chance[~self.shown]
        weight = 1.0 / chance
        return float(weight.sum() ** 2 / (weight**2).sum()) if weight.size else 0.0

    def folds(self, count: int, seed: int) -> npt.NDArray[np.int64]:
        """Each decision's fold, 0 to count - 1; all decisions of one customer are in the same."""
        names, codes = np.unique(self.customer, return_inverse=True)
        folds: npt.NDArray[np.int64] = np.random.default_rng(seed).permutation(len(names))[codes] % count
        return folds
