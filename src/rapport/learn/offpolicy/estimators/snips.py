"""Self-normalised inverse propensity scoring: a weighted mean of what was earned.

Swaminathan and Joachims (NeurIPS 2015), eq. 9. What it estimates cannot leave the range of the rewards.
"""

from __future__ import annotations

from rapport.learn.offpolicy.log import Floats, Sample


def terms(sample: Sample) -> tuple[Floats, Floats]:
    """Σwr / Σ(w + share in which the policy offers nothing)."""
    return sample.weights * sample.log.rewards, sample.weights + sample.silent
