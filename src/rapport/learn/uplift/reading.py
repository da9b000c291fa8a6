"""Customers' columns as standardised numbers: the inputs of a line, and how another row becomes the same inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from rapport.learn.uplift.trial import Floats

TEXTS_MAX: Final = 5
"""So many of a text column's values, the commonest, are inputs of their own."""
HELD_MIN: Final = 30
"""A text that fewer rows have is no input."""


class Number(msgspec.Struct, frozen=True):
    """A numeric column: NULL reads as its mean."""

    column: str
    mean: float
    deviation: float


class Text(msgspec.Struct, frozen=True):
    """Whether a text column has one value, less the share of rows that have it."""

    column: str
    value: str
    share: float


class Reading(msgspec.Struct, frozen=True):
    """Which columns are inputs, and on what scale."""

    numbers: list[Number]
    texts: list[Text]

    def matrix(self, rows: Sequence[Mapping[str, Any]]) -> Floats:
        """n rows as n × d numbers around 0.

        >>> Reading([Number("orders", 2.0, 1.0)], [Text("city", "Ulm", 0.5)]).matrix([{"orders": 3, "city": "Ulm"}])
        array([[1. , 0.5]])
        """
        columns = [
            [(float(row[one.column]) - one.mean) / one.deviation if row.get(one.column) is not None else 0.0
             for row in rows]
            for one in self.numbers
        ]  # fmt: skip
        columns += [[float(row.get(one.column) == one.value) - one.share for row in rows] for one in self.texts]
        return np.array(columns, dtype=np.float64).reshape(len(columns), len(rows)).T

    @property
    def names(self) -> list[str]:
        """What each input is called."""
        return [one.column for one in self.numbers] + [f"{one.column} = {one.value}" for one in self.texts]


def reading_of(rows: Sequence[Mapping[str, Any]]) -> Reading:
    """The inputs that these rows offer: numbers that differ, and the commonest values of texts."""
    numbers, texts = [], []
    for name in sorted({name for row in rows[:1] for name in row}):
        held = [row[name] for row in rows if row.get(name) is not None]
        if not held:
            continue
        if isinstance(held[0], str):
            common = Counter(held).most_common(TEXTS_MAX)
            texts += [Text(name, value, count / len(rows)) for value, count in common if count >= HELD_MIN]
        else:
            values = np.array(held, dtype=np.float64)
            deviation = float(values.std())
            if deviation > 0.0:
                numbers.append(Number(name, float(values.mean()), deviation))
    return Reading(numbers, texts)
