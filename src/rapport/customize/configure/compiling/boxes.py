"""What is remembered of a component that sums still bound: nodes, each with the totals for which it is the one.

Totals from which a sum goes on alike are one state: each node keeps how far every total may move without changing it;
Abío, Nieuwenhuis, Oliveras, Rodríguez-Carbonell and Mayer-Eichberger, A New Look at BDDs for Pseudo-Boolean
Constraints, JAIR 45, 2012, here for several sums at once, so that intervals become boxes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

Room = Mapping[int, tuple[int, int]]
"""Of a sum, by its place: how much less and how much more its total may be. Without an entry: any total."""
FAR: Final = 1 << 60
"""Room that no total crosses."""
_FIRST: Final = 8


def narrower(one: Room, other: Room) -> Room:
    """The room that both leave."""
    if not one or not other:
        return one or other
    both = dict(one)
    for place, (less, more) in other.items():
        known = both.get(place, (FAR, FAR))
        both[place] = (min(less, known[0]), min(more, known[1]))
    return both


class Found(NamedTuple):
    """A node and the room around the totals for which it was asked."""

    node: int
    room: Room


class Boxes:
    """The nodes of one component; no totals are in two boxes with different nodes."""

    def __init__(self, sums: Sequence[int], *, large: bool) -> None:
        self._sums = sums
        shape = (_FIRST, len(sums))
        self._low = np.zeros(shape, dtype=object if large else np.int64)
        self._high = np.zeros(shape, dtype=object if large else np.int64)
        self._nodes: list[int] = []

    def find(self, totals: Sequence[int]) -> Found | None:
        """The node for these totals, one a sum, if it is known."""
        size = len(self._nodes)
        asked = np.array(totals, dtype=self._low.dtype)
        inside = np.all((self._low[:size] <= asked) & (self._high[:size] >= asked), axis=1)
        place = int(inside.argmax()) if size else 0
        if not size or not inside[place]:
            return None
        ends = zip(self._sums, totals, self._low[place].tolist(), self._high[place].tolist(), strict=True)
        return Found(self._nodes[place], {one: (total - low, high - total) for one, total, low, high in ends})

    def add(self, totals: Sequence[int], found: Found) -> None:
        """A node for these totals and the room around them."""
        size = len(self._nodes)
        if size == len(self._low):
            self._low, self._high = (np.concatenate([side, np.zeros_like(side)]) for side in (self._low, self._high))
        for column, (place, total) in enumerate(zip(self._sums, totals, strict=True)):
            less, more = found.room.get(place, (FAR, FAR))
            self._low[size, column] = total - less
            self._high[size, column] = total + more
        self._nodes.append(found.node)
