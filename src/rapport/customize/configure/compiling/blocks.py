"""Clauses → blocks that meet in single variables, the outermost first.

Two variables are neighbours where a clause names both. A part of that graph that hangs on one variable alone is
compiled for both values of it and then belongs to these values; what is left at last is one block. Hopcroft and Tarjan,
Algorithm 447: Efficient Algorithms for Graph Manipulation, Communications of the ACM 16, 1973.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapport.customize.configure.compiling.budget import Meter
from rapport.customize.configure.compiling.simplify import Clause
from rapport.customize.configure.compiling.totals import Bound


@dataclass(frozen=True, slots=True)
class Block:
    """Clauses that hang on one variable, or on none (0) where nothing is left that they could hang on."""

    hangs_on: int
    clauses: list[Clause]
    bounds: list[Bound]

    @property
    def scopes(self) -> list[Sequence[int]]:
        """What stands together: the literals of a clause, the variables of a sum."""
        return [*self.clauses, *(bound.variables for bound in self.bounds)]


def blocks_of(variables: int, clauses: Sequence[Clause], bounds: Sequence[Bound], meter: Meter) -> list[Block]:
    """All blocks; whatever hangs on a variable of a block stands before it. Each clause has two literals or more."""
    scopes: list[Sequence[int]] = [*clauses, *(bound.variables for bound in bounds)]
    near = _neighbours(variables, scopes, meter)
    seen = [False] * (variables + 1)
    parts: list[tuple[int, list[int]]] = []
    for scope in meter.every(scopes):
        start = abs(scope[0])
        if not seen[start]:
            found = _from_the_largest(near, start, meter)
            parts += found
            for _, members in found:
                for variable in members:
                    seen[variable] = True
    return _filled(parts, clauses, bounds)


def _from_the_largest(near: Sequence[Sequence[int]], start: int, meter: Meter) -> list[tuple[int, list[int]]]:
    """The parts of what hangs together around ``start``; the largest comes last and hangs on nothing."""
    cut, largest = max(_hanging(near, start, meter), key=lambda part: len(part[1]))
    root = largest[0]
    parts = _hanging(near, root, meter)
    last = next(place for place, (_, members) in enumerate(parts) if cut in members)
    _, members = parts.pop(last)
    return [*parts, (0, [root, *members])]


def _hanging(near: Sequence[Sequence[int]], start: int, meter: Meter) -> list[tuple[int, list[int]]]:
    """The variable that each part hangs on and its other variables, seen from ``start``."""
    number = {start: 0}
    low = {start: 0}
    unplaced = [start]
    path = [(start, iter(near[start]))]
    parts: list[tuple[int, list[int]]] = []
    while path:
        variable, rest = path[-1]
        fresh = 0
        for other in rest:
            if other not in number:
                fresh = other
                break
            low[variable] = min(low[variable], number[other])
        if fresh:
            number[fresh] = low[fresh] = len(number)
            unplaced.append(fresh)
            path.append((fresh, iter(near[fresh])))
            continue
        path.pop()
        meter.step()
        if path and low[variable] >= number[path[-1][0]]:
            parts.append((path[-1][0], _taken(unplaced, variable)))
        elif path:
            low[path[-1][0]] = min(low[path[-1][0]], low[variable])
    return parts


def _taken(unplaced: list[int], variable: int) -> list[int]:
    """Takes all from a variable on."""
    at = len(unplaced) - 1
    while unplaced[at] != variable:
        at -= 1
    taken = unplaced[at:]
    del unplaced[at:]
    return taken


def _filled(parts: Sequence[tuple[int, list[int]]], clauses: Sequence[Clause], bounds: Sequence[Bound]) -> list[Block]:
    home = {variable: place for place, (_, members) in enumerate(parts) for variable in members}
    blocks = [Block(cut, [], []) for cut, _ in parts]
    for clause in clauses:
        blocks[min(home[abs(literal)] for literal in clause)].clauses.append(clause)
    for bound in bounds:
        blocks[min(home[variable] for variable in bound.variables)].bounds.append(bound)
    return blocks


def _neighbours(variables: int, scopes: Sequence[Sequence[int]], meter: Meter) -> list[list[int]]:
    """Around each clause and sum a ring of its variables: enough to tell what hangs together."""
    near: list[list[int]] = [[] for _ in range(variables + 1)]
    for scope in meter.every(scopes):
        for one, other in zip(scope, (*scope[1:], scope[0]), strict=True):
            near[abs(one)].append(abs(other))
            near[abs(other)].append(abs(one))
    return near
