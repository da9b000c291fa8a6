"""Inputs that know the answer: one that alone tells nearly who accepts was most likely written after the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ANSWERS_MIN: Final = 200
ALONE_MAX: Final = 0.99
"""An input whose AUC alone is above is left out, whatever it is."""
ANSWERING_MAX: Final = 0.9
"""So is one that counts the very events by which answers come, from here on."""


class Leak(msgspec.Struct, frozen=True, kw_only=True):
    """An input that separates answers as nothing honest does."""

    input: str
    auc: float
    answers: int
    answering: bool
    """Whether it is made of the events by which answers come."""


def leaks(inputs: Iterable[tuple[str, Floats, bool]], accepted: Mask, answering: frozenset[str]) -> list[Leak]:
    """Each input's name, values (NaN: missing) and whether they are codes of categories, beside the answers.

    An input with fewer than ``ANSWERS_MIN`` answers, or all alike, tells nothing. What a category is worth is learnt on
    one half of the answers and judged on the other, so that many categories do not look clever by number.
    """
    if accepted.size < ANSWERS_MIN or accepted.all() or not accepted.any():
        return []
    found = []
    for name, values, category in inputs:
        area = alone(_rates(values, accepted) if category else values, accepted)
        if area > (ANSWERING_MAX if name in answering else ALONE_MAX):
            found.append(Leak(input=name, auc=area, answers=accepted.size, answering=name in answering))
    return found


def alone(values: Floats, accepted: Mask) -> float:
    """The area under the ROC curve of one input, either way round; what is missing may lie at either end.

    >>> alone(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, False, True, True]))
    1.0
    """
    from scipy.stats import rankdata  # noqa: PLC0415 - slow to import, needed only here

    told = ~np.isnan(values)
    if values.size and not told.any():
        return 0.5
    ends = (np.nanmin(values) - 1.0, np.nanmax(values) + 1.0) if not told.all() else (0.0,)
    yes, areas = int(accepted.sum()), []
    for end in ends:
        ranks = rankdata(np.where(told, values, end))
        area = (float(ranks[accepted].sum()) - yes * (yes + 1) / 2) / (yes * (values.size - yes))
        areas.append(max(area, 1.0 - area))
    return max(areas)


def _rates(codes: Floats, accepted: Mask) -> Floats:
    """Each category's share of acceptances in the other half of the answers, smoothed; what is missing is one more."""
    missing = np.isnan(codes)
    places = np.where(missing, 0, codes + 1).astype(np.int64)
    half = np.arange(codes.size) % 2 == 0
    rates = np.empty(codes.size)
    for mine in (half, ~half):
        counts = np.bincount(places[~mine], minlength=int(places.max()) + 1)
        yes = np.bincount(places[~mine], weights=accepted[~mine], minlength=counts.size)
        base = float(accepted[~mine].mean())
        rates[mine] = ((yes + base) / (counts + 1.0))[places[mine]]
    return rates
