# ruff: noqa: PLR0917 - kernels take arrays by position
# mypy: disable-error-code="untyped-decorator"
"""Passes over a circuit, compiled: one upwards for what is below a node, one downwards for what is around it.

Darwiche, A Differential Approach to Inference in Bayesian Networks, JACM 50, 2003 (both passes), and Darwiche and
Marquis, A Knowledge Compilation Map, JAIR 17, 2002 (why they are exact: decomposable, deterministic, smooth). Its twin
in plain Python is ``passes_python``; both do the same steps in the same order, so that they agree to the last bit.

``at[i]`` is the place of node i's literal: literal + variables, so that place ``variables`` stands for no literal.
Kernels hold no lock of Python's and share nothing but the circuit; imported lazily, as numba takes half a second.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.answering.passes_python import FAR, SMALL
from rapport.customize.configure.circuit import AND, LITERAL, OR, Circuit

_compile: Any = numba.njit(cache=True, nogil=True, error_model="numpy")


class Nodes(NamedTuple):
    """A circuit as kernels read it."""

    kind: NDArray[np.uint8]
    at: NDArray[np.int32]
    start: NDArray[np.int64]
    child: NDArray[np.int32]


class CompiledPasses:
    """Passes over one circuit; every method allocates its own scratch, so threads may share it."""

    def __init__(self, circuit: Circuit) -> None:
        at = circuit.literal.astype(np.int32) + np.int32(circuit.variables)
        self._nodes = Nodes(circuit.kind, at, circuit.start, circuit.child)

    def states(self, allowed: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """By place of a literal: whether some configuration has it. ``allowed`` by place: whether picks leave it."""
        seen = np.zeros(len(allowed), dtype=np.uint8)
        _states(self._nodes, allowed, seen)
        return seen

    def ranges(
        self, allowed: NDArray[np.uint8], price: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """By place: lowest and highest sum of ``price`` (by place) with that literal; in the middle, of all."""
        low, high = np.full(len(allowed), FAR), np.full(len(allowed), -FAR)
        _ranges(self._nodes, allowed, price, low, high)
        return low, high

    def best(
        self, allowed: NDArray[np.uint8], first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> NDArray[np.uint8]:
        """By place: whether the configuration with the greatest sum of ``first``, then ``second``, has the literal."""
        chosen = np.zeros(len(allowed), dtype=np.uint8)
        _best(self._nodes, allowed, first, second, chosen)
        return chosen

    def counts(self, allowed: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """By node: how many ways there are below it, as mantissa · 2^exponent; exact below 2^53."""
        size = len(self._nodes.kind)
        mantissa, exponent = np.zeros(size), np.zeros(size, dtype=np.int64)
        _counts(self._nodes, allowed, mantissa, exponent)
        return mantissa, exponent

    def draw(
        self, counts: tuple[NDArray[np.float64], NDArray[np.int64]], uniforms: NDArray[np.float64], places: int
    ) -> NDArray[np.uint8]:
        """By place: whether a configuration drawn by ``counts`` has the literal; ``uniforms``: one for each node."""
        chosen = np.zeros(places, dtype=np.uint8)
        _draw(self._nodes, *counts, uniforms, chosen)
        return chosen


@_compile
def _hold(nodes: Any, allowed: Any, holds: Any) -> None:
    """Upwards: whether anything is possible below each node."""
    for node in range(len(nodes.kind)):
        if nodes.kind[node] == LITERAL:
            holds[node] = allowed[nodes.at[node]]
            continue
        conjunction = nodes.kind[node] == AND
        held = conjunction
        for edge in range(nodes.start[node], nodes.start[node + 1]):
            if (holds[nodes.child[edge]] == 1) != conjunction:
                held = not conjunction
                break
        holds[node] = held


@_compile
def _states(nodes: Any, allowed: Any, seen: Any) -> None:
    size = len(nodes.kind)
    holds, reached = np.empty(size, dtype=np.uint8), np.zeros(size, dtype=np.uint8)
    _hold(nodes, allowed, holds)
    reached[size - 1] = holds[size - 1]
    for node in range(size - 1, -1, -1):
        if reached[node] == 0:
            continue
        if nodes.kind[node] == LITERAL:
            seen[nodes.at[node]] = 1
        for edge in range(nodes.start[node], nodes.start[node + 1]):
            reached[nodes.child[edge]] |= holds[nodes.child[edge]]


@_compile
def _ranges_up(nodes: Any, allowed: Any, price: Any, least: Any, most: Any, holds: Any) -> None:
    _hold(nodes, allowed, holds)
    for node in range(len(nodes.kind)):
        if holds[node] == 0:
            continue
        if nodes.kind[node] == LITERAL:
            least[node] = most[node] = price[nodes.at[node]]
        elif nodes.kind[node] == OR:
            least[node], most[node] = FAR, -FAR
            for edge in range(nodes.start[node], nodes.start[node + 1]):
                if holds[nodes.child[edge]] == 1:
                    least[node] = min(least[node], least[nodes.child[edge]])
                    most[node] = max(most[node], most[nodes.child[edge]])
        else:
            least[node] = most[node] = 0
            for edge in range(nodes.start[node], nodes.start[node + 1]):
                least[node] += least[nodes.child[edge]]
                most[node] += most[nodes.child[edge]]


@_compile
def _ranges(nodes: Any, allowed: Any, price: Any, low: Any, high: Any) -> None:
    size = len(nodes.kind)
    least, most = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    holds = np.empty(size, dtype=np.uint8)
    _ranges_up(nodes, allowed, price, least, most, holds)
    under, over = np.full(size, FAR), np.full(size, -FAR)  # What the rest adds at the least, at the most.
    if holds[size - 1] == 0:
        return
    under[size - 1] = over[size - 1] = 0
    middle = len(low) // 2
    low[middle], high[middle] = least[size - 1], most[size - 1]
    for node in range(size - 1, -1, -1):
        if under[node] == FAR:
            continue
        if nodes.kind[node] == LITERAL:
            low[nodes.at[node]] = min(low[nodes.at[node]], under[node] + least[node])
            high[nodes.at[node]] = max(high[nodes.at[node]], over[node] + most[node])
        for edge in range(nodes.start[node], nodes.start[node + 1]):
            below = nodes.child[edge]
            if holds[below] == 0:
                continue
            rest_least = least[node] - least[below] if nodes.kind[node] == AND else 0
            rest_most = most[node] - most[below] if nodes.kind[node] == AND else 0
            under[below] = min(under[below], under[node] + rest_least)
            over[below] = max(over[below], over[node] + rest_most)


@_compile
def _best(nodes: Any, allowed: Any, first: Any, second: Any, chosen: Any) -> None:
    size = len(nodes.kind)
    holds, taken = np.empty(size, dtype=np.uint8), np.full(size, -1, dtype=np.int32)
    one, two = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    _hold(nodes, allowed, holds)
    for node in range(size):
        if nodes.kind[node] == LITERAL:
            one[node], two[node] = first[nodes.at[node]], second[nodes.at[node]]
        for edge in range(nodes.start[node], nodes.start[node + 1]):
            below = nodes.child[edge]
            if nodes.kind[node] == AND:
                one[node] += one[below]
                two[node] += two[below]
            elif holds[below] == 1:
                greater = one[below] > one[node] or (one[below] == one[node] and two[below] > two[node])
                if taken[node] < 0 or greater:
                    taken[node], one[node], two[node] = below, one[below], two[below]
    reached = np.zeros(size, dtype=np.uint8)
    reached[size - 1] = holds[size - 1]
    for node in range(size - 1, -1, -1):
        if reached[node] == 1:
            _follow(nodes, node, taken[node], reached, chosen)


@_compile
def _follow(nodes: Any, node: int, taken: int, reached: Any, chosen: Any) -> None:
    """One step of a walk downwards: the literal itself, the child taken, or all children."""
    if nodes.kind[node] == LITERAL:
        chosen[nodes.at[node]] = 1
    elif nodes.kind[node] == OR:
        reached[taken] = 1
    else:
        for edge in range(nodes.start[node], nodes.start[node + 1]):
            reached[nodes.child[edge]] = 1


@_compile
def _counts(nodes: Any, allowed: Any, mantissa: Any, exponent: Any) -> None:
    for node in range(len(nodes.kind)):
        if nodes.kind[node] == LITERAL:
            mantissa[node], exponent[node] = allowed[nodes.at[node]] * 0.5, allowed[nodes.at[node]]
            continue
        held, power = (0.5, 1) if nodes.kind[node] == AND else (0.0, 0)
        for edge in range(nodes.start[node], nodes.start[node + 1]):
            below = nodes.child[edge]
            if nodes.kind[node] == AND:
                held *= mantissa[below]
                power += exponent[below]
                if held < SMALL:
                    held, more = math.frexp(held)
                    power += more
            elif mantissa[below] > 0.0:
                largest = exponent[below] if held == 0.0 else max(power, exponent[below])
                held = math.ldexp(held, power - largest) + math.ldexp(mantissa[below], exponent[below] - largest)
                power = largest
        held, more = math.frexp(held)
        mantissa[node], exponent[node] = held, power + more if held > 0.0 else 0


@_compile
def _draw(nodes: Any, mantissa: Any, exponent: Any, uniforms: Any, chosen: Any) -> None:
    size = len(nodes.kind)
    reached = np.zeros(size, dtype=np.uint8)
    reached[size - 1] = mantissa[size - 1] > 0.0
    for node in range(size - 1, -1, -1):
        if reached[node] == 0:
            continue
        taken, left = -1, uniforms[node] * mantissa[node]
        if nodes.kind[node] == OR:
            for edge in range(nodes.start[node], nodes.start[node + 1]):
                below = nodes.child[edge]
                if mantissa[below] > 0.0 and (taken < 0 or left >= 0.0):
                    taken = below
                    left -= math.ldexp(mantissa[below], exponent[below] - exponent[node])
        _follow(nodes, node, taken, reached, chosen)
