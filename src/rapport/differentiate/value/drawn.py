"""A learnt curve as arrays: numbers to scores, and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.value.model import Curve


class Drawn:
    """A curve ready for many numbers at once."""

    __slots__ = ("_points", "_scores", "_stepped")

    def __init__(self, curve: Curve) -> None:
        self._points: NDArray[np.float64] = np.array(curve.points)
        self._scores: NDArray[np.float64] = np.array(curve.scores)
        self._stepped = curve.stepped

    def at(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The scores of numbers; of NaN any. Beyond the outer points a curve goes on level.

        >>> Drawn(Curve([0.0, 10.0], [0.0, 1.0])).at(np.array([5.0, 20.0]))
        array([0.5, 1. ])
        """
        if self._stepped:
            return np.take(self._scores, np.searchsorted(self._points, values, side="right"))
        return np.interp(values, self._points, self._scores)


def reaching(curve: Curve, score: float) -> float | None:
    """The number at which a curve has a score; None where it never does.

    >>> reaching(Curve([0.0, 10.0], [1.0, 0.0]), 0.75), reaching(Curve([1.0, 5.0], [0.0, 0.5, 1.0], stepped=True), 0.75)
    (2.5, 5.0)
    """
    if not min(curve.scores) <= score <= max(curve.scores):
        return None
    rises = curve.scores[-1] >= curve.scores[0]
    if curve.stepped:
        return _step_reaching(curve, score, rises)
    ahead = slice(None) if rises else slice(None, None, -1)
    return float(np.interp(score, curve.scores[ahead], curve.points[ahead]))


def _step_reaching(curve: Curve, score: float, rises: bool) -> float:
    """The bound at which the step begins; falling steps end just below it."""
    high = [place for place, reached in enumerate(curve.scores) if reached >= score]
    return curve.points[high[0] - 1] if rises else curve.points[high[-1]]
