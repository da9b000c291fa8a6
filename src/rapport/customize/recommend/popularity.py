"""What everybody takes, lately: each interest counts half after so many days."""

from __future__ import annotations

import numpy as np

from rapport.customize.recommend.interactions import Floats, Interactions, decay


def fit(shown: Interactions, today: int, half_life_days: float) -> Floats:
    """A score of every item: the decayed sum of interests, those that take the item if there are any."""
    taken = shown.where(shown.owned) if shown.owned.any() else shown
    worth = taken.weight * decay(taken.day, today, half_life_days)
    return np.bincount(taken.item, worth, minlength=shown.items).astype(np.float64)
