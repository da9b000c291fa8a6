"""Doubly robust: what a model expects of the policy, corrected by what the model got wrong.

Dudík, Langford and Li (ICML 2011), eq. 3. The chances are recorded and exact, so that it is unbiased however wrong the
model is; the better the model, the narrower the interval. The model is fitted to other customers (cross-fitting,
Chernozhukov et al. 2018).
"""

from __future__ import annotations

import numpy as np

from rapport.learn.offpolicy.log import Floats, Sample


def terms(sample: Sample) -> tuple[Floats, Floats]:
    """Σ(E[reward | policy] + w(r - E[reward | pick])) / n."""
    corrected = sample.foretold + sample.weights * (sample.log.rewards - sample.told)
    return corrected, np.ones(sample.log.decisions)
