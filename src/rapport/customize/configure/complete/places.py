"""The choices of a model as variables: what the probabilities of options add up over.

A group of which at most one option is chosen is one place with a cell for every option and one for none; in any other
group every option is a place of its own, with a cell for it and one for its absence. Cell v is option v, and the cells
after the options are the absences, place by place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.model import Model

NOWHERE = -1
"""The place of cell 0 and of hidden options, which nobody chooses."""
CHANCE_LEAST: Final = 1e-9
"""No cell that is possible has a smaller chance."""
Floats = NDArray[np.float64]
_LONE = 2
"""Cells of a place with one option: it and its absence."""


@dataclass(frozen=True)
class Places:
    """The places of a model and their cells."""

    options: int
    place: NDArray[np.int32]
    """Shape (options + 1,): the place of every option."""
    parent: NDArray[np.int32]
    """Shape (places,): the option under which it can be filled; 0: always."""
    must: NDArray[np.bool_]
    """Shape (places,): whether it has to be filled once it can be."""

    @staticmethod
    def of(model: Model) -> Places:
        """The places of a model."""
        place = np.full(len(model.options) + 1, NOWHERE, dtype=np.int32)
        parent: list[int] = []
        must: list[bool] = []
        for group in model.groups:
            for options in [group.options] if group.single else [(number,) for number in group.options]:
                place[list(options)] = len(parent)
                parent.append(group.parent)
                must.append(group.least >= (1 if group.single else len(group.options)))
        return Places(len(model.options), place, np.array(parent, dtype=np.int32), np.array(must, dtype=np.bool_))

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self.parent)

    @property
    def cells(self) -> int:
        """How many cells there are, cell 0 with them."""
        return self.options + 1 + self.count

    @cached_property
    def of_cell(self) -> NDArray[np.int32]:
        """Shape (cells,): the place of every cell."""
        return np.concatenate([self.place, np.arange(self.count, dtype=np.int32)])

    @cached_property
    def real(self) -> NDArray[np.intp]:
        """The cells that have a place."""
        return np.flatnonzero(self.of_cell >= 0)

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """Shape (places,): how many cells each has."""
        return np.bincount(self.of_cell[self.real], minlength=self.count)

    @cached_property
    def lone(self) -> NDArray[np.bool_]:
        """Shape (places,): whether there is but one option to take or to leave."""
        lone: NDArray[np.bool_] = self.sizes == _LONE
        return lone

    def absence(self, place: int) -> int:
        """The cell that says that nothing of a place is chosen."""
        return self.options + 1 + place

    def normal(self, scores: Floats) -> Floats:
        """Scores (shape (cells,), none negative) as shares that add up to 1 in every place; alike where all are 0."""
        places = self.of_cell[self.real]
        totals = np.bincount(places, scores[self.real], minlength=self.count)[places]
        shares = np.zeros(self.cells)
        empty = totals <= 0
        shares[self.real] = np.where(empty, 1.0 / self.sizes[places], scores[self.real] / np.where(empty, 1.0, totals))
        return shares

    def evidence(self, picks: Sequence[int]) -> list[int]:
        """The cells that picks say: a refusal says one only where there is but one option to refuse."""
        said = [number for number in picks if number > 0 and self.place[number] >= 0]
        refused = (int(self.place[-number]) for number in picks if number < 0)
        return sorted({*said, *(self.absence(place) for place in refused if place >= 0 and self.lone[place])})

    def spread(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Configurations (shape (n, options + 1)) as cells, shape (n, cells)."""
        spread = np.zeros((len(rows), self.cells), dtype=np.bool_)
        row, option = np.nonzero(rows[:, : self.options + 1] & (self.place >= 0))
        spread[:, self.options + 1 :] = True
        spread[row, option] = True
        spread[row, self.options + 1 + self.place[option]] = False
        return spread
