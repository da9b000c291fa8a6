"""Options as vectors of what they are: one place for each value of a text, one for each number.

A place's prior deviation is how much customers are expected to differ in what they make of it, in logits of acceptance,
beside what the model already expects of everybody. Most people care about few things, so a value is wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Value = str | float | bool

VALUE_DEVIATION: Final = 1.0
"""Of one value of a text, such as a genre: customers love it or pass it by."""
NUMBER_DEVIATION: Final = 0.5
"""Of a number that is one standard deviation larger, such as a price."""
PLACES_MAX: Final = 256
"""The values that most options share come first; further ones are not told apart."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """The places, compiled once from all options that a game may show.

    >>> places = Attributes.of([{"genre": "crime", "price": 10}, {"genre": "poetry"}])
    >>> places.labels, places.row({"genre": "poetry"}).tolist()
    ((('genre', 'crime'), ('genre', 'poetry')), [0.0, 1.0])
    """

    labels: tuple[tuple[str, Value | None], ...]
    """Attribute and value; the value of a number's place is None."""
    places: Mapping[tuple[str, Value | None], int]
    centre: Floats
    """What is taken from a number; 0 for values."""
    scale: Floats
    """By what it is divided then; 1 for values."""
    deviation: Floats
    """Prior standard deviation of each place, in logits."""

    @classmethod
    def of(cls, options: Iterable[Mapping[str, Value]]) -> Attributes:
        """The places of these options' attributes; a number that is the same everywhere has none."""
        numbers: dict[str, list[float]] = {}
        values: dict[tuple[str, Value], int] = {}
        for one in options:
            for name, value in one.items():
                if isinstance(value, (str, bool)):
                    values[name, value] = values.get((name, value), 0) + 1
                else:
                    numbers.setdefault(name, []).append(float(value))
        spreads = {name: float(np.std(held)) for name, held in numbers.items()}
        varying = [name for name, spread in spreads.items() if spread > 0.0][:PLACES_MAX]
        common = set(sorted(values, key=lambda one: -values[one])[: PLACES_MAX - len(varying)])
        labels = (*(one for one in values if one in common), *((name, None) for name in varying))
        return cls(
            labels=labels,
            places={label: place for place, label in enumerate(labels)},
            centre=np.array([0.0] * len(common) + [float(np.mean(numbers[name])) for name in varying]),
            scale=np.array([1.0] * len(common) + [spreads[name] for name in varying]),
            deviation=np.array([VALUE_DEVIATION] * len(common) + [NUMBER_DEVIATION] * len(varying)),
        )

    def row(self, attributes: Mapping[str, Value]) -> Floats:
        """One option; what it does not say, and values nobody else has, stand at 0."""
        found = np.zeros(len(self.labels))
        for name, value in attributes.items():
            if isinstance(value, (str, bool)):
                place = self.places.get((name, value))
                if place is not None:
                    found[place] = 1.0
            elif (place := self.places.get((name, None))) is not None:
                found[place] = (value - self.centre[place]) / self.scale[place]
        return found

    def rows(self, options: Iterable[Mapping[str, Value]]) -> Floats:
        """Several options, one a row."""
        return np.array([self.row(one) for one in options]).reshape(-1, len(self.labels))

    def values_of(self, attribute: str) -> list[tuple[Value, int]]:
        """The values of a text attribute, each with its place."""
        return [(value, place) for place, (name, value) in enumerate(self.labels)
                if name == attribute and value is not None]  # fmt: skip
