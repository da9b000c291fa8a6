"""Nodes and weights for the mean of a smooth function of a Beta-distributed probability."""

from __future__ import annotations

import numpy as np

from rapport.differentiate.lifetime.optimum import Floats


def beta_nodes(a: float, b: float, count: int) -> tuple[Floats, Floats]:
    """Gauss–Jacobi nodes on (0, 1) and weights that add up to 1, for Beta(a, b).

    By the eigenvalues of the Jacobi matrix: G. Golub, J. Welsch (1969), "Calculation of Gauss quadrature rules",
    Mathematics of Computation 23; it stays finite where the weights' normalising constant does not.

    >>> nodes, weights = beta_nodes(2.0, 3.0, 8)
    >>> round(float(nodes @ weights), 12), round(float(nodes**2 @ weights), 12)
    (0.4, 0.2)
    """
    from scipy.linalg import eigh_tridiagonal  # noqa: PLC0415 - scipy is imported when it is first needed

    left, right = b - 1.0, a - 1.0
    n = np.arange(count, dtype=np.float64)
    both = 2 * n + left + right
    middle = np.empty(count)
    middle[0] = (right - left) / (left + right + 2)
    middle[1:] = (right**2 - left**2) / (both[1:] * (both[1:] + 2))
    beside = np.empty(count - 1)
    beside[0] = 4 * (1 + left) * (1 + right) / ((2 + left + right) ** 2 * (3 + left + right))
    k, wide = n[2:], both[2:]
    beside[1:] = 4 * k * (k + left) * (k + right) * (k + left + right) / (wide**2 * (wide + 1) * (wide - 1))
    values, vectors = eigh_tridiagonal(middle, np.sqrt(beside))
    return np.clip((values + 1) / 2, 1e-300, 1.0), vectors[0] ** 2
