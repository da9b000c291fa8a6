"""What can answer questions about a model: one Protocol, whether a circuit, a solver or both stand behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rapport.core.errors import Conflict

CAN_BE_CHOSEN = 1
CAN_BE_REFUSED = 2
BEING_CHECKED = 4
"""Bits of ``Validity.state``."""


class Impossible(Conflict):
    """The picks go against the rules: no configuration has them all."""


@dataclass(frozen=True, slots=True)
class Validity:
    """What is still possible under some picks."""

    state: NDArray[np.uint8]
    """Shape (options + 1,), place 0 unused: bits ``CAN_BE_CHOSEN``, ``CAN_BE_REFUSED``, ``BEING_CHECKED``."""

    @property
    def possible(self) -> list[int]:
        """Options of which it is certain that they can be chosen."""
        certain = (self.state & CAN_BE_CHOSEN > 0) & (self.state & BEING_CHECKED == 0)
        return [int(number) for number in np.flatnonzero(certain)]

    @property
    def forced(self) -> list[int]:
        """Options without which no configuration is left."""
        return [int(number) for number in np.flatnonzero(self.state == CAN_BE_CHOSEN)]

    @property
    def blocked(self) -> list[int]:
        """Options that certainly cannot be chosen any more."""
        return [int(number) for number in np.flatnonzero(self.state == CAN_BE_REFUSED) if number]


@dataclass(frozen=True, slots=True)
class Prices:
    """Lowest and highest price of a whole configuration, in ten-thousandths, the product's own price not included."""

    low: NDArray[np.int64]
    """Shape (options + 1,): with option v chosen; place 0: of all. Undefined where v cannot be chosen."""
    high: NDArray[np.int64]


class Reasoner(Protocol):
    """Answers questions about one model, under picks as literals; raises ``Impossible`` where nothing has them all."""

    @property
    def certain(self) -> bool:
        """Whether ``valid`` is exact at once; else options may come back as being checked."""
        ...

    def valid(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Validity:
        """What is still possible; ``visible`` are the options that must be certain where that costs time."""
        ...

    def count(self, picks: Sequence[int]) -> int | None:
        """How many configurations have the picks, exactly; 0 where none; None where it cannot be counted in time."""
        ...

    def prices(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Prices:
        """The price range of every option, of the ``visible`` ones where that costs time."""
        ...

    def best(self, picks: Sequence[int], weights: NDArray[np.float64]) -> list[int]:
        """The options of a configuration with the picks whose sum of weights (shape (options + 1,)) is greatest."""
        ...

    def sample(self, picks: Sequence[int], size: int, seed: int) -> list[list[int]]:
        """So many configurations with the picks, each drawn uniformly from all."""
        ...


def no_configuration(**said: Any) -> Impossible:
    """The error for picks that no configuration has."""
    return Impossible("no configuration has all these choices", hint="ask for an explanation, or take one back", **said)
