"""In which order a compiler decides variables: separators first.

Variables are eliminated by the fewest new neighbours (min-fill), which gives a tree of bags: Kjærulff, Triangulation
of Graphs, Aalborg University R-90-09, 1990. Either the bag in the middle of the tree is decided first, since it takes
the rest apart, then the middle of each part (Darwiche, Decomposable Negation Normal Form, JACM 48, 2001), or the
variables are decided from the last eliminated to the first. Neither is better everywhere.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Final

from rapport.customize.configure.compiling.budget import Meter

_PAIRS_MAX: Final = 24
"""Beyond so many neighbours their missing pairs are not counted any more: the number of neighbours decides."""
Bags = Sequence[tuple[int, list[int]]]
"""In the order of elimination: a variable and the neighbours that it had then."""


def eliminated(variables: Sequence[int], clauses: Sequence[Sequence[int]], meter: Meter) -> Bags:
    """The variables taken out one by one, each time the one whose neighbours are nearly all neighbours already."""
    near = _neighbours(variables, clauses)
    waiting = [(_cost(near, variable), variable) for variable in variables]
    heapq.heapify(waiting)
    bags: list[tuple[int, list[int]]] = []
    while waiting:
        cost, variable = heapq.heappop(waiting)
        if variable not in near:
            continue
        now = _cost(near, variable)
        if now > cost:
            heapq.heappush(waiting, (now, variable))
            continue
        meter.step()
        around = near.pop(variable)
        bags.append((variable, sorted(around)))
        _connect(near, variable, around)
        for other in around:
            heapq.heappush(waiting, (_cost(near, other), other))
    return bags


def _neighbours(variables: Sequence[int], clauses: Sequence[Sequence[int]]) -> dict[int, set[int]]:
    near: dict[int, set[int]] = {variable: set() for variable in variables}
    for clause in clauses:
        named = {abs(literal) for literal in clause}
        for variable in named:
            near[variable] |= named
    for variable, found in near.items():
        found.discard(variable)
    return near


def _cost(near: dict[int, set[int]], variable: int) -> int:
    """How many pairs of neighbours are not neighbours yet."""
    around = near[variable]
    if len(around) > _PAIRS_MAX:
        return len(around) * len(around)
    return sum(len(around) - 1 - len(near[other] & around) for other in around) // 2


def _connect(near: dict[int, set[int]], variable: int, around: set[int]) -> None:
    for other in around:
        near[other] |= around
        near[other].discard(other)
        near[other].discard(variable)


def middles_first(bags: Bags) -> list[int]:
    """The variables of the middle bag, then those of the parts that it leaves, one part after another."""
    tree = _tree(bags)
    order: dict[int, None] = {}
    cut = [False] * len(bags)
    waiting = list(range(len(bags) - 1, -1, -1))
    while waiting:
        start = waiting.pop()
        if not cut[start]:
            middle = _middle(tree, start, cut)
            cut[middle] = True
            variable, around = bags[middle]
            order.update(dict.fromkeys((variable, *around)))
            waiting.extend(other for other in tree[middle] if not cut[other])
    return list(order)


def last_first(bags: Bags) -> list[int]:
    """The variables from the last that was eliminated to the first."""
    return [variable for variable, _ in reversed(bags)]


def as_written(bags: Bags) -> list[int]:
    """The variables by their numbers: options in the order of the product, then those that follow from them."""
    return sorted(variable for variable, _ in bags)


ARRANGEMENTS: Final[tuple[Callable[[Bags], list[int]], ...]] = (middles_first, last_first, as_written)
"""The orders that are tried, in turn."""


def _tree(bags: Bags) -> list[list[int]]:
    """Neighbours among bags: each hangs on the bag of the neighbour that was eliminated first."""
    place = {variable: number for number, (variable, _) in enumerate(bags)}
    tree: list[list[int]] = [[] for _ in bags]
    for number, (_, around) in enumerate(bags):
        if around:
            above = min(place[one] for one in around)
            tree[number].append(above)
            tree[above].append(number)
    return tree


def _middle(tree: Sequence[Sequence[int]], start: int, cut: Sequence[bool]) -> int:
    """The bag of a part without which no remaining piece holds more than half of it."""
    seen, above = [start], {start: -1}
    for bag in seen:
        for other in tree[bag]:
            if not cut[other] and other != above[bag]:
                above[other] = bag
                seen.append(other)
    sizes = dict.fromkeys(seen, 1)
    largest = dict.fromkeys(seen, 0)
    for bag in reversed(seen):
        if max(largest[bag], len(seen) - sizes[bag]) * 2 <= len(seen):
            return bag
        higher = above[bag]
        if higher >= 0:
            sizes[higher] += sizes[bag]
            largest[higher] = max(largest[higher], sizes[bag])
    return start
