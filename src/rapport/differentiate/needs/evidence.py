"""The evidence of many customers' needs at once, value by value: what depth is measured from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Frame
from rapport.differentiate.needs.arrays import Compiled
from rapport.differentiate.needs.compiling import kernels
from rapport.differentiate.needs.score import Judging

Floats = NDArray[np.float64]


class Evidence(NamedTuple):
    """N customers, C cells (values of all facets end to end), F facets."""

    counts: Floats
    """N×C: events that speak for a value, faded."""
    squares: Floats
    """N×F: sum of the squares of their weights."""
    segment: NDArray[np.int64]
    """N: place in ``Compiled.share`` of the habits they share."""


def evidence(arrays: Compiled, frame: Frame, judging: Judging) -> Evidence:
    """What the customers of a frame showed; nothing of who switched personalisation off."""
    starts, ends, shares, fan = arrays.ladder
    gap_facet, first, bands, rate, most = arrays.gap
    who, facets, cells, _, _, faded, _ = kernels().evidence_of(
        frame.tallies.customer, frame.purchases.customer, frame.personal, *arrays.rows(frame), arrays.cells,
        arrays.facet_of, arrays.weight, arrays.rate, arrays.alike, gap_facet, first, bands, rate, most, starts, ends,
        shares, arrays.why, judging.inferred, fan,
    )  # fmt: skip
    counts = np.zeros((frame.size, arrays.cell_facet.size))
    squares = np.zeros((frame.size, arrays.strength.size))
    np.add.at(counts, (who, cells), faded)
    np.add.at(squares, (who, facets), faded**2)
    return Evidence(counts, squares, arrays.places(frame, judging.segment_by))
