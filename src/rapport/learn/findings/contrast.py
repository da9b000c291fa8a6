"""Two groups of offers held against each other, within each offer, as if choice had shown it to both alike.

Who saw an offer was chosen, so a plain share of acceptances compares whom the offers found. A showing that was picked
with chance p among K candidates counts min(p, 1/K)/p, which weighs every decision by min(p, 1/K): those in which the
offer had at least an even chance count alike, those in which it was hardly ever picked hardly. These are balancing
weights (Li, Morgan & Zaslavsky, JASA 113, 2018, section 2) of the bounded kind of Mao, Li & Greene (Statistical Methods
in Medical Research 28, 2019); 1/p itself (Horvitz & Thompson) lets a handful of showings decide once a learner has
grown sure. The spread is that of customers, not of showings: one who answered ten times is one customer (linearised
ratio with clusters, Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, section 5.7).
Weighting takes the choosing out, nothing else: a difference says what goes with what.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CUSTOMERS_MIN: Final = 20
"""With fewer customers on either side nothing is claimed."""
EFFECTIVE_MIN: Final = 20.0
"""Nor where the weights make so few showings of many (Kish's effective size)."""


class Shown(msgspec.Struct, frozen=True):
    """N offers that were shown and are settled."""

    customer: NDArray[np.int64]
    """Number of the customer."""
    stratum: NDArray[np.int64]
    """Number of the action: only showings of the same action are compared."""
    weight: Floats
    """What each counts, see ``counting``; above 0."""
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

    def interval(self, level: float = 0.95) -> tuple[float, float] | None:
        """The interval of the difference (Student's t, its degrees those of the side with fewer customers)."""
        from scipy.special import stdtrit  # noqa: PLC0415 - scipy is imported when it is first needed

        if self.difference is None or self.error is None:
            return None
        wide = float(stdtrit(self._degrees, (1.0 + level) / 2.0)) * self.error
        return self.difference - wide, self.difference + wide

    @property
    def p(self) -> float | None:
        """Two-sided."""
        from scipy.special import stdtr  # noqa: PLC0415 - as above

        if self.difference is None or not self.error:
            return None
        return 2.0 * float(stdtr(self._degrees, -abs(self.difference) / self.error))

    @property
    def _degrees(self) -> int:
        return max(1, min(self.customers, self.others_customers) - 1)


def counting(chance: Floats, candidates: NDArray[np.int64]) -> Floats:
    """What showings count that were picked with some chance among so many candidates.

    >>> counting(np.array([0.1, 0.25, 0.5, 1.0]), np.array([4, 4, 4, 1])).tolist()
    [1.0, 1.0, 0.5, 1.0]
    """
    counted: Floats = np.minimum(1.0, 1.0 / (candidates * chance))
    return counted


def contrast(shown: Shown, inside: NDArray[np.bool_]) -> Contrast:
    """Showings ``inside`` a group beside the others, within each action, actions weighted by the group's showings."""
    strata = int(shown.stratum.max()) + 1 if shown.stratum.size else 0
    heavy = np.stack([np.bincount(shown.stratum, shown.weight * side, strata) for side in (inside, ~inside)])
    both = (heavy[0] > 0.0) & (heavy[1] > 0.0)
    kept = both[shown.stratum]
    mine, others = inside & kept, ~inside & kept
    counted = [int(np.count_nonzero(np.bincount(shown.customer[side]))) for side in (mine, others)]
    told = Contrast(customers=counted[0], others_customers=counted[1], showings=int(np.count_nonzero(mine)))
    if min(counted) < CUSTOMERS_MIN:
        return msgspec.structs.replace(told, refused=f"fewer than {CUSTOMERS_MIN} customers on one side")
    share = heavy[0] * both / float(heavy[0] @ both)
    own, beside = _part(shown, mine, share, heavy[0]), _part(shown, others, share, heavy[1])
    if min(_effective(own), _effective(beside)) < EFFECTIVE_MIN:
        return msgspec.structs.replace(told, refused="too few customers had a real chance of the other choice")
    first, second = float(own @ shown.outcome), float(beside @ shown.outcome)
    error = _error(shown, own, beside, strata)
    return msgspec.structs.replace(told, rate=first, others=second, difference=first - second, error=error)


def _part(shown: Shown, side: NDArray[np.bool_], share: Floats, held: Floats) -> Floats:
    """What each showing adds to the rate of its side, action by action; sums to 1."""
    a_unit = np.divide(share, held, out=np.zeros_like(share), where=held > 0.0)
    found: Floats = np.where(side, shown.weight * a_unit[shown.stratum], 0.0)
    return found


def _error(shown: Shown, mine: Floats, others: Floats, strata: int) -> float:
    """The standard error of the difference: of customers, and never less than if all answers were independent.

    Where few accept, a side without one acceptance has no spread at all; at the rate that both sides have in common
    it has.
    """
    scores = np.zeros(shown.outcome.size)
    for part, sign in ((mine, 1.0), (others, -1.0)):
        held = np.bincount(shown.stratum, part, strata)
        mean = np.divide(np.bincount(shown.stratum, part * shown.outcome, strata), held, where=held > 0.0,
                         out=np.zeros(strata))  # fmt: skip
        scores += sign * part * (shown.outcome - mean[shown.stratum])
    totals = np.bincount(shown.customer, scores)
    groups = int(np.count_nonzero(np.bincount(shown.customer[(mine + others) > 0.0])))
    clustered = float(totals @ totals) * groups / max(1, groups - 1)
    weight = np.bincount(shown.stratum, shown.weight, strata)
    rate = np.divide(np.bincount(shown.stratum, shown.weight * shown.outcome, strata), weight, where=weight > 0.0,
                     out=np.zeros(strata))  # fmt: skip
    independent = float(np.sum(((mine + others) ** 2) * (rate * (1.0 - rate))[shown.stratum]))
    return math.sqrt(max(clustered, independent))


def _effective(part: Floats) -> float:
    """Kish's effective size of a weighted sample (Survey Sampling, 1965, section 11.7).

    >>> _effective(np.array([1.0, 1.0, 1.0])), round(_effective(np.array([10.0, 0.1, 0.1])), 2)
    (3.0, 1.04)
    """
    return float(part.sum()) ** 2 / float(part @ part) if part.any() else 0.0
