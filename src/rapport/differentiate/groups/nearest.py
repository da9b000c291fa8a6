"""What was found among customers, and to which group each belongs: the one whose centre is nearest."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One number of groups, and how it did."""

    groups: int
    silhouette: float
    by_chance: float
    """The best silhouette of the same columns, shuffled apart."""
    bic: float | None = None
    stability: float
    """Mean adjusted Rand index between the groups of two halves."""


class Clusters(msgspec.Struct, frozen=True, kw_only=True):
    """Centres and, for a mixture, how wide each is: a customer belongs where ``constant − distance`` is largest."""

    centres: list[list[float]] = []
    precisions: list[list[float]] = []
    constants: list[float] = []
    tried: list[Tried] = []
    chosen: Tried | None = None
    reason: str = ""
    """Why there are no groups; empty where there are."""


def assign(clusters: Clusters, places: Matrix) -> NDArray[np.intp]:
    """The group of each customer, from places (axes × N).

    Distances are summed axis by axis, so that one customer alone gets what he gets in a crowd.
    """
    centres, precisions = np.array(clusters.centres), np.array(clusters.precisions)
    far = np.zeros((len(centres), places.shape[1]))
    for axis, row in enumerate(places):
        gap = row - centres[:, axis, None]
        far += gap * gap * precisions[:, axis, None]
    constants = np.array(clusters.constants)[:, None]
    return np.asarray(np.argmax(constants - far, axis=0), dtype=np.intp)
