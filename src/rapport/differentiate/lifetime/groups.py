"""Which customers share a fit: the values of a column, or the quarter of the first purchase."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Frame
from rapport.differentiate.lifetime.summary import Summary, Whole

COHORT: Final = "cohort"
GROUPS_MAX: Final = 20
"""So many groups, the largest, may have a fit of their own."""


def labels(frame: Frame, summary: Summary, by: str) -> NDArray[Any]:
    """Each customer's group, N texts; None where the column is NULL, and for everybody where nothing tells groups."""
    if not by:
        return np.full(frame.size, None, dtype=object)
    if by == COHORT:
        return quarters(summary.first)
    held = frame.column(by)
    if held.dtype == object:
        return held
    return np.array([None if math.isnan(value) else f"{value:g}" for value in held.tolist()], dtype=object)


def quarters(first: Whole) -> NDArray[Any]:
    """The quarter of local days.

    >>> quarters(np.array([0, 90])).tolist()
    ['1970-Q1', '1970-Q2']
    """
    quarter = first.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) // 3
    distinct, place = np.unique(quarter, return_inverse=True)
    names = [f"{1970 + one // 4}-Q{one % 4 + 1}" for one in distinct.tolist()]
    return np.array(names, dtype=object)[place]


def placed(group: NDArray[Any], names: Sequence[str]) -> NDArray[np.int64]:
    """The place of each customer's group among ``names``; 0, everybody's, for groups that are not there."""
    if len(names) == 1:
        return np.zeros(group.size, np.int64)
    places: Mapping[Any, int] = {name: place for place, name in enumerate(names) if place}
    return np.array([places.get(one, 0) for one in group.tolist()], dtype=np.int64)
