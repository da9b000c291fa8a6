"""One look at all customers at given prices: the dual function, its slope and its curvature."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rapport.customize.allocate.problem import Chunk, Problem
from rapport.customize.kernels import dual

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


class Look(NamedTuple):
    """What all customers take at some prices."""

    dual: float
    """D(y): no plan earns more."""
    use: Floats
    """(rows,): of each resource; of each floor, minus the offers that count."""
    curvature: Floats
    """(rows, rows): how fast the use falls as prices rise, estimated from those at the margin."""
    margins: int


class Ready(NamedTuple):
    """Prices as the kernels read them."""

    price: Floats
    bonus: Floats


@dataclass(frozen=True)
class Compiled:
    """A problem as the kernels read it."""

    problem: Problem

    @property
    def scaled(self) -> int:
        """How many of the rows, from the first on, count in proportion to the chance."""
        return len(self.problem.resources)

    @cached_property
    def columns(self) -> tuple[Places, Places, Floats]:
        """Where each offer's rows begin, the rows, and what it adds to each."""
        by_offer = self.problem.matrix.T
        offers, rows = np.nonzero(by_offer)
        starts = np.searchsorted(offers, np.arange(self.problem.offers + 1)).astype(np.int64)
        return starts, rows.astype(np.int64), by_offer[offers, rows]

    @cached_property
    def reach(self) -> Floats:
        """(rows,): how far a price of 1 moves the price of an offer at most; 1 where it moves none."""
        most: Floats = np.abs(self.problem.matrix).max(axis=1, initial=0.0)
        return np.where(most > 0.0, most, 1.0)

    @cached_property
    def impossible(self) -> npt.NDArray[np.bool_]:
        """(offers,): what draws on a resource that holds nothing."""
        empty = self.problem.limits[: self.scaled] <= 0.0
        return np.asarray((self.problem.matrix[: self.scaled][empty] > 0.0).any(axis=0))

    def ready(self, prices: Floats) -> Ready:
        """The price of every offer, and what each class is favoured by."""
        matrix, scaled = self.problem.matrix, self.scaled
        member = self.problem.member.astype(np.float64)
        bonus = member @ (prices[scaled:, None] * -matrix[scaled:])
        return Ready(prices[:scaled] @ matrix[:scaled], np.where(self.impossible, -np.inf, bonus))

    def chunks(self) -> Iterator[tuple[Any, ...]]:
        """The arrays of every chunk in turn, none of them kept."""
        for n in range(len(self.problem.sizes)):
            yield arrays(self.problem.chunk(n), self.problem.offers)

    def look(self, prices: Floats, window: float = 0.0) -> Look:
        """The dual at these prices; a ``window`` above 0 asks for the curvature too.

        The sum over customers is exact to the last place (Shewchuk's ``fsum`` over float64 block sums), so that it
        does not depend on the order of the chunks.
        """
        rows = self.problem.limits.size
        use, curvature = np.zeros(rows), np.zeros((rows, rows))
        ready, sums, margins = self.ready(prices), [], 0
        for part in self.chunks():
            blocks = np.zeros(-(-len(part[0]) // dual().BLOCK))
            margins += dual().sweep(
                *part, self.problem.cap, ready.price, ready.bonus, *self.columns, self.problem.member, self.scaled,
                window, use, curvature, blocks,
            )  # fmt: skip
            sums.append(blocks)
        taken = math.fsum(np.concatenate(sums)) if sums else 0.0
        return Look(math.fsum([taken, *(prices * self.problem.limits)]), use, curvature, margins)


def arrays(chunk: Chunk, offers: int) -> tuple[Any, ...]:
    """A chunk as the kernels read it: what is not given is empty."""
    chances = np.empty((0, offers), dtype=np.float32) if chunk.chances is None else chunk.chances
    classes = np.empty(0, dtype=np.uint8) if chunk.classes is None else chunk.classes
    caps = np.empty(0, dtype=np.int16) if chunk.caps is None else chunk.caps
    return chunk.values, chances, classes, caps
