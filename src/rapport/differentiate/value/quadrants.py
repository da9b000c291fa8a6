"""The four quadrants of current and potential value: from which score a customer counts as high, and their names."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.workspace.value import Quadrant, QuadrantKey, Value

QUADRANTS: Final[dict[QuadrantKey, Quadrant]] = {
    "high_high": Quadrant("Most valuable", "Keep and grow: the best service, a person who knows them, first pick."),
    "high_low": Quadrant("To keep", "Keep what they are worth: reliable service, thanks, no costly wooing."),
    "low_high": Quadrant("To grow", "Invest: find out what they buy elsewhere and win it step by step."),
    "low_low": Quadrant("To serve simply", "Serve well at little cost: self-service, standard offers."),
}
"""What the quadrants are called and given unless ``value.yaml`` says otherwise."""
_KEYS: Final = np.array([["low_low", "low_high"], ["high_low", "high_high"]], dtype=object)


def quadrant(value: Value, key: QuadrantKey) -> Quadrant:
    """A quadrant's name and treatment, what is not said taken from ``QUADRANTS``."""
    said, usual = value.quadrants.get(key, Quadrant()), QUADRANTS[key]
    return Quadrant(said.name or usual.name, said.treatment or usual.treatment)


def usual(value: Value, key: QuadrantKey) -> list[str]:
    """Which of name and treatment are not the business's own words, so that a page may translate them."""
    said = value.quadrants.get(key, Quadrant())
    return [name for name, text in (("name", said.name), ("treatment", said.treatment)) if not text]


def high_from(scores: NDArray[np.float64]) -> float | None:
    """The score that comes closest to calling half of the customers high; of two, that with fewer. None: all alike.

    With ties the plain median can call nearly everybody high: of six prospects with nothing and four buyers it is the
    prospects' score.

    >>> high_from(np.array([0.1, 0.1, 0.1, 0.6, 0.9]))
    0.6
    """
    known = scores[~np.isnan(scores)]
    distinct, first = np.unique(np.sort(known), return_index=True)
    if distinct.size < 2:
        return None
    at_least = 1.0 - first / known.size
    place = int(np.argmin(np.abs(at_least - 0.5)[::-1]))
    return float(distinct[::-1][place])


def placed(
    current: NDArray[np.float64],
    potential: NDArray[np.float64],
    from_current: float | None,
    from_potential: float | None,
) -> NDArray[np.object_]:
    """Each customer's quadrant; None where a dimension is not known."""
    high_current, high_potential = is_high(current, from_current), is_high(potential, from_potential)
    keys = _KEYS[high_current.astype(np.intp), high_potential.astype(np.intp)]
    keys[np.isnan(current) | np.isnan(potential)] = None
    return keys


def is_high(scores: NDArray[np.float64], threshold: float | None) -> NDArray[np.bool_]:
    """Who counts as high; nobody where nothing sets customers apart."""
    return np.zeros(scores.shape, dtype=np.bool_) if threshold is None else scores >= threshold
