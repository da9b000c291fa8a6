"""Linear: the same to every offer."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.learn.attribution_rules.path import Path


def credit(paths: Sequence[Path]) -> dict[str, float]:
    """Touch → outcomes credited.

    >>> credit([Path(("a", "b"), (7.0, 0.0)), Path(("b",), (1.0,))])
    {'a': 0.5, 'b': 1.5}
    """
    found: dict[str, float] = {}
    for path in paths:
        if path.converted:
            for touch in path.touches:
                found[touch] = found.get(touch, 0.0) + 1.0 / len(path.touches)
    return found
