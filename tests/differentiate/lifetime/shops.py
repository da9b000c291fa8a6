"""Made-up customers who buy as the models say, from one seed."""

from __future__ import annotations

from typing import Any

import numpy as np

Bought = dict[str, list[tuple[int, float]]]


def shop(
    customers: int, *, days: int = 500, seed: int = 7, leave: float = 0.25, rate: float = 0.03, factors: Any = None
) -> Bought:
    """First purchases on the first fifth of the days; with ``factors`` by calendar month the rate follows them."""
    rng = np.random.default_rng(seed)
    bought: Bought = {}
    for number in range(customers):
        first = int(rng.integers(0, days // 5 + 1))
        own, size = rng.gamma(0.8) * rate, 5 + 20 / rng.gamma(3.0)
        on, day = [first], first
        most = 1.0 if factors is None else max(factors)
        while (day := day + int(rng.geometric(min(max(own * most, 1e-6), 1.0)))) <= days:
            if factors is not None and rng.random() * most > factors[day // 30 % 12]:
                continue
            on.append(day)
            if rng.random() < leave:
                break
        bought[f"c{number}"] = [(day, round(size * rng.gamma(6.0) / 6, 2)) for day in on]
    return bought


def contracts(customers: int, *, days: int = 900, period: int = 30, seed: int = 3) -> tuple[Bought, list[float]]:
    """Who pays 10 a period until the end, and whether they still do at ``days``."""
    rng = np.random.default_rng(seed)
    bought: Bought = {}
    running = []
    for number in range(customers):
        first, end = int(rng.integers(0, days // 2)), rng.beta(0.7, 5.0)
        on = [first]
        while on[-1] + period <= days and rng.random() > end:
            on.append(on[-1] + period)
        bought[f"c{number}"] = [(day, 10.0) for day in on]
        running.append(1.0 if on[-1] + period > days else 0.0)
    return bought, running
