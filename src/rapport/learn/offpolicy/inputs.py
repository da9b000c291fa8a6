"""What decisions recorded of customers and moments, as numbers for the model of the reward."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from rapport.learn.offpolicy.log import Floats

VALUES_MAX: Final = 8
"""So many values of a text, the commonest, have a column of their own."""
COLUMNS_MAX: Final = 80


def encode(rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], Floats]:
    """The columns' names and values, shape n × d: numbers with NULL at their mean beside a flag, texts as flags.

    >>> names, found = encode([{"orders": 2, "tier": "gold"}, {"orders": None, "tier": "silver"}, {"orders": 4}])
    >>> names
    ['orders', 'orders is null', 'tier=gold', 'tier=silver']
    >>> found[1].tolist()
    [3.0, 1.0, 0.0, 1.0]
    """
    told: dict[str, Floats] = {}
    for name in sorted({name for row in rows for name in row}):
        told |= _column(name, [row.get(name) for row in rows])
    names = [name for name, values in told.items() if values.any()][:COLUMNS_MAX]
    return names, np.stack([told[name] for name in names], axis=1) if names else np.zeros((len(rows), 0))


def _column(name: str, values: Sequence[Any]) -> dict[str, Floats]:
    """One recorded column as columns of numbers; lists and the like are left out."""
    if all(value is None or isinstance(value, (bool, int, float)) for value in values):
        return _numbers(name, values)
    known = [value for value in values if isinstance(value, (str, bool))]
    common = [value for value, _ in Counter(known).most_common(VALUES_MAX)]
    return {f"{name}={value}": np.array([one == value for one in values], dtype=np.float64) for value in common}


def _numbers(name: str, values: Sequence[Any]) -> dict[str, Floats]:
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    numbers[~np.isfinite(numbers)] = np.nan
    missing = np.isnan(numbers)
    if missing.all():
        return {}
    numbers[missing] = numbers[~missing].mean()
    return {name: numbers, f"{name} is null": missing.astype(np.float64)}
