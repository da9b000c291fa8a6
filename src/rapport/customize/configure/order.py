"""In which order a compiler decides variables: separators first.

Variables are eliminated by the fewest new neighbours (min-fill), which gives a tree of bags; the bag in the middle of
the tree is decided first, since it takes the rest apart, then the middle of each part; Darwiche, Decomposable Negation
Normal Form, JACM 48, 2001, with Huang and Darwiche, A Structure-Based Variable Ordering Heuristic for SAT, IJCAI 2003.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Final

_PAIRS_MAX: Final = 24
"""Beyond so many neighbours their missing pairs are not counted any more: the number of neighbours decides."""


def decision_order(variables: int, clauses: Sequence[Sequence[int]], ask: Callable[[], None]) -> list[int]:
    """Variables 1 … ``variables`` in the order to decide them; ``ask`` is called often and may raise to stop."""
    bags = _eliminated(_neighbours(variables, clauses), ask)
    return _middles_first(bags, ask)


def _neighbours(variables: int, clauses: Sequence[Sequence[int]]) -> list[set[int]]:
    near: list[set[int]] = [set() for _ in range(variables + 1)]
    for clause in clauses:
        named = {abs(literal) for literal in clause}
        for variable in named:
            near[variable] |= named
    for variable, found in enumerate(near):
        found.discard(variable)
    return near


def _eliminated(near: list[set[int]], ask: Callable[[], None]) -> list[tuple[int, list[int]]]:
    """In the order of elimination: a variable and its neighbours then. Takes ``near`` apart."""
    waiting = [(_cost(near, variable), variable) for variable in range(1, len(near))]
    heapq.heapify(waiting)
    gone = [False] * len(near)
    bags: list[tuple[int, list[int]]] = []
    while waiting:
        cost, variable = heapq.heappop(waiting)
        if gone[variable]:
            continue
        now = _cost(near, variable)
        if now > cost:
            heapq.heappush(waiting, (now, variable))
            continue
        ask()
        gone[variable] = True
        around = near[variable]
        bags.append((variable, list(around)))
        _connect(near, variable, around)
        for other in around:
            heapq.heappush(waiting, (_cost(near, other), other))
    return bags


def _cost(near: Sequence[set[int]], variable: int) -> int:
    """How many pairs of neighbours are not neighbours yet."""
    around = near[variable]
    if len(around) > _PAIRS_MAX:
        return len(around) * len(around)
    return sum(len(around) - 1 - len(near[other] & around) for other in around) // 2


def _connect(near: Sequence[set[int]], variable: int, around: set[int]) -> None:
    for other in around:
        near[other] |= around
        near[other].discard(other)
        near[other].discard(variable)


def _middles_first(bags: Sequence[tuple[int, list[int]]], ask: Callable[[], None]) -> list[int]:
    """The variables of the middle bag, then those of the parts that it leaves, one part after another."""
    tree = _tree(bags)
    placed: set[int] = set()
    order: list[int] = []
    cut = [False] * len(bags)
    waiting = list(range(len(bags) - 1, -1, -1))
    while waiting:
        start = waiting.pop()
        if cut[start]:
            continue
        ask()
        middle = _middle(tree, start, cut)
        cut[middle] = True
        variable, around = bags[middle]
        fresh = [one for one in (variable, *around) if one not in placed]
        placed.update(fresh)
        order.extend(fresh)
        waiting.extend(other for other in tree[middle] if not cut[other])
    return order


def _tree(bags: Sequence[tuple[int, list[int]]]) -> list[list[int]]:
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
