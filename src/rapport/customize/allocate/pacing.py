"""A plan's prices day by day: dearer while more is spent than the plan's share, cheaper while less.

The price is the plan's plus a step times what is overspent, which is dual averaging of the daily slopes b·t/T - spent
(Balseiro and Gur 2019, "Learning in repeated auctions with budgets: regret minimization and equilibrium", eq. 3;
Balseiro, Lu and Mirrokni 2020, "Dual mirror descent for online allocation problems", algorithm 1, with a Euclidean
reference). It depends on nothing but the sums, so that every process and every restart has the same price.
"""

from __future__ import annotations

from typing import Final

GAIN: Final = 2.0
"""Ahead by a tenth of the whole budget, a unit's price rises by a fifth of what a unit earns."""


def paced(planned: float, spent: float, limit: float, elapsed: float, worth: float) -> float:
    """The price of one unit now, never below 0.

    ``planned``: the plan's price; ``spent`` so far of ``limit``, in units; ``elapsed``: the share of the span gone by,
    0 to 1; ``worth``: what a unit earns where it earns well.

    >>> [round(paced(0.5, spent, 100.0, 0.2, 2.0), 2) for spent in (20.0, 30.0, 0.0)]
    [0.5, 0.9, 0.0]
    """
    if limit <= 0.0:
        return planned
    return max(0.0, planned + GAIN * worth * (spent / limit - min(elapsed, 1.0)))
