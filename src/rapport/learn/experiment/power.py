"""How many customers it takes, and how long, before anything is started."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.learn.experiment.contrast import ALPHA
from rapport.learn.experiment.group_sequential import boundaries
from rapport.learn.experiment.sequential import Always

POWER: Final = 0.8
"""The chance of seeing an effect that is as large as asked for."""


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What customers did so far, without the experiment."""

    customers: int
    mean: float
    variance: float
    """Of one customer's outcome."""
    left: float
    """Share of the variance left once what was known before is taken out."""
    days: float
    """Over so many days they were met."""


def customers_needed(baseline: Baseline, effect: float, shares: Sequence[float], looks: int) -> int:
    """Customers in all arms, the control's share first, that it takes to see a relative effect in each, with 80% power.

    ``looks`` as the experiment declares them: 0 for whenever one likes. With those the number is the most that it
    takes: half of the experiments with such an effect end before.

    >>> base = Baseline(customers=1, mean=0.1, variance=0.09, left=1.0, days=1.0)
    >>> [customers_needed(base, 0.1, (1, 1), looks) for looks in (1, 5, 0)]
    [28256, 29708, 54108]
    """
    return math.ceil(_whole(baseline, shares, looks) / effect**2)


def effect_seen(baseline: Baseline, customers: int, shares: Sequence[float], looks: int) -> float:
    """The relative effect that so many customers show with 80% power."""
    return math.sqrt(_whole(baseline, shares, looks) / customers)


def _whole(baseline: Baseline, shares: Sequence[float], looks: int) -> float:
    """Customers for an effect as large as the control's mean; inversely to its square for a smaller one."""
    reach = threshold(looks, len(shares)) + NormalDist().inv_cdf(POWER)
    drawn = [share / sum(shares) for share in shares if share]
    spread = baseline.variance * baseline.left * (1.0 / drawn[0] + 1.0 / min(drawn[1:]))
    return reach**2 * spread / baseline.mean**2


def threshold(looks: int, arms: int) -> float:
    """How many standard errors an effect must be away from 0 at the planned number of customers."""
    alpha = ALPHA / max(1, arms - 1)
    return Always(1, alpha).width(1) if looks == 0 else boundaries(looks, alpha)[-1]


def days_needed(met_at: NDArray[np.floating[Any]], customers: int) -> float | None:
    """How many days it takes to meet so many customers, as customers were first met on these days so far.

    ``met_at`` are days since the beginning, ascending. New ones keep coming as in the last half of that time. None
    where nobody came.

    >>> days_needed(np.array([0.0, 1.0, 2.0, 3.0]), 2), days_needed(np.array([0.0, 1.0, 2.0, 3.0]), 8)
    (1.0, 6.0)
    """
    if not len(met_at) or not met_at[-1]:
        return None
    if customers <= len(met_at):
        return float(met_at[customers - 1])
    last = float(met_at[-1])
    a_day = float((met_at > last / 2).sum()) / (last / 2)
    return last + (customers - len(met_at)) / a_day
