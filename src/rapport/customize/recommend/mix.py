"""What a technique says, what everybody takes lately, and what the customer takes again and again: one score."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[Any]


class Mix(msgspec.Struct, frozen=True):
    """How much each counts; learnt for every shop on its own past."""

    taste_days: float = 180.0
    """Half-life of a customer's interest in an item."""
    popular: float = 0.1
    """Share of what everybody takes lately."""
    popular_days: float = 90.0
    """Its half-life."""
    again: float = 0.0
    """Share of what the customer takes again and again; 0 where nothing is offered again."""
    again_days: float = 60.0
    """Its half-life."""


def mixed(liked: Scores, popular: Scores, again: Scores | None, mix: Mix) -> Scores:
    """Scores of items along the last axis, each part on the scale of its largest.

    >>> mixed(np.array([1.0, 3.0]), np.array([4.0, 0.0]), None, Mix(popular=0.25)).tolist()
    [0.5, 0.75]
    """
    score = (1.0 - mix.popular) * unit(liked) + mix.popular * unit(popular)
    return score if again is None else (1.0 - mix.again) * score + mix.again * unit(again)


def unit(scores: Scores) -> Scores:
    """Scores with a largest of 1 along the last axis, those below 0 at 0."""
    top = scores.max(axis=-1, keepdims=True, initial=0.0)
    return np.maximum(scores, 0.0) / np.where(top > 0.0, top, 1.0)
