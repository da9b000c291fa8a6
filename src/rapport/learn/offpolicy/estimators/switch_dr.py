"""Switch doubly robust: the correction only where weights are moderate; where they are large, the model alone.

Wang, Agarwal and Dudík (ICML 2017), §4: below a threshold of the weight it is ``dr``, above it the direct method. The
threshold is the one whose variance and upper bound of squared bias are smallest together (their eq. 8), among
``CANDIDATES`` quantiles of the weights and none at all.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rapport.learn.offpolicy.log import Floats, Sample

CANDIDATES: Final = 21
"""As many as in the paper, evenly spaced from the 5% to the 95% quantile on a logarithmic scale."""


def terms(sample: Sample) -> tuple[Floats, Floats]:
    """Σ(E[reward | policy] + w(r - E[reward | pick])[w ≤ threshold]) / n."""
    return _switched(sample, threshold(sample)), np.ones(sample.log.decisions)


def threshold(sample: Sample) -> float:
    """The threshold that the data speak for; infinity where switching does not pay."""
    weights = sample.weights[sample.weights > 0.0]
    if not weights.size:
        return float("inf")
    low, high = np.quantile(weights, (0.05, 0.95))
    tried: list[float] = [float("inf"), *np.geomspace(low, high, CANDIDATES).tolist()]
    return min(tried, key=lambda one: _risk(sample, one))


def clipped(sample: Sample, above: float) -> float:
    """The share of decisions whose correction is left out."""
    return float(np.mean(sample.weights > above))


def _switched(sample: Sample, above: float) -> Floats:
    kept = np.where(sample.weights <= above, sample.weights, 0.0)
    return sample.foretold + kept * (sample.log.rewards - sample.told)


def _risk(sample: Sample, above: float) -> float:
    """Estimated variance plus the square of the largest bias that rewards of this size allow."""
    switched = _switched(sample, above)
    most = float(np.abs(sample.log.rewards).max(initial=0.0))
    beyond = np.where(sample.ratios > above, sample.wanted, 0.0)
    bias = most * float(beyond.sum()) / sample.log.decisions
    return float(np.var(switched)) / sample.log.decisions + bias * bias
