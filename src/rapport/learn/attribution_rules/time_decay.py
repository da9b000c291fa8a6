"""Time decay: the nearer to the outcome, the more; half as much for every ``HALF_LIFE`` before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapport.learn.attribution_rules.path import Path

HALF_LIFE: Final = 7.0
"""Days."""


def credit(paths: Sequence[Path]) -> dict[str, float]:
    """Touch → outcomes credited.

    >>> {name: round(share, 3) for name, share in credit([Path(("a", "b"), (7.0, 0.0))]).items()}
    {'a': 0.333, 'b': 0.667}
    """
    found: dict[str, float] = {}
    for path in paths:
        weights = [0.5 ** (days / HALF_LIFE) for days in path.days_before] if path.converted else []
        for touch, weight in zip(path.touches, weights, strict=False):
            found[touch] = found.get(touch, 0.0) + weight / sum(weights)
    return found
