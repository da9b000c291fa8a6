"""How sure each value of an attribute is to be the one that the customer wants most, as far as the picks say."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np

from rapport.customize.elicit.attributes import Attributes, Value
from rapport.customize.elicit.belief import Belief

DRAWS: Final = 2_000
_SEED: Final = 7
"""Fixed, so that the same picks say the same."""


def stated(
    attributes: Attributes, belief: Belief, attribute: str, among: Collection[Value | None]
) -> list[tuple[Value, float]]:
    """Values with the probability that theirs is the largest part-worth, the surest first; empty for fewer than two.

    Only those ``among`` which the customer could pick count. By draws from the belief: the standard error of a
    probability is at most 1.1 points.
    """
    values = [one for one in attributes.values_of(attribute) if one[0] in among]
    if len(values) < 2:
        return []
    places = [place for _, place in values]
    covariance = belief.covariance[np.ix_(places, places)]
    vectors = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(places)))
    draws = belief.mean[places] + np.random.default_rng(_SEED).standard_normal((DRAWS, len(places))) @ vectors.T
    wins = np.bincount(draws.argmax(axis=1), minlength=len(places)) / DRAWS
    return sorted(((value, float(share)) for (value, _), share in zip(values, wins, strict=True)),
                  key=lambda one: -one[1])  # fmt: skip
