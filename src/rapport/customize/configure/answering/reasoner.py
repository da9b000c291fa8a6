"""What can answer questions about a model: one Protocol, whether a circuit, a solver or both stand behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rapport.core.errors import Conflict, InvalidInput
from rapport.core.money import SCALE

CAN_BE_CHOSEN: Final = 1
CAN_BE_REFUSED: Final = 2
BEING_CHECKED: Final = 4
"""Bits of ``Validity.state``. The first two are set only where they are certain; the third says that what is not set
may yet turn out so: an option with ``CAN_BE_CHOSEN | BEING_CHECKED`` is possible, and perhaps forced.
"""


Spent = Callable[[], bool]
"""Whether the time for a question is used up."""
_SUM_MAX: Final = 2**62


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
        return np.flatnonzero(self.state & CAN_BE_CHOSEN).tolist()

    @property
    def forced(self) -> list[int]:
        """Options without which no configuration is left."""
        return np.flatnonzero(self.state == CAN_BE_CHOSEN).tolist()

    @property
    def blocked(self) -> list[int]:
        """Options that certainly cannot be chosen any more."""
        return np.flatnonzero(self.state == CAN_BE_REFUSED).tolist()

    @property
    def checking(self) -> list[int]:
        """Options of which it is not certain whether they can be chosen."""
        return np.flatnonzero(self.state & (CAN_BE_CHOSEN | BEING_CHECKED) == BEING_CHECKED).tolist()


@dataclass(frozen=True, slots=True)
class Prices:
    """Lowest and highest price of a whole configuration, in ten-thousandths, the product's own price not included."""

    low: NDArray[np.int64]
    """Shape (options + 1,): with option v chosen; place 0: of all. Undefined where v cannot be chosen."""
    high: NDArray[np.int64]
    known: NDArray[np.bool_] | None = None
    """Shape (options + 1,): where ``low`` and ``high`` are proven; None: everywhere."""


class Reasoner(Protocol):
    """Answers questions about one model, under picks as literals; raises ``Impossible`` where nothing has them all."""

    @property
    def certain(self) -> bool:
        """Whether ``valid`` is exact at once; else options may come back as being checked."""
        ...

    def warm(self) -> None:
        """Loads or compiles what the first question of each kind would wait for; called where a server starts."""
        ...

    def valid(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Validity:
        """What is still possible; ``visible`` are the options to be made certain where that costs time (None: none)."""
        ...

    def count(self, picks: Sequence[int]) -> int | None:
        """How many configurations have the picks, exactly; 0 where none; None where it cannot be counted in time."""
        ...

    def count_about(self, picks: Sequence[int]) -> float | None:
        """The logarithm to base 10 of how many have the picks, quickly; None where it cannot be told in time."""
        ...

    def prices(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Prices:
        """The price range of every option, of the ``visible`` ones where that costs time (None: only of all)."""
        ...

    def best(self, picks: Sequence[int], weights: NDArray[np.float64]) -> list[int]:
        """The options of a configuration with the picks whose sum of weights (shape (options + 1,)) is greatest.

        Where that cannot be proven in time, of the one with the greatest sum found.
        """
        ...

    def sample(self, picks: Sequence[int], size: int, seed: int) -> list[list[int]]:
        """So many configurations with the picks, each drawn uniformly from all; raises ``Conflict`` where it cannot."""
        ...


def unhurried() -> Spent:
    """Time without end; solvers have limits of their own all the same."""
    return lambda: False


def no_configuration(**said: Any) -> Impossible:
    """The error for picks that no configuration has."""
    return Impossible("no configuration has all these choices", hint="ask for an explanation, or take one back", **said)


def known_literals(picks: Sequence[int], options: int) -> list[int]:
    """The picks, each of which names an option; raises ``InvalidInput``."""
    for literal in picks:
        if not 0 < abs(literal) <= options:
            raise InvalidInput(f"there is no option {literal}", where="choices", hint=f"options are 1 to {options}")
    return list(picks)


def weighed(weights: NDArray[np.float64], bits: int) -> NDArray[np.int64]:
    """Weights as whole numbers that add up to about 2^bits: their sums are exact, whatever their order.

    >>> weighed(np.array([0.0, 0.25, -0.75]), bits=10).tolist()
    [0, 256, -768]
    """
    total = float(np.abs(weights[1:]).sum())
    scaled = np.rint(np.ldexp(weights / total, bits)) if total > 0.0 else np.zeros(len(weights))
    scaled[0] = 0.0
    return scaled.astype(np.int64)


def added(prices: NDArray[np.int64]) -> NDArray[np.int64]:
    """Prices whose sums fit 64 bits; raises ``InvalidInput`` for others."""
    if sum(abs(price) for price in prices.tolist()) >= _SUM_MAX:
        hint = f"keep the sum of all prices below {_SUM_MAX // SCALE:,}"
        raise InvalidInput("the prices of the options are too large to be added up", where="price", hint=hint)
    return prices
