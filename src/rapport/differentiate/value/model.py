"""What the value part learns from a sample of the customers: curves, weights, thresholds. Frozen, plain, as JSON."""

from __future__ import annotations

from typing import Literal

import msgspec

DimensionName = Literal["current", "potential"]


class Curve(msgspec.Struct, frozen=True):
    """How a number becomes a score: through points by straight lines, or by steps that begin at the points."""

    points: list[float]
    """Ascending."""
    scores: list[float]
    """0 to 1, one for each point; of a stepped curve one more, the first below the first point."""
    stepped: bool = False


class Measured(msgspec.Struct, frozen=True):
    """One indicator as it was learnt."""

    curve: Curve
    weight: float
    """Its share of the dimension, 0 to 1."""
    known: float
    """Of which share of the sample its number is known."""
    alike: bool
    """Whether all of the sample score the same: then it tells nobody apart."""


class Misfit(msgspec.Struct, frozen=True):
    """The judgement that breaks a matrix of comparisons most, and what would fit the others."""

    more: str
    less: str
    said: float
    """How many times more ``more`` was said to matter than ``less``."""
    fits: float
    """What the other judgements imply, on Saaty's scale: 1/9 to 9."""
    ratio: float
    """The consistency ratio that the matrix would have with it."""


class Judged(msgspec.Struct, frozen=True):
    """One matrix of pairwise comparisons and how consistent it is."""

    among: str
    """The group whose indicators are compared; empty for the uppermost comparison."""
    names: list[str]
    ratio: float
    """Saaty's consistency ratio; above ``weighing.ahp.CONSISTENT`` the judgements contradict each other."""
    misfit: Misfit | None = None
    """Given where the ratio is too high."""


class Alike(msgspec.Struct, frozen=True):
    """Two indicators that say nearly the same: Spearman's rank correlation and its 95% interval."""

    one: str
    other: str
    dimensions: list[DimensionName]
    """Of the one and of the other: the same twice, and it counts double there."""
    rho: float
    low: float
    high: float
    customers: int


class Learned(msgspec.Struct, frozen=True):
    """One dimension as it was learnt."""

    indicators: dict[str, Measured]
    high_from: float | None
    """The score from which a customer counts as high; None where nobody does, because all are alike."""
    judged: list[Judged] = []
    capped: list[str] = []
    """Indicators whose entropy weight was cut to the cap."""


class ValueModel(msgspec.Struct, frozen=True):
    """What a refresh teaches of value."""

    customers: int
    """Size of the sample."""
    dimensions: dict[DimensionName, Learned]
    alike: list[Alike] = []
    """Pairs that say nearly the same, the closest first."""
    together: Alike | None = None
    """The two dimensions with each other; None where they cannot be compared."""
