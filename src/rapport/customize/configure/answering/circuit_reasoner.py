"""Answers from a circuit: every one exact, each from a pass or two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.answering.passes_python import PlainPasses, count_exact
from rapport.customize.configure.answering.reasoner import (
    CAN_BE_CHOSEN,
    CAN_BE_REFUSED,
    Prices,
    Validity,
    added,
    known_literals,
    no_configuration,
    weighed,
)
from rapport.customize.configure.circuit import Circuit

COMPILED_FROM_EDGES: Final = 1_500
"""A smaller circuit is walked in plain Python: as quick as a command needs, and it imports and compiles nothing."""
COMPILED_ONCE_WARM: Final = 64
"""From so many edges a circuit that was warmed up is walked by what was compiled: it will be asked often."""
WEIGHT_BITS: Final = 60
"""Weights are whole numbers of this size, so that their sums fit 64 bits."""
_EXACT_BITS: Final = 53


class Passes(Protocol):
    """What ``passes.CompiledPasses`` and ``passes_python.PlainPasses`` both do; described at the first."""

    def states(self, allowed: NDArray[np.uint8]) -> NDArray[np.uint8]: ...  # noqa: D102

    def ranges(  # noqa: D102
        self, allowed: NDArray[np.uint8], price: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...

    def best(  # noqa: D102
        self, allowed: NDArray[np.uint8], first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> NDArray[np.uint8]: ...

    def counts(self, allowed: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.int64]]: ...  # noqa: D102

    def draw(  # noqa: D102
        self, counts: tuple[NDArray[np.float64], NDArray[np.int64]], uniforms: NDArray[np.float64], places: int
    ) -> NDArray[np.uint8]: ...


class CircuitReasoner:
    """A ``Reasoner`` on a circuit; keeps nothing of a question, so any number of threads may ask at once."""

    certain = True

    def __init__(self, circuit: Circuit, prices: NDArray[np.int64], passes: Passes | None = None) -> None:
        """``prices``: shape (options + 1,), place 0 unused; raises ``InvalidInput`` where they cannot be added up."""
        self._circuit = circuit
        self._passes = passes or passes_over(circuit)
        self._middle = circuit.variables
        self._chosen = slice(self._middle + 1, self._middle + 1 + circuit.options)
        self._price = self._by_place(added(prices))
        self._lowest_numbers = self._by_place(_fewest_then_lowest(circuit.options))

    def warm(self) -> None:
        """Makes every pass once: some milliseconds, and some seconds where they have never been compiled."""
        if isinstance(self._passes, PlainPasses) and self._circuit.edges >= COMPILED_ONCE_WARM:
            self._passes = _compiled(self._circuit)
        allowed = self._allowed([])
        self._passes.states(allowed)
        self._passes.ranges(allowed, self._price)
        self._passes.best(allowed, self._price, self._lowest_numbers)
        counts = self._passes.counts(allowed)
        self._passes.draw(counts, np.zeros(self._circuit.nodes), len(allowed))

    def valid(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Validity:
        """What is still possible."""
        seen = self._passes.states(self._allowed(picks))
        state = np.zeros(self._circuit.options + 1, dtype=np.uint8)
        state[1:] = seen[self._chosen] * CAN_BE_CHOSEN + seen[: self._middle][::-1][: len(state) - 1] * CAN_BE_REFUSED
        if not seen.any():
            raise no_configuration()
        return Validity(state)

    def count(self, picks: Sequence[int]) -> int | None:
        """How many configurations have the picks: in floats where they are exact, else in whole numbers of any size."""
        mantissa, exponent = self._passes.counts(self._allowed(picks))
        if exponent[-1] <= _EXACT_BITS:
            return int(math.ldexp(mantissa[-1], int(exponent[-1])))
        return count_exact(self._circuit, picks)

    def count_about(self, picks: Sequence[int]) -> float | None:
        """The logarithm to base 10 of how many have the picks."""
        mantissa, exponent = self._counted(picks)
        return math.log10(mantissa[-1]) + int(exponent[-1]) * math.log10(2)

    def prices(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Prices:
        """The price range of every option."""
        low, high = self._passes.ranges(self._allowed(picks), self._price)
        if low[self._middle] > high[self._middle]:
            raise no_configuration()
        return Prices(low[self._middle : self._chosen.stop], high[self._middle : self._chosen.stop])

    def best(self, picks: Sequence[int], weights: NDArray[np.float64]) -> list[int]:
        """The configuration with the greatest sum of weights; of equal ones the fewest options, then lowest numbers."""
        chosen = self._passes.best(
            self._allowed(picks), self._by_place(weighed(weights, WEIGHT_BITS)), self._lowest_numbers
        )
        if not chosen.any():
            raise no_configuration()
        return self._numbers(chosen)

    def sample(self, picks: Sequence[int], size: int, seed: int) -> list[list[int]]:
        """Configurations drawn uniformly: at each OR a child by the share of ways below it."""
        counts = self._counted(picks)
        chance, places = np.random.default_rng(seed), 2 * self._middle + 1
        return [
            self._numbers(self._passes.draw(counts, chance.random(self._circuit.nodes), places)) for _ in range(size)
        ]

    def _counted(self, picks: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        counts = self._passes.counts(self._allowed(picks))
        if counts[0][-1] == 0.0:
            raise no_configuration()
        return counts

    def _allowed(self, picks: Sequence[int]) -> NDArray[np.uint8]:
        allowed = np.ones(2 * self._middle + 1, dtype=np.uint8)
        literals = np.array(known_literals(picks, self._circuit.options), dtype=np.int64)
        allowed[self._middle - literals] = 0
        return allowed

    def _by_place(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        by_place = np.zeros(2 * self._middle + 1, dtype=np.int64)
        by_place[self._chosen] = values[1:]
        return by_place

    def _numbers(self, chosen: NDArray[np.uint8]) -> list[int]:
        return [number + 1 for number in np.flatnonzero(chosen[self._chosen]).tolist()]


def passes_over(circuit: Circuit) -> Passes:
    """The passes that suit its size."""
    if circuit.edges < COMPILED_FROM_EDGES:
        return PlainPasses(circuit)
    return _compiled(circuit)


def _compiled(circuit: Circuit) -> Passes:
    passes: Passes = import_module("rapport.customize.configure.answering.passes").CompiledPasses(circuit)
    return passes


def _fewest_then_lowest(options: int) -> NDArray[np.int64]:
    """Shape (options + 1,): sums are greatest for few options, then for low numbers, as √ is concave."""
    return np.array([-(2**40 + math.isqrt(number << 20)) for number in range(options + 1)], dtype=np.int64)
