"""The direct method: what the model of the reward expects of the policy, and nothing else.

A baseline: it is as wrong as its model, and its interval does not know that.
"""

from __future__ import annotations

import numpy as np

from rapport.learn.offpolicy.log import Floats, Sample


def terms(sample: Sample) -> tuple[Floats, Floats]:
    """Σ E[reward | policy] / n."""
    return sample.foretold, np.ones(sample.log.decisions)
