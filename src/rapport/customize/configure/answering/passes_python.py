"""The twin of ``passes`` in plain Python: for small circuits, where it is as quick and needs no compiling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.circuit import AND, LITERAL, OR, Circuit

FAR: Final = 2**63 - 1
"""Beyond every sum of prices."""
SMALL: Final = 1e-150
"""A product of mantissas below this is brought back to [0.5, 1)."""
_Node = tuple[int, int, Sequence[int]]
"""Kind, place of its literal, children."""


class PlainPasses:
    """Passes over one circuit; what each method returns is described in ``passes.CompiledPasses``."""

    def __init__(self, circuit: Circuit) -> None:
        self._nodes = nodes_of(circuit)

    def states(self, allowed: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """By place of a literal: whether some configuration has it."""
        holds = self._hold(allowed)
        seen = bytearray(len(allowed))
        reached = bytearray(len(holds))
        reached[-1] = holds[-1]
        for node in range(len(holds) - 1, -1, -1):
            if reached[node]:
                kind, at, children = self._nodes[node]
                if kind == LITERAL:
                    seen[at] = 1
                for child in children:
                    reached[child] |= holds[child]
        return np.frombuffer(seen, dtype=np.uint8)

    def ranges(
        self, allowed: NDArray[np.uint8], price: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """By place: lowest and highest sum of ``price`` with that literal; in the middle, of all."""
        holds = self._hold(allowed)
        least, most = self._ranges_up(holds, price.tolist())
        low, high = [FAR] * len(allowed), [-FAR] * len(allowed)
        if holds[-1]:
            low[len(low) // 2], high[len(high) // 2] = least[-1], most[-1]
            self._ranges_down(holds, least, most, low, high)
        return np.array(low), np.array(high)

    def best(
        self, allowed: NDArray[np.uint8], first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> NDArray[np.uint8]:
        """By place: whether the configuration with the greatest sum of ``first``, then ``second``, has the literal."""
        holds = self._hold(allowed)
        keys = list(zip(first.tolist(), second.tolist(), strict=True))
        sums: list[tuple[int, int]] = []
        taken: list[int] = []
        for kind, at, children in self._nodes:
            greatest = -1
            if kind == LITERAL:
                sums.append(keys[at])
            elif kind == AND:
                sums.append((sum(sums[child][0] for child in children), sum(sums[child][1] for child in children)))
            else:
                greatest = max((child for child in children if holds[child]), key=sums.__getitem__, default=-1)
                sums.append(sums[greatest] if greatest >= 0 else (0, 0))
            taken.append(greatest)
        return self._walk(bool(holds[-1]), taken, len(allowed))

    def counts(self, allowed: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """By node: how many ways there are below it, as mantissa · 2^exponent; exact below 2^53."""
        left = allowed.tolist()
        mantissa: list[float] = []
        exponent: list[int] = []
        for kind, at, children in self._nodes:
            if kind == LITERAL:
                held, power = 0.5 * left[at], left[at]
            else:
                below = [(mantissa[child], exponent[child]) for child in children]
                held, more = math.frexp((product := _times(below) if kind == AND else _plus(below))[0])
                power = product[1] + more if held > 0.0 else 0
            mantissa.append(held)
            exponent.append(power)
        return np.array(mantissa), np.array(exponent, dtype=np.int64)

    def draw(
        self, counts: tuple[NDArray[np.float64], NDArray[np.int64]], uniforms: NDArray[np.float64], places: int
    ) -> NDArray[np.uint8]:
        """By place: whether a configuration drawn by ``counts`` has the literal; ``uniforms``: one for each node."""
        mantissa, exponent = counts[0].tolist(), counts[1].tolist()
        taken = [-1] * len(self._nodes)
        for node, (kind, _, children) in enumerate(self._nodes):
            left = float(uniforms[node]) * mantissa[node]
            for child in children if kind == OR else ():
                if mantissa[child] > 0.0 and (taken[node] < 0 or left >= 0.0):
                    taken[node] = child
                    left -= math.ldexp(mantissa[child], exponent[child] - exponent[node])
        return self._walk(mantissa[-1] > 0.0, taken, places)

    def _hold(self, allowed: NDArray[np.uint8]) -> bytearray:
        left = allowed.tobytes()
        holds = bytearray()
        for kind, at, children in self._nodes:
            if kind == LITERAL:
                held = left[at]
            elif kind == AND:
                held = all(holds[child] for child in children)
            else:
                held = any(holds[child] for child in children)
            holds.append(held)
        return holds

    def _ranges_up(self, holds: bytearray, price: list[int]) -> tuple[list[int], list[int]]:
        least: list[int] = []
        most: list[int] = []
        for node, (kind, at, children) in enumerate(self._nodes):
            if not holds[node]:
                lowest = highest = 0
            elif kind == LITERAL:
                lowest = highest = price[at]
            elif kind == AND:
                lowest, highest = sum(least[child] for child in children), sum(most[child] for child in children)
            else:
                lowest = min(least[child] for child in children if holds[child])
                highest = max(most[child] for child in children if holds[child])
            least.append(lowest)
            most.append(highest)
        return least, most

    def _ranges_down(
        self, holds: bytearray, least: list[int], most: list[int], low: list[int], high: list[int]
    ) -> None:
        under, over = [FAR] * len(least), [-FAR] * len(least)
        under[-1] = over[-1] = 0
        for node in range(len(least) - 1, -1, -1):
            if under[node] == FAR:
                continue
            kind, at, children = self._nodes[node]
            lowest, highest = under[node], over[node]
            if kind == LITERAL:
                low[at] = min(low[at], lowest + least[node])
                high[at] = max(high[at], highest + most[node])
            if kind == AND:
                lowest, highest = lowest + least[node], highest + most[node]
            for child in children:
                if holds[child]:
                    own = kind == AND
                    under[child] = min(under[child], lowest - least[child] if own else lowest)
                    over[child] = max(over[child], highest - most[child] if own else highest)

    def _walk(self, possible: bool, taken: list[int], places: int) -> NDArray[np.uint8]:
        chosen = bytearray(places)
        waiting = [len(self._nodes) - 1] if possible else []
        while waiting:
            node = waiting.pop()
            kind, at, children = self._nodes[node]
            if kind == LITERAL:
                chosen[at] = 1
            waiting.extend([taken[node]] if kind == OR else children)
        return np.frombuffer(chosen, dtype=np.uint8)


def nodes_of(circuit: Circuit) -> list[_Node]:
    """The nodes one by one: kind, place of the literal (literal + variables), children."""
    start, child = circuit.start.tolist(), circuit.child.tolist()
    kinds, places = circuit.kind.tolist(), (circuit.literal + circuit.variables).tolist()
    return [
        (kind, at, tuple(child[start[node] : start[node + 1]]))
        for node, (kind, at) in enumerate(zip(kinds, places, strict=True))
    ]


def count_exact(circuit: Circuit, picks: Sequence[int]) -> int:
    """How many models have the picks, as a whole number of any size: one pass upwards."""
    refused = {-literal + circuit.variables for literal in picks}
    counts: list[int] = []
    for kind, at, children in nodes_of(circuit):
        if kind == LITERAL:
            counts.append(0 if at in refused else 1)
        elif kind == AND:
            counts.append(_product([counts[child] for child in children]))
        else:
            counts.append(sum(counts[child] for child in children))
    return counts[-1]


def _product(factors: list[int]) -> int:
    """Of many factors, in pairs: numbers of like size multiply quicker than a large one by small ones."""
    if 0 in factors:
        return 0
    while len(factors) > 1:
        odd = factors[-1:] if len(factors) % 2 else []
        factors = [one * other for one, other in zip(factors[::2], factors[1::2], strict=False)] + odd
    return factors[0] if factors else 1


def _times(below: list[tuple[float, int]]) -> tuple[float, int]:
    held, power = 0.5, 1
    for mantissa, exponent in below:
        held *= mantissa
        power += exponent
        if held < SMALL:
            held, more = math.frexp(held)
            power += more
    return held, power


def _plus(below: list[tuple[float, int]]) -> tuple[float, int]:
    held, power = 0.0, 0
    for mantissa, exponent in below:
        if mantissa > 0.0:
            largest = exponent if held == 0.0 else max(power, exponent)
            held = math.ldexp(held, power - largest) + math.ldexp(mantissa, exponent - largest)
            power = largest
    return held, power
