"""As if picks had nothing to do with each other once the option is known; Maron, Automatic Indexing, JACM 8(3), 1961.

It counts picks that go together several times over and is too sure of itself, so each pick's log-likelihood ratio is
tempered by ``TEMPER``; Bennett, Assessing the Calibration of Naive Bayes' Posterior Estimates, CMU-CS-00-155, 2000.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from rapport.customize.configure.complete.counted import Counted
from rapport.customize.configure.complete.pairs import Pairs
from rapport.customize.configure.complete.places import Floats

TEMPER: Final = 0.3
_FAR: Final = 50.0


class NaiveBayes:
    """Log-likelihood ratios of all pairs of cells that vary."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._shares = counted.shares()
        pairs = Pairs.of(counted)
        self._ratios = TEMPER * np.log(pairs.joint / np.outer(pairs.alone, pairs.alone))
        self._row = {int(cell): place for place, cell in enumerate(counted.varying)}

    def chances(self, evidence: Sequence[int]) -> Floats:
        """Shape (cells,)."""
        said = [self._row[cell] for cell in evidence if cell in self._row]
        if not said:
            return self._shares
        scores = self._shares.copy()
        scores[self._counted.varying] *= np.exp(np.clip(self._ratios[said].sum(axis=0), -_FAR, _FAR))
        return self._counted.places.normal(scores)
