"""The columns of needs: what each customer most probably needs, how much is known of it, whether it shifted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.needs.arrays import Compiled
from rapport.differentiate.needs.compiling import kernels
from rapport.differentiate.readings import ATTRIBUTES

EVIDENCE_MIN: Final = 0.1
"""With less evidence of a customer's own a need is not known: a tenth of one event."""
FALSE_ALARM: Final = 0.05
"""A customer whose needs did not move is said to have changed about so often."""
MATTERS_EVIDENCE_MIN: Final = 3.0
MATTERS_LIFT_MIN: Final = 1.1
"""What matters most is at least so many times as common with the customer as with the segment."""
_COLUMNS: Final = (*(f"need_{name}" for name in ATTRIBUTES), "matters_most")
_NUMBERS: Final = ("needs_known", "needs_changed", "predictability")


@dataclass(frozen=True, slots=True)
class Judging:
    """What a workspace asks: the segments' column, the weight of an inferred reason, how new a change is."""

    segment_by: str
    inferred: float
    recent_days: int

    def levels(self, bar: float) -> NDArray[np.float64]:
        """As the kernel reads them."""
        return np.array([EVIDENCE_MIN, math.exp(-bar), MATTERS_EVIDENCE_MIN, MATTERS_LIFT_MIN, self.inferred])


def score(arrays: Compiled, frame: Frame, judging: Judging) -> dict[str, Array]:
    """The part's columns."""
    codes, numbers, _bayes, _since = judged(arrays, frame, judging)
    texts = arrays.spoken[codes]
    columns = {name: texts[:, place] for place, name in enumerate(_COLUMNS)}
    return columns | {name: numbers[:, place] for place, name in enumerate(_NUMBERS)}


def judged(arrays: Compiled, frame: Frame, judging: Judging) -> Any:
    """Codes of texts N×9, numbers N×3, log Bayes factor of change N×F, the day from which on N×F."""
    *ladder, fan = arrays.ladder
    return kernels().score(
        frame.tallies.customer, frame.purchases.customer, frame.personal, arrays.places(frame, judging.segment_by),
        *arrays.rows(frame), arrays.cells, arrays.facet_of, arrays.weight, arrays.rate, arrays.alike, *arrays.gap,
        *ladder, arrays.why, fan, arrays.first, arrays.cell_facet, arrays.named, arrays.share, arrays.plenty,
        arrays.best_share, arrays.strength, arrays.slots, arrays.opens, judging.levels(arrays.bar), judging.recent_days,
    )  # fmt: skip


def changed_facets(bayes: NDArray[np.float64], bar: float) -> list[int]:
    """The facets of one customer that shifted, at ``FALSE_ALARM`` over all that could be asked (Bonferroni)."""
    asked = np.isfinite(bayes)
    level = math.log(max(1, int(asked.sum()))) + bar
    return np.flatnonzero(asked & (bayes >= level)).tolist()
