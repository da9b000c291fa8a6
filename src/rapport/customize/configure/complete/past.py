"""Past configurations, as values that the loop hands in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.complete.places import Floats
from rapport.customize.configure.model import Model


@dataclass(frozen=True)
class Past:
    """``rows`` (n, options + 1) tell what was chosen, ``weight`` (n,) how much each counts, such as by its age."""

    rows: NDArray[np.bool_]
    weight: Floats
    owner: tuple[str, ...] = ()
    """Whose each is, oldest first; empty where it does not matter, an empty name where nobody is known."""

    @staticmethod
    def of(
        model: Model, taken: Iterable[Any], weight: Sequence[float] | None = None, owner: Sequence[str] = ()
    ) -> Past:
        """Choices as the log keeps them, group → option or options, as rows; raises nothing, whatever an event says.

        An option that the product no longer has is passed over, and so is a configuration of nothing but such.
        """
        numbers = {(one.name, model.option(number).name): number for one in model.groups for number in one.options}
        rows = [_row(numbers, len(model.options), choices) for choices in taken]
        keep = [place for place, row in enumerate(rows) if row.any()]
        table = np.array([rows[place] for place in keep], dtype=np.bool_).reshape(len(keep), len(model.options) + 1)
        weights = np.ones(len(rows)) if weight is None else np.asarray(weight, dtype=np.float64)
        return Past(table, weights[keep], tuple(owner[place] for place in keep) if owner else ())

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


def _row(numbers: Mapping[tuple[str, str], int], options: int, choices: Any) -> NDArray[np.bool_]:
    row = np.zeros(options + 1, dtype=np.bool_)
    for group, chosen in choices.items() if isinstance(choices, Mapping) else ():
        for name in chosen if isinstance(chosen, list | tuple) else [chosen]:
            row[numbers.get((group, name), 0) if isinstance(name, str) else 0] = True
    row[0] = False
    return row
