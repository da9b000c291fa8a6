"""Columns as axes along which customers are near or far: numbers by their rank among all, texts by who shares them.

A rank has no tail, so that no column with a few giants outweighs the others; customers with the same number share the
middle of its ranks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Array, Frame

KNOTS_MAX: Final = 101
"""Percentiles."""
TEXTS_MAX: Final = 6
TEXT_SHARE_LEAST: Final = 0.05
"""A text that fewer share is no direction of its own."""
UNKNOWN: Final = 0.5
"""The place of a number that is not known: the middle."""
_TEXT_WIDTH: Final = float(np.sqrt(0.5))
"""Two customers with different texts are then as far apart as the least and the most of a number."""


class Axis(msgspec.Struct, frozen=True, kw_only=True):
    """One direction: a number's percentiles, or one text of a column."""

    column: str
    text: str | None = None
    knots: list[float] = []
    """Ascending values of the number; between them ranks are interpolated."""
    ranks: list[float] = []
    """The share of customers below each knot, and half of those at it."""
    overall: float = 0.5
    """The mean place of all customers."""


def axes_of(frame: Frame, names: Sequence[str], rows: NDArray[np.int64]) -> list[Axis]:
    """The axes of these columns, learnt from some rows; a column that is the same for everybody gives none."""
    found: list[Axis] = []
    for name in names:
        values = frame.column(name)[rows]
        found += _texts(name, values) if values.dtype == object else _number(name, values)
    return found


def _number(name: str, values: Array) -> list[Axis]:
    known = values[~np.isnan(values)]
    if known.size == 0:
        return []
    if np.unique(known).size > KNOTS_MAX:
        picked = np.unique(np.quantile(known, np.linspace(0, 1, KNOTS_MAX), method="inverted_cdf"))
    else:
        picked = np.unique(known)
    if picked.size < 2 and known.size == values.size:
        return []
    ordered = np.sort(known)
    below, until = np.searchsorted(ordered, picked, "left"), np.searchsorted(ordered, picked, "right")
    ranks = (below + until) / (2.0 * known.size)
    axis = Axis(column=name, knots=picked.tolist(), ranks=ranks.tolist())
    places = _placed(axis, values)
    return [msgspec.structs.replace(axis, overall=float(places.mean()))] if np.ptp(places) > 0 else []


def _texts(name: str, values: Array) -> list[Axis]:
    counted = Counter(value for value in values if value is not None)
    shared = [(text, count / len(values)) for text, count in counted.items()]
    picked = sorted((one for one in shared if TEXT_SHARE_LEAST <= one[1] < 1), key=lambda one: (-one[1], one[0]))
    return [Axis(column=name, text=text, overall=share * _TEXT_WIDTH) for text, share in picked[:TEXTS_MAX]]


def places(axes: Sequence[Axis], frame: Frame) -> NDArray[np.float64]:
    """Where the customers of a frame stand, one row an axis: D × N."""
    found = np.empty((len(axes), frame.size))
    for row, axis in enumerate(axes):
        found[row] = _placed(axis, frame.column(axis.column))
    return found


def _placed(axis: Axis, values: Array) -> NDArray[np.float64]:
    if axis.text is not None:
        return np.array([_TEXT_WIDTH if value == axis.text else 0.0 for value in values], dtype=np.float64)
    ranked = np.interp(values, axis.knots, axis.ranks)
    ranked[np.isnan(values)] = UNKNOWN
    return ranked
