"""How an indicator's numbers become scores from 0 to 1; one technique a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.value.model import Curve
from rapport.differentiate.value.scoring import linear, quantile, steps
from rapport.workspace.value import Indicator, Scoring


class Learn(Protocol):
    """Draws an indicator's curve, more being better."""

    def __call__(self, indicator: Indicator, known: NDArray[np.float64]) -> Curve:
        """``known`` are the sample's numbers, without NULL."""


SCORINGS: Final[Mapping[Scoring, Learn]] = {
    "quantile": quantile.learn,
    "linear": linear.learn,
    "steps": steps.learn,
}


def curve_of(indicator: Indicator, known: NDArray[np.float64]) -> Curve:
    """The curve of an indicator; where less is better, upside down."""
    curve = SCORINGS[indicator.scoring](indicator, known)
    if indicator.better == "more":
        return curve
    return Curve(curve.points, [1.0 - score for score in curve.scores], curve.stepped)
