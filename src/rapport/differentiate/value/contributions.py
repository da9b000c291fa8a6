"""Numbers of the indicators → scores → what each adds to a dimension. Matrices are indicators × customers.

Everything goes element by element, and sums run over indicators in their order, so that one customer alone scores as
among all, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.value.drawn import Drawn

Matrix = NDArray[np.float64]
Missing = Literal["worst", "middle", "left out"]
MISSING_SCORES: Final[dict[Missing, float]] = {"worst": 0.0, "middle": 0.5, "left out": np.nan}
"""What a customer without the number scores; NaN: nothing, and the others share the weight."""


def scored(curves: Sequence[Drawn], missing: Sequence[Missing], values: Matrix) -> Matrix:
    """The indicators' scores, 0 to 1; NaN where an indicator is left out."""
    scores = np.empty_like(values)
    for row, curve in enumerate(curves):
        scores[row] = curve.at(values[row])
    instead = np.array([[MISSING_SCORES[one]] for one in missing])
    return np.where(np.isnan(values), instead, scores)


def contributions(scores: Matrix, weights: Matrix) -> Matrix:
    """Weight times score, the weights of what is left out shared among the rest; NaN where everything is left out.

    >>> contributions(np.array([[1.0, np.nan], [0.5, 0.5]]), np.array([0.5, 0.5]))
    array([[0.5 , 0.  ],
           [0.25, 0.5 ]])
    """
    counted = shares(scores, weights)
    return np.where(np.isnan(scores) & ~np.isnan(counted), 0.0, counted * scores)


def shares(scores: Matrix, weights: Matrix) -> Matrix:
    """Each indicator's weight for each customer: 0 where it is left out, NaN where everything is."""
    left_out = np.isnan(scores)
    whole = np.broadcast_to(weights[:, None], scores.shape)
    if not left_out.any():
        return whole
    counted = np.where(left_out, 0.0, whole)
    total = _in_order(counted)
    shared = np.divide(counted, total, out=np.full(scores.shape, np.nan), where=total > 0.0)
    return np.where(left_out.any(axis=0), shared, whole)


def totals(contributed: Matrix) -> NDArray[np.float64]:
    """A dimension's scores: what its indicators contribute, added in their order."""
    return _in_order(contributed)


def _in_order(rows: Matrix) -> NDArray[np.float64]:
    """The sum over rows from the first to the last; ``np.sum`` would add one customer's in another order."""
    return np.asarray(np.add.accumulate(rows, axis=0)[-1])
