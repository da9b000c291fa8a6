# ruff: noqa: PLR0917 - kernels take arrays by position
"""The compiled loop of the next category. Numba takes half a second to import: only ``category`` names this file."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

_compile: Any = numba.njit(cache=True, error_model="numpy")


def _expected(
    starts: NDArray[np.int64],
    category: NDArray[np.int64],
    weight: NDArray[np.float64],
    basket: NDArray[np.float64],
    popular: NDArray[np.float64],
    follows: NDArray[np.float64],
    worth: float,
    following: float,
) -> NDArray[np.float64]:
    """N×K: the probability of each category in the next basket.

    ``weight`` is what each row of evidence counts, ``basket`` how much of it lay in the last basket (0 for the rest).
    Own habits, worth as much as they weigh, against ``worth`` of what follows and what sells, mixed by ``following``.
    """
    size, kinds = len(starts) - 1, len(popular)
    out = np.zeros((size, kinds))
    for n in range(size):
        evidence, bought = 0.0, 0.0
        for m in range(starts[n], starts[n + 1]):
            out[n, category[m]] += weight[m]
            evidence += weight[m]
            bought += basket[m]
        share = following if bought > 0.0 else 0.0
        for k in range(kinds):
            out[n, k] += worth * (1.0 - share) * popular[k]
        if bought > 0.0:
            for m in range(starts[n], starts[n + 1]):
                if basket[m] > 0.0:
                    led = worth * share * basket[m] / bought
                    for k in range(kinds):
                        out[n, k] += led * follows[category[m], k]
        for k in range(kinds):
            out[n, k] /= evidence + worth
    return out


expected = _compile(_expected)
