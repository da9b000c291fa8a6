"""Removal: how many fewer outcomes a Markov chain of the paths would reach without an offer.

Anderl, Becker, von Wangenheim and Schumann (2016): states are the offers, a start, an outcome and a nothing; the
removal effect of an offer is the share of outcomes lost when all ways through it lead to nothing, and the outcomes are
credited in proportion. It is observational: who is offered more because he buys more makes an offer look strong, so
that the numbers show how paths hang together, and not what an offer causes. Read it from ``PATHS_MIN`` paths on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from rapport.learn.attribution_rules.path import Path

PATHS_MIN: Final = 100
"""Paths with an outcome, and paths without: fewer of either, and nothing is said."""


def credit(paths: Sequence[Path]) -> dict[str, float]:
    """Touch → outcomes credited; empty where there are too few paths.

    >>> paths = [Path(("a", "b"), (2.0, 1.0))] * 100 + [Path(("a",), (1.0,), converted=False)] * 100
    >>> credit(paths)
    {'a': 50.0, 'b': 50.0}
    """
    reached = sum(path.converted for path in paths)
    if min(reached, len(paths) - reached) < PATHS_MIN:
        return {}
    names = list(dict.fromkeys(touch for path in paths for touch in path.touches))
    moves = _moves(paths, {name: place for place, name in enumerate(names)})
    whole = _reaches(moves, removed=None)
    effects = np.array([1.0 - _reaches(moves, place) / whole for place in range(len(names))])
    shares = effects / effects.sum() if effects.sum() > 0.0 else effects
    return {name: float(share) * reached for name, share in zip(names, shares, strict=True)}


def _moves(paths: Sequence[Path], places: dict[str, int]) -> np.ndarray:
    """Chances to go from each offer, and the start (last row), to each offer and to the outcome (last column)."""
    count = len(places)
    counts = np.zeros((count + 1, count + 2))
    for path in paths:
        at = count
        for touch in path.touches:
            counts[at, places[touch]] += 1.0
            at = places[touch]
        counts[at, count + (0 if path.converted else 1)] += 1.0
    chances: np.ndarray = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    return chances[:, : count + 1]


def _reaches(moves: np.ndarray, removed: int | None) -> float:
    """The chance to come from the start to an outcome, where one offer leads to nothing."""
    count = len(moves) - 1
    moves = moves.copy()
    if removed is not None:
        moves[:, removed] = 0.0
        moves[removed] = 0.0
    inner = np.linalg.solve(np.eye(count) - moves[:count, :count], moves[:count, count])
    return float(moves[count, :count] @ inner + moves[count, count])
