"""The cheapest configuration, by whichever solver is there: each technique is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.answering.reasoner import Spent
from rapport.customize.configure.clauses.formula import Formula


@dataclass(frozen=True, slots=True)
class Found:
    """The cheapest configuration found: ``row`` has shape (options + 1,), None where none was found."""

    row: NDArray[np.bool_] | None
    proven: bool
    """Whether there is none cheaper; without a row: whether there is none at all."""


class Optimum(Protocol):
    """Finds cheapest configurations of one formula. Not for two threads at once."""

    def cheapest(self, picks: Sequence[int], costs: NDArray[np.int64], spent: Spent) -> Found:
        """With the picks, by the sum of ``costs`` (shape (options + 1,)) over the chosen options."""
        ...


TECHNIQUES: Final = {"ortools": ("cpsat", "CpSat"), "pysat": ("maxsat", "MaxSat")}
"""The package that a technique needs → its file and class, the quickest first."""


def optimum_of(formula: Formula, techniques: Sequence[str] = tuple(TECHNIQUES)) -> Optimum:
    """The first technique whose package is installed."""
    package = next(name for name in techniques if find_spec(name) is not None)
    file, name = TECHNIQUES[package]
    make: Callable[[Formula], Optimum] = getattr(
        import_module(f"rapport.customize.configure.answering.ladder.{file}"), name
    )
    return make(formula)
