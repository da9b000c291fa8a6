"""Inverse propensity scoring: rewards weighted by how much likelier the policy was to earn them.

Horvitz and Thompson (JASA 1952). Unbiased where the policy does only what was tried; a baseline, because its spread
is the largest.
"""

from __future__ import annotations

import numpy as np

from rapport.learn.offpolicy.log import Floats, Sample


def terms(sample: Sample) -> tuple[Floats, Floats]:
    """Σwr / n."""
    return sample.weights * sample.log.rewards, np.ones(sample.log.decisions)
