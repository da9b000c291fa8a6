"""How alike customers are, by the numbers that are known of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def likeness(mine: Floats, others: Floats) -> Floats:
    """Shape (n,), from 0 to 1: e to the minus squared distance, in units of its median over the others.

    ``mine`` has shape (features,), ``others`` (n, features); each feature is measured in its own standard deviations,
    and what is not known (NaN) of either is left out. Somebody of whom nothing is shared counts 0. The median as a
    scale lets the nearer half speak, whatever the number of features; Garreau et al., Large Sample Analysis of the
    Median Heuristic, arXiv:1707.07269.
    """
    if not len(others):
        return np.zeros(0)
    known = ~np.isnan(others) & ~np.isnan(mine)
    counts = np.maximum((~np.isnan(others)).sum(axis=0), 1)
    middle = np.nansum(others, axis=0) / counts
    spread = np.sqrt(np.nansum((others - middle) ** 2, axis=0) / counts)
    steps = np.where(known, (others - mine) / np.where(spread > 0, spread, 1.0), 0.0)
    shared = known.sum(axis=1)
    distance = (steps**2).sum(axis=1) / np.maximum(shared, 1)
    scale = float(np.median(distance[shared > 0])) if (shared > 0).any() else 0.0
    alike: Floats = np.where(shared > 0, np.exp(-distance / scale) if scale > 0 else (distance == 0).astype(float), 0.0)
    return alike
