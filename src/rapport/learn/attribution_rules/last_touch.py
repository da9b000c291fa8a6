"""Last touch: all of it to the newest offer. What happens live, when an event settles an offer."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.learn.attribution_rules.path import Path


def credit(paths: Sequence[Path]) -> dict[str, float]:
    """Touch → outcomes credited.

    >>> credit([Path(("a", "b"), (3.0, 1.0))])
    {'b': 1.0}
    """
    found: dict[str, float] = {}
    for path in paths:
        if path.converted and path.touches:
            found[path.touches[-1]] = found.get(path.touches[-1], 0.0) + 1.0
    return found
