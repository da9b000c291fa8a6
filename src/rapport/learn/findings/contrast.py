"""Two groups of offers held against each other, as if each offer had been shown to everybody who might have seen it.

Who saw an offer was chosen, so a plain share of acceptances compares whom the offers found. Every showing is weighted
by 1/p, p the logged chance that this decision picked it (Horvitz & Thompson, JASA 47, 1952), normalised within the
group (Hájek 1971). The spread is that of customers, not of showings: one who answered ten times is one customer
(linearised ratio with clusters, Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, section 5.7).
Weighting takes the choosing out, nothing else: a difference says what goes with what.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CUSTOMERS_MIN: Final = 30
"""With fewer customers on either side nothing is claimed."""
EFFECTIVE_MIN: Final = 25.0
"""Nor where the weights make so few showings of many (Kish's effective size)."""
Z_95: Final = 1.959963984540054


class Shown(msgspec.Struct, frozen=True):
    """N offers that were shown and are settled."""

    customer: NDArray[np.int64]
    """Number of the customer."""
    stratum: NDArray[np.int64]
    """Number of the action: only showings of the same action are compared."""
    weight: Floats
    """1 / the logged chance that it was picked."""
    outcome: Floats
    """1 where it was accepted (or refused, where that is asked), else 0."""


class Contrast(msgspec.Struct, frozen=True):
    """How much oftener in a group than outside it; None where the data cannot carry it, and why."""

    rate: float | None = None
    others: float | None = None
    difference: float | None = None
    error: float | None = None
    customers: int = 0
    others_customers: int = 0
    showings: int = 0
    refused: str = ""

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of the difference (normal)."""
        if self.difference is None or self.error is None:
            return None
        return self.difference - Z_95 * self.error, self.difference + Z_95 * self.error

    @property
    def p(self) -> float | None:
        """Two-sided."""
        if self.difference is None or not self.error:
            return None
        return math.erfc(abs(self.difference) / self.error / math.sqrt(2.0))


def contrast(shown: Shown, inside: NDArray[np.bool_]) -> Contrast:
    """Showings ``inside`` a group beside the others, within each action, actions weighted by the group's showings."""
    strata = [place for place in np.unique(shown.stratum[inside]) if (~inside & (shown.stratum == place)).any()]
    kept = np.isin(shown.stratum, strata)
    mine, others = inside & kept, ~inside & kept
    counted = [int(np.unique(shown.customer[side]).size) for side in (mine, others)]
    told = Contrast(customers=counted[0], others_customers=counted[1], showings=int(mine.sum()))
    if min(counted) < CUSTOMERS_MIN:
        return msgspec.structs.replace(told, refused=f"fewer than {CUSTOMERS_MIN} customers on one side")
    if any(_effective(shown.weight[side]) < EFFECTIVE_MIN for side in (mine, others)):
        return msgspec.structs.replace(told, refused="too few customers had a real chance of the other choice")
    share = {place: float((mine & (shown.stratum == place)).sum()) / told.showings for place in strata}
    first, scores_first = _standardised(shown, mine, share)
    second, scores_second = _standardised(shown, others, share)
    totals = np.bincount(shown.customer, scores_first - scores_second)
    groups = int(np.unique(shown.customer[kept]).size)
    error = math.sqrt(float(np.sum(totals**2)) * groups / max(1, groups - 1))
    return msgspec.structs.replace(told, rate=first, others=second, difference=first - second, error=error)


def _standardised(shown: Shown, side: NDArray[np.bool_], share: dict[int, float]) -> tuple[float, Floats]:
    """The weighted rate of a side, action by action, and what each showing adds to its error."""
    rate, scores = 0.0, np.zeros(shown.outcome.size)
    for place, part in share.items():
        rows = side & (shown.stratum == place)
        weight = shown.weight[rows]
        mean = float(weight @ shown.outcome[rows] / weight.sum())
        rate += part * mean
        scores[rows] = part * weight * (shown.outcome[rows] - mean) / weight.sum()
    return rate, scores


def _effective(weight: Floats) -> float:
    """Kish's effective size of a weighted sample (Survey Sampling, 1965, section 11.7).

    >>> _effective(np.array([1.0, 1.0, 1.0])), round(_effective(np.array([10.0, 0.1, 0.1])), 2)
    (3.0, 1.04)
    """
    return float(weight.sum()) ** 2 / float(np.sum(weight**2)) if weight.size else 0.0
