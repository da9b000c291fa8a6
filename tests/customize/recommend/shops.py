"""A made-up shop whose truth is known: half of the customers like the first half of the items."""

from __future__ import annotations

import numpy as np

from rapport.customize.recommend import Interactions, Shelf

TODAY = 100


def shop(customers: int = 120, items: int = 30, each: int = 8, seed: int = 1) -> Interactions:
    """Each customer takes ``each`` different items of the own half, on days up to ``TODAY``."""
    rng = np.random.default_rng(seed)
    half = items // 2
    rows = [
        (customer, int(item) + half * (customer % 2), int(day))
        for customer in range(customers)
        for item, day in zip(rng.permutation(half)[:each], rng.integers(0, TODAY + 1, each), strict=True)
    ]
    customer, item, day = np.array(rows, dtype=np.int32).T
    return Interactions(customer, item, day, np.ones(day.size), np.ones(day.size, bool), customers, items)


def shelf(shown: Interactions, new: tuple[int, ...] = ()) -> Shelf:
    """Items of two kinds whose price is their place; ``new`` are items that hardly anybody saw."""
    customers = np.bincount(shown.item, minlength=shown.items).astype(np.int32)
    customers[list(new)] = 1
    half = shown.items // 2
    texts: dict[str, list[str | None]] = {
        "category": ["tea" if place < half else "wool" for place in range(shown.items)],
        "price": [str(place + 1) for place in range(shown.items)],
    }
    return Shelf([f"i{place}" for place in range(shown.items)], texts, np.zeros(shown.items, np.int32), customers)
