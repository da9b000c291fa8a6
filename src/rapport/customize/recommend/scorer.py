"""What a technique leaves behind: something that scores every item for what a customer has shown.

Two shapes suffice. Neighbours are a sparse matrix, the strongest of each item's; factors are a short vector for each
item, to which a customer's vector is solved when asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import msgspec
import numpy as np

from rapport.customize.recommend.interactions import Floats, Places

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

CELLS_MAX = 20_000_000
"""So many numbers of a dense block are in memory at once."""


class Scorer(Protocol):
    """A fitted technique."""

    def one(self, items: Places, strengths: Floats) -> Floats:
        """A score of every item, for a customer who showed these interests."""

    def many(self, strengths: csr_array) -> npt.NDArray[np.float32]:
        """The same for many customers: customers × items."""


class Neighbours(msgspec.Struct, frozen=True):
    """Of each of n items up to k others: where they are, and how much each is recommended by it."""

    places: Any
    """n × k, int32; behind the last neighbour the item itself."""
    weights: Any
    """n × k, float32; 0 behind the last neighbour."""
    kind: ClassVar[str] = "neighbours"

    def one(self, items: Places, strengths: Floats) -> Floats:
        """Sums of the neighbours' weights; a score of every item."""
        weights = self.weights[items] * strengths[:, None]
        return np.bincount(self.places[items].ravel(), weights.ravel(), minlength=len(self.places)).astype(np.float64)

    def many(self, strengths: csr_array) -> npt.NDArray[np.float32]:
        """Customers × items."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - half a second that starting the program need not wait for

        count, most = self.places.shape
        starts = np.arange(0, count * most + 1, most)
        table = csr_array((self.weights.ravel(), self.places.ravel(), starts), shape=(count, count))
        found: npt.NDArray[np.float32] = (strengths @ table).toarray().astype(np.float32)
        return found


def strongest(count: int, most: int, block: Callable[[int, int], npt.NDArray[Any]]) -> Neighbours:
    """The neighbours of largest absolute weight of each of ``count`` items.

    ``block(first, last)`` gives the weights of the items from ``first`` to before ``last`` for all items, dense; it may
    be overwritten.
    """
    most = min(most, max(count - 1, 1))
    places, weights = np.zeros((count, most), np.int32), np.zeros((count, most), np.float32)
    step = max(1, CELLS_MAX // max(count, 1))
    for first in range(0, count, step):
        last = min(count, first + step)
        dense = block(first, last)
        own = np.arange(last - first)
        dense[own, own + first] = 0.0
        found = np.argpartition(-np.abs(dense), most - 1, axis=1)[:, :most]
        places[first:last] = found
        weights[first:last] = np.take_along_axis(dense, found, axis=1)
    idle = weights == 0.0
    places[idle] = np.broadcast_to(np.arange(count, dtype=np.int32)[:, None], places.shape)[idle]
    return Neighbours(places, weights)
