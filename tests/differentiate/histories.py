"""Made-up shops whose truth is known: customers of two kinds, with gaps and amounts drawn with a seed."""

from __future__ import annotations

import numpy as np

Bought = dict[str, list[tuple[int, float]]]
START, TODAY = 18_000, 18_500


def shop(customers: int, seed: int = 1, last: int = TODAY) -> Bought:
    """Every third customer buys often and much, the others seldom and little; some leave for good.

    A later ``last`` lengthens the same histories."""
    return {
        f"c{number}": _history(np.random.default_rng([seed, number]), often=number % 3 == 0, last=last)
        for number in range(customers)
    }


def _history(rng: np.random.Generator, *, often: bool, last: int) -> list[tuple[int, float]]:
    gap, amount = (20.0, 80.0) if often else (90.0, 20.0)
    day = START + int(rng.integers(0, 120))
    found: list[tuple[int, float]] = []
    while day <= last:
        found.append((day, round(float(amount * rng.lognormal(0, 0.4)), 2)))
        if rng.random() < 0.06:
            break
        day += max(1, round(float(gap * rng.lognormal(0, 0.5))))
    return found
