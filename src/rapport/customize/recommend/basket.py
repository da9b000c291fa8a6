"""What is taken together: items that lie in the same baskets."""

from __future__ import annotations

from typing import Final

import numpy as np

from rapport.customize.recommend import itemknn
from rapport.customize.recommend.interactions import Interactions
from rapport.customize.recommend.scorer import Neighbours

BASKETS_MAX: Final = 300_000
SHRINKAGE: Final = 10.0
"""Baskets: as in ``itemknn``."""


def fit(shown: Interactions, seed: int) -> Neighbours:
    """Of each item those most often taken on the same day by the same customer, for their own frequency."""
    baskets = shown.baskets()
    if baskets.shape[0] > BASKETS_MAX:
        drawn = np.random.default_rng(seed).permutation(baskets.shape[0])[:BASKETS_MAX]
        baskets = baskets[np.sort(drawn)]
    return itemknn.fit(baskets, SHRINKAGE)
