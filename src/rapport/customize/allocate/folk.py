"""A plan's customers as the loop gathers them: chances page by page, and what each offer is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rapport.customize.allocate.problem import Chunk, Floor, Problem, Resource

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Folk:
    """Customers in pages. ``chances``: (customers, offers) a page, NaN for who may not get an offer."""

    chances: list[npt.NDArray[np.float32]]
    classes: list[npt.NDArray[np.uint8]]
    worth: Floats
    """(offers,): what an acceptance earns."""

    def chunk(self, n: int) -> Chunk:
        """Page n as the allocation reads it: what an offer is expected to earn, and how probably it is accepted."""
        chances = self.chances[n]
        barred = np.isnan(chances)
        gains = np.where(barred, -np.inf, chances * self.worth).astype(np.float32)
        return Chunk(gains, np.where(barred, 0.0, chances).astype(np.float32), self.classes[n])

    def problem(self, resources: list[Resource], floors: list[Floor], member: npt.NDArray[np.bool_]) -> Problem:
        """One offer a customer at most; only acceptances use anything up."""
        return Problem(
            sizes=[len(page) for page in self.chances], offers=self.worth.size, chunk=self.chunk,
            resources=resources, floors=floors, member=member,
        )  # fmt: skip

    def reachable(self, offers: npt.NDArray[np.bool_], classes: npt.NDArray[np.bool_]) -> int:
        """How many customers of some classes may get any of some offers."""
        found = 0
        for page, kinds in zip(self.chances, self.classes, strict=True):
            found += int((classes[kinds] & ~np.isnan(page[:, offers]).all(axis=1)).sum())
        return found
