"""Past configurations, as values that the loop hands in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.complete.places import Floats
from rapport.customize.configure.model import Model

Said = Mapping[str, str | Sequence[str]]
"""Choices as the log keeps them: group → option or options."""


@dataclass(frozen=True)
class Past:
    """``rows`` (n, options + 1) tell what was chosen, ``weight`` (n,) how much each counts, such as by its age."""

    rows: NDArray[np.bool_]
    weight: Floats
    owner: tuple[str, ...] = ()
    """Whose each is, oldest first; empty where it does not matter, an empty name where nobody is known."""

    @staticmethod
    def of(
        model: Model, taken: Iterable[Said], weight: Sequence[float] | None = None, owner: Sequence[str] = ()
    ) -> Past:
        """Choices as rows; an option that the product no longer has is passed over."""
        numbers = {
            (group.name, model.option(number).name): number for group in model.groups for number in group.options
        }
        rows = []
        for choices in taken:
            row = np.zeros(len(model.options) + 1, dtype=np.bool_)
            for group, chosen in choices.items():
                for name in [chosen] if isinstance(chosen, str) else chosen:
                    row[numbers.get((group, name), 0)] = True
            row[0] = False
            rows.append(row)
        table = np.array(rows, dtype=np.bool_).reshape(len(rows), len(model.options) + 1)
        return Past(table, np.ones(len(rows)) if weight is None else np.asarray(weight, np.float64), tuple(owner))

    @staticmethod
    def none(options: int) -> Past:
        """Nothing was ever taken."""
        return Past(np.zeros((0, options + 1), dtype=np.bool_), np.zeros(0))

    def __len__(self) -> int:
        return len(self.rows)

    def some(self, keep: NDArray[np.bool_]) -> Past:
        """Some of the rows."""
        owner = tuple(name for name, kept in zip(self.owner, keep, strict=True) if kept) if self.owner else ()
        return Past(self.rows[keep], self.weight[keep], owner)

    def histories(self) -> list[Past]:
        """Of each known owner who came back: what they took, oldest first."""
        places: dict[str, list[int]] = {}
        for place, name in enumerate(self.owner):
            if name:
                places.setdefault(name, []).append(place)
        return [Past(self.rows[own], self.weight[own]) for own in places.values() if len(own) > 1]
