"""Weights from pairwise judgements: Saaty's analytic hierarchy process, with groups of indicators as its levels.

Saaty, "A scaling method for priorities in hierarchical structures", Journal of Mathematical Psychology 15 (1977): the
weights are the principal eigenvector of the reciprocal matrix, CI = (λ_max - n) / (n - 1), CR = CI / RI.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.value.model import Judged, Misfit
from rapport.differentiate.value.weighing.weighed import Weighed
from rapport.workspace.value import Dimension, judged_together

CONSISTENT: Final = 0.1
"""Up to this consistency ratio judgements are taken for consistent, by Saaty's rule of thumb."""
RANDOM_INDEX: Final = (0.0, 0.0, 0.0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59)
"""Mean consistency index of random matrices of n = 0 … 15 (Saaty, "Theory and Applications of the Analytic Network
Process", 2005, p. 31)."""
_SCALE: Final = np.array([*(1.0 / n for n in range(9, 1, -1)), *range(1, 10)])
"""The judgements that a person can give."""

Matrix = NDArray[np.float64]


def weigh(dimension: Dimension, scores: Matrix) -> Weighed:
    """A group's weight times the weight within the group; every comparison with its consistency."""
    shares: dict[str, float] = {}
    judged = []
    for among, names in judged_together(dimension).items():
        matrix = matrix_of(names, dimension.judgements)
        weights, ratio = solve(matrix)
        judged.append(Judged(among, names, ratio, misfit(names, matrix) if ratio > CONSISTENT else None))
        whole = shares[among] if among else 1.0
        shares.update((name, whole * float(weight)) for name, weight in zip(names, weights, strict=True))
    return Weighed([shares[name] for name in dimension.indicators], judged=judged)


def matrix_of(names: Sequence[str], judgements: Mapping[str, Mapping[str, float]]) -> Matrix:
    """The reciprocal matrix of complete judgements, n × n."""
    matrix = np.ones((len(names), len(names)))
    for (row, one), (column, other) in combinations(enumerate(names), 2):
        said = judgements.get(one, {}).get(other)
        times = 1.0 / judgements[other][one] if said is None else said
        matrix[row, column], matrix[column, row] = times, 1.0 / times
    return matrix


def solve(matrix: Matrix) -> tuple[Matrix, float]:
    """Weights that add up to 1, and the consistency ratio.

    >>> weights, ratio = solve(np.array([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]]))
    >>> weights.round(4), round(ratio, 4)
    (array([0.5714, 0.2857, 0.1429]), 0.0)
    """
    size = len(matrix)
    values, vectors = np.linalg.eig(matrix)
    place = int(np.argmax(values.real))
    principal = np.abs(vectors[:, place].real)
    if size < 3:
        return principal / principal.sum(), 0.0
    index = (float(values[place].real) - size) / (size - 1)
    return principal / principal.sum(), max(0.0, index / random_index(size))


def random_index(size: int) -> float:
    """The mean consistency index of random matrices; beyond Saaty's 15 by Alonso & Lamata, "Consistency in the
    analytic hierarchy process: a new approach" (2006): λ_max of random matrices is 2.7699 n - 4.3513 on average."""
    return RANDOM_INDEX[size] if size < len(RANDOM_INDEX) else (1.7699 * size - 4.3513) / (size - 1)


def misfit(names: Sequence[str], matrix: Matrix) -> Misfit:
    """The judgement whose change makes the matrix most consistent, and to what; matrices of 3 and more.

    What would fit is what the others imply without it: the ratio of the weights when the judgement is missing
    (Harker, "Incomplete pairwise comparisons in the analytic hierarchy process", 1987: 0 in its place, and 1 more on
    the diagonal of its row and column).
    """
    found = [_changed(names, matrix, row, column) for row, column in combinations(range(len(names)), 2)]
    return min(found, key=lambda one: one.ratio)


def _changed(names: Sequence[str], matrix: Matrix, row: int, column: int) -> Misfit:
    if matrix[row, column] < 1.0:
        row, column = column, row
    without = matrix.copy()
    without[row, column] = without[column, row] = 0.0
    without[row, row] = without[column, column] = 2.0
    weights, _ = solve(without)
    implied = weights[row] / weights[column]
    fits = float(_SCALE[np.argmin(np.abs(np.log(_SCALE / implied)))])
    mended = matrix.copy()
    mended[row, column], mended[column, row] = fits, 1.0 / fits
    return Misfit(names[row], names[column], float(matrix[row, column]), fits, solve(mended)[1])
