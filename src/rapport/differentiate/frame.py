"""Many customers as of one moment, as arrays: what every part of differentiate reads and adds to.

The same frame comes from the warehouse (everybody, a chunk at a time) and from the live fold (the few customers whom
events have just touched), so a part is written once and is the same online as offline.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rapport.rules import NumberExpression, Rule

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Purchases:
    """The days on which customers bought or gave back; M rows, ascending by customer and day.

    Amounts are ten-thousandths of the workspace's currency (``core.money``).
    """

    customer: NDArray[np.int32]
    """Place in the frame, M."""
    day: NDArray[np.int32]
    """Local day, 0 = 1970-01-01."""
    orders: NDArray[np.int64]
    revenue: NDArray[np.int64]
    """Of that day's orders, refunds not taken off."""
    refunds: NDArray[np.int64]
    """Given back on that day, 0 or more."""
    foreign: NDArray[np.int64]
    """Orders and refunds in a currency without a rate: they count, their amounts do not."""


@dataclass(frozen=True, slots=True)
class Tallies:
    """How often customers showed a value at a reading, by day; M rows, ascending by customer, reading, text, day.

    The numbers of texts differ from frame to frame: what a part computes must not depend on them.
    """

    customer: NDArray[np.int32]
    """Place in the frame, M."""
    reading: NDArray[np.int32]
    """Place in ``readings.readings_of(workspace)``."""
    value: NDArray[np.int32]
    """Place in ``values``."""
    day: NDArray[np.int32]
    """Local day."""
    count: NDArray[np.int64]
    values: Sequence[str]
    """The texts, each once; of a reading with an occasion ``occasion␟value`` (``readings.SEPARATOR``)."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest signals of the buying cycle, at most ``history.RECENT_MAX`` each; ascending by customer and time."""

    customer: NDArray[np.int32]
    reading: NDArray[np.int32]
    time_us: NDArray[np.int64]


@dataclass(slots=True)
class Frame:
    """N customers as of a moment.

    Columns are arrays of N: numbers, integers and booleans as float64 with NaN for NULL (1.0 is TRUE), text as objects
    with None for NULL.
    """

    customer_ids: Sequence[str]
    as_of_us: int
    day: int
    """The local day of that moment."""
    personal: NDArray[np.bool_]
    """Whether the customer may be told apart: False for who switched personalisation off."""
    purchases: Purchases
    tallies: Tallies
    recent: Recent
    read: Callable[[str], Array]
    """A trait, feature or base column of these customers, by name."""
    ask: Callable[[Sequence[Rule | NumberExpression], dict[str, Array]], list[NDArray[np.float64]]]
    """Evaluates rules and calculations for these customers, given the scores so far."""
    scores: dict[str, Array] = field(default_factory=dict)
    """What the parts before have computed, by column."""
    population: int = 0
    """How many customers these stand for, where they are a sample of more; 0: themselves."""

    @property
    def size(self) -> int:
        """How many customers."""
        return len(self.customer_ids)

    def column(self, name: str) -> Array:
        """A column by name, whoever computed it."""
        return self.scores[name] if name in self.scores else self.read(name)

    def evaluate(self, expressions: Sequence[Rule | NumberExpression]) -> list[NDArray[np.float64]]:
        """Each expression's value for each customer; NaN where it is NULL, 1.0 where a rule holds."""
        return self.ask(expressions, self.scores)
