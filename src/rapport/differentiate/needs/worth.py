"""Needs and value together: which needs go with high value.

Customers who have a need are held against those of whom another is known: difference of means with Welch's interval
(B. L. Welch, Biometrika 34, 1947), many questions at once corrected by Benjamini & Hochberg (J. Royal Statistical
Society B 57, 1995). It says what goes together, never what causes what.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

CUSTOMERS_MIN: Final = 30
"""With fewer on either side nothing is claimed: means of money are too skewed."""
FALSE_DISCOVERY: Final = 0.05
"""Of the differences called real, at most so many are not."""
INTERVAL: Final = 0.95


class Moments(msgspec.Struct, frozen=True):
    """Customers, mean and sum of squared deviations of their value."""

    customers: int
    mean: float
    squares: float

    def without(self, other: Moments) -> Moments:
        """Those who are not in ``other`` (the pairwise update of Chan, Golub & LeVeque, 1983, run backwards)."""
        left = self.customers - other.customers
        if left <= 0:
            return Moments(0, 0.0, 0.0)
        mean = (self.customers * self.mean - other.customers * other.mean) / left
        between = (other.mean - mean) ** 2 * other.customers * left / self.customers
        return Moments(left, mean, max(0.0, self.squares - other.squares - between))


class GoesWith(msgspec.Struct, frozen=True, kw_only=True):
    """One need, and what those who have it are worth beside the others."""

    attribute: str
    need: str
    customers: int
    mean: float
    others: int
    others_mean: float
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    """Ends of the 95% interval of the difference."""
    p: float | None = None
    q: float | None = None
    """p after correction for all needs compared."""
    refused: str = ""
    """Why no difference is told."""

    @property
    def holds(self) -> bool:
        """Whether the difference stands up to the number of questions asked."""
        return self.q is not None and self.q <= FALSE_DISCOVERY


def goes_with(found: Mapping[str, Mapping[str, Moments]]) -> list[GoesWith]:
    """Every need of every attribute beside the other needs of that attribute; the greatest difference first.

    ``found``: attribute → need → its customers' value.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 - scipy is imported when it is first needed

    compared = [
        _compared(attribute, need, mine, _all(list(needs.values())).without(mine))
        for attribute, needs in found.items()
        for need, mine in needs.items()
    ]
    asked = [one.p for one in compared if one.p is not None]
    corrected = iter(false_discovery_control(asked).tolist() if asked else [])
    told = [one if one.p is None else msgspec.structs.replace(one, q=next(corrected)) for one in compared]
    return sorted(told, key=lambda one: (one.difference is None, -(one.difference or 0.0), one.attribute, one.need))


def _all(parts: Sequence[Moments]) -> Moments:
    customers = sum(one.customers for one in parts)
    mean = sum(one.customers * one.mean for one in parts) / customers if customers else 0.0
    squares = sum(one.squares + one.customers * (one.mean - mean) ** 2 for one in parts)
    return Moments(customers, mean, squares)


def _compared(attribute: str, need: str, mine: Moments, others: Moments) -> GoesWith:
    from scipy.stats import t  # noqa: PLC0415 - scipy is imported when it is first needed

    told = GoesWith(attribute=attribute, need=need, customers=mine.customers, mean=mine.mean, others=others.customers,
                    others_mean=others.mean)  # fmt: skip
    if min(mine.customers, others.customers) < CUSTOMERS_MIN:
        return msgspec.structs.replace(told, refused=f"fewer than {CUSTOMERS_MIN} customers on one side")
    variances = [one.squares / (one.customers - 1) / one.customers for one in (mine, others)]
    error = math.sqrt(sum(variances))
    if error == 0.0:
        return msgspec.structs.replace(told, refused="everybody on each side is worth the same")
    sizes = (mine.customers - 1, others.customers - 1)
    freedom = error**4 / sum(variance**2 / size for variance, size in zip(variances, sizes, strict=True))
    difference = mine.mean - others.mean
    half = float(t.ppf((1 + INTERVAL) / 2, freedom)) * error
    p = 2.0 * float(t.sf(abs(difference) / error, freedom))
    return msgspec.structs.replace(told, difference=difference, low=difference - half, high=difference + half, p=p)
