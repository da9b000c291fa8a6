"""One dimension compiled for a workspace: its expressions read, its curves and weights learnt, its customers scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.differentiate.frame import Frame
from rapport.differentiate.value import quadrants
from rapport.differentiate.value.contributions import Matrix, contributions, scored, totals
from rapport.differentiate.value.drawn import Drawn
from rapport.differentiate.value.model import Learned, Measured
from rapport.differentiate.value.scoring import curve_of
from rapport.differentiate.value.weighing import WEIGHINGS
from rapport.rules import parse_number
from rapport.workspace.value import Dimension


class CompiledDimension:
    """The indicators of one dimension, in the order of their declaration; holds no customer."""

    def __init__(self, dimension: Dimension, columns: Mapping[str, ColumnType]) -> None:
        self.declared = dimension
        self.names = list(dimension.indicators)
        self._missing = [one.missing for one in dimension.indicators.values()]
        self._held: _Fitted | None = None
        self._expressions = [parse_number(one.of, columns) for one in dimension.indicators.values()]

    def values(self, frame: Frame) -> Matrix:
        """The indicators' numbers, indicators × customers; NaN where there is none."""
        values = np.stack(frame.evaluate(self._expressions))
        return np.where(np.isfinite(values), values, np.nan)

    def learn(self, values: Matrix) -> Learned:
        """Curves, weights and threshold from a sample."""
        indicators = self.declared.indicators.values()
        known = ~np.isnan(values)
        curves = [curve_of(one, row[has]) for one, row, has in zip(indicators, values, known, strict=True)]
        scores = scored([Drawn(curve) for curve in curves], self._missing, values)
        weighed = WEIGHINGS[self.declared.weights](self.declared, np.where(np.isnan(scores), 0.5, scores))
        measured = {
            name: Measured(curve, weight, _share(has), _level(row))
            for name, curve, weight, has, row in zip(self.names, curves, weighed.weights, known, scores, strict=True)
        }
        high_from = self.declared.high_from
        if high_from is None:
            high_from = quadrants.high_from(totals(contributions(scores, np.array(weighed.weights))))
        return Learned(measured, high_from, weighed.judged, weighed.capped)

    def scores(self, learned: Learned, values: Matrix) -> Matrix:
        """The indicators' scores; NaN where one is left out."""
        return scored(self._fitted(learned).curves, self._missing, values)

    def weights(self, learned: Learned) -> NDArray[np.float64]:
        """The indicators' weights, in order."""
        return self._fitted(learned).weights

    def totals(self, learned: Learned, values: Matrix) -> NDArray[np.float64]:
        """The dimension's score of each customer."""
        return totals(contributions(self.scores(learned, values), self.weights(learned)))

    def _fitted(self, learned: Learned) -> _Fitted:
        """What was learnt as arrays, made once: a live event must not wait for it."""
        held = self._held
        if held is None or held.learned is not learned:
            held = self._held = _Fitted(learned, self.names)
        return held


class _Fitted:
    """A learnt dimension as arrays."""

    __slots__ = ("curves", "learned", "weights")

    def __init__(self, learned: Learned, names: Sequence[str]) -> None:
        measured = [learned.indicators[name] for name in names]
        self.learned = learned
        self.curves = [Drawn(one.curve) for one in measured]
        self.weights = np.array([one.weight for one in measured])


def _share(has: NDArray[np.bool_]) -> float:
    return float(has.mean()) if has.size else 0.0


def _level(scores: NDArray[np.float64]) -> bool:
    """Whether an indicator tells nobody of the sample apart."""
    known = scores[~np.isnan(scores)]
    return known.size == 0 or bool(known.min() == known.max())
