"""Position: most to the first and the last offer, the rest evenly to those between (the U shape)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapport.learn.attribution_rules.path import Path

ENDS: Final = 0.4
"""The first and the last get so much each; of two offers each gets half, and one alone gets all."""


def credit(paths: Sequence[Path]) -> dict[str, float]:
    """Touch → outcomes credited.

    >>> {name: round(share, 2) for name, share in credit([Path(("a", "b", "c", "d"), (4.0, 3.0, 2.0, 1.0))]).items()}
    {'a': 0.4, 'b': 0.1, 'c': 0.1, 'd': 0.4}
    """
    found: dict[str, float] = {}
    for path in paths:
        if path.converted:
            for touch, share in zip(path.touches, _shares(len(path.touches)), strict=True):
                found[touch] = found.get(touch, 0.0) + share
    return found


def _shares(count: int) -> list[float]:
    if count <= 2:
        return [1.0 / count] * count
    return [ENDS, *[(1.0 - 2.0 * ENDS) / (count - 2)] * (count - 2), ENDS]
