"""Inputs that know the answer: what separates acceptances from the rest nearly perfectly was hardly known before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from rapport.learn.offpolicy.log import Floats
from rapport.learn.offpolicy.notes import Note

AUC_MAX: Final = 0.99
ANSWERS_MIN: Final = 200
ACCEPTED_MIN: Final = 20
"""With fewer of either outcome a column may separate them by chance."""


def leaks(names: Sequence[str], inputs: Floats, accepted: np.ndarray) -> list[tuple[int, Note]]:
    """The columns (by place) that alone tell who accepts, each with a note; ``accepted`` says who did, shape n."""
    if min(int(accepted.sum()), int((~accepted).sum())) < ACCEPTED_MIN or len(accepted) < ANSWERS_MIN:
        return []
    found = []
    for place, name in enumerate(names):
        told = separation(inputs[:, place], accepted)
        if told > AUC_MAX:
            facts = {"column": name, "auc": f"{told:.3f}", "answers": len(accepted)}
            found.append((place, Note("leaked", facts)))
    return found


def separation(values: Floats, accepted: np.ndarray) -> float:
    """The area under the ROC curve of one column, or of its opposite: .5 says nothing, 1 says all.

    >>> separation(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, False, True, True]))
    1.0
    >>> separation(np.array([1.0, 1.0]), np.array([False, True]))
    0.5
    """
    levels, places = np.unique(values, return_inverse=True)
    of = np.bincount(places, minlength=len(levels)).astype(np.float64)
    ranks = np.cumsum(of) - (of - 1.0) / 2.0
    good = int(accepted.sum())
    area = (float(ranks[places][accepted].sum()) - good * (good + 1) / 2) / (good * (len(values) - good))
    return max(area, 1.0 - area)
