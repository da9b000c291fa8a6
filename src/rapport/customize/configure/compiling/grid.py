"""A sum over variables that nothing else binds → nodes, without a search.

Between two breakpoints every total has the same node; breakpoints of a variable are those of the rest, for both of its
values. "Two to five of 500" becomes a grid of 500 by five; Abío, Nieuwenhuis, Oliveras, Rodríguez-Carbonell and
Mayer-Eichberger, A New Look at BDDs for Pseudo-Boolean Constraints, JAIR 45, 2012, but from the last variable on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

from rapport.customize.configure.compiling.boxes import FAR
from rapport.customize.configure.compiling.budget import Meter
from rapport.customize.configure.compiling.nodes import FALSE, TRUE, Nodes


class Cell(NamedTuple):
    """A variable: its weight, and the nodes of where it holds, where it does not, and of either."""

    weight: int
    chosen: int
    refused: int
    free: int


class Pieces(NamedTuple):
    """Totals from ``starts[i]`` on, up to the next start, have ``nodes[i]``."""

    starts: list[int]
    nodes: list[int]

    def at(self, total: int) -> int:
        """The node of a total."""
        return self.nodes[bisect_right(self.starts, total) - 1]


def grid(
    cells: Sequence[Cell], bounds: tuple[int | None, int | None], totals: tuple[int, int], nodes: Nodes, meter: Meter
) -> Pieces:
    """The nodes of all totals so far between ``totals``, where the total of all is to keep ``bounds``."""
    reach = list(accumulate(cells, lambda ends, cell: _widened(ends, cell.weight), initial=totals))
    low, high = bounds
    starts = [-FAR * 2, *([] if low is None else [low]), *([] if high is None else [high + 1])]
    ends = [FALSE if low is not None else TRUE, *([] if low is None else [TRUE]), *([] if high is None else [FALSE])]
    pieces = Pieces(starts, ends) if low is None or high is None or low <= high else Pieces(starts[:1], [FALSE])
    for cell, within in zip(reversed(cells), reversed(reach[:-1]), strict=True):
        pieces = _before(pieces, within, cell.weight, _chooser(cell, nodes))
        meter.step(len(nodes))
    return pieces


def _widened(ends: tuple[int, int], weight: int) -> tuple[int, int]:
    return ends[0] + min(0, weight), ends[1] + max(0, weight)


def _chooser(cell: Cell, nodes: Nodes) -> Callable[[int, int], int]:
    def node(chosen: int, refused: int) -> int:
        if chosen == refused:
            return nodes.both([cell.free, chosen])
        return nodes.either([nodes.both([cell.chosen, chosen]), nodes.both([cell.refused, refused])])

    return node


def _before(rest: Pieces, within: tuple[int, int], weight: int, node: Callable[[int, int], int]) -> Pieces:
    """The pieces before a variable is decided, from those after it."""
    first, last = within
    breaks = {first, *rest.starts, *(start - weight for start in rest.starts)}
    found = Pieces([], [])
    for start in sorted(one for one in breaks if first <= one <= last):
        here = node(rest.at(start + weight), rest.at(start))
        if not found.nodes or found.nodes[-1] != here:
            found.starts.append(start)
            found.nodes.append(here)
    return found
