"""Doubly robust with optimistic shrinkage: the correction is believed the less, the larger its weight.

Su, Dimakopoulou, Krishnamurthy and Dudík (ICML 2020), eq. 7: weights become λw / (w² + λ). λ is the one whose estimated
variance and squared bias (what the shrunk weights leave of the correction) are smallest together, among ``TRIED``.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rapport.learn.offpolicy.log import Floats, Sample

TRIED: Final = (float("inf"), 5_000.0, 1_000.0, 500.0, 100.0, 50.0, 10.0)
"""The λ of Open Bandit Pipeline's example; infinity is plain ``dr``."""


def terms(sample: Sample) -> tuple[Floats, Floats]:
    """Σ(E[reward | policy] + λw / (w² + λ) · (r - E[reward | pick])) / n."""
    chosen = min(TRIED, key=lambda one: _risk(sample, one))
    return _corrected(sample, chosen), np.ones(sample.log.decisions)


def _shrunk(weights: Floats, strength: float) -> Floats:
    return weights if strength == float("inf") else strength * weights / (weights**2 + strength)


def _corrected(sample: Sample, strength: float) -> Floats:
    return sample.foretold + _shrunk(sample.weights, strength) * (sample.log.rewards - sample.told)


def _risk(sample: Sample, strength: float) -> float:
    left_out = sample.weights - _shrunk(sample.weights, strength)
    bias = float((left_out * (sample.log.rewards - sample.told)).mean())
    return float(np.var(_corrected(sample, strength))) / sample.log.decisions + bias * bias
