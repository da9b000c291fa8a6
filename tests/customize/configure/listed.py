"""Answers from a list of all configurations: exact, for products of which there are few, to check others by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pysat.solvers import Solver

from rapport.customize.configure.answering.reasoner import (
    CAN_BE_CHOSEN,
    CAN_BE_REFUSED,
    Prices,
    Validity,
    no_configuration,
)
from rapport.customize.configure.clauses.formula import Formula

LISTED_MAX: Final = 20_000
"""A product of more configurations is not listed."""


class Listed:
    """A ``Reasoner`` over every configuration: ``rows`` has shape (configurations, options + 1), place 0 unused."""

    certain = True

    def __init__(self, rows: NDArray[np.bool_], prices: NDArray[np.int64]) -> None:
        self._rows = rows
        self._totals = rows.astype(np.int64) @ prices

    def warm(self) -> None:
        """All is there from the start."""

    def valid(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Validity:
        """What is still possible."""
        rows = self._rows[self._having(picks)]
        state = np.where(rows.any(axis=0), CAN_BE_CHOSEN, 0) | np.where(rows.all(axis=0), 0, CAN_BE_REFUSED)
        state[0] = 0
        return Validity(state.astype(np.uint8))

    def count(self, picks: Sequence[int]) -> int | None:
        """How many configurations have the picks."""
        return int(self._kept(picks).sum())

    def count_about(self, picks: Sequence[int]) -> float | None:
        """The logarithm of how many have the picks."""
        return float(np.log10(self._having(picks).sum()))

    def prices(self, picks: Sequence[int], visible: Sequence[int] | None = None) -> Prices:
        """The price range of every option."""
        kept = self._having(picks)
        rows, totals = self._rows[kept], self._totals[kept][:, None]
        far = np.iinfo(np.int64).max
        low: NDArray[np.int64] = np.where(rows, totals, far).min(axis=0)
        high: NDArray[np.int64] = np.where(rows, totals, -far).max(axis=0)
        low[0], high[0] = totals.min(), totals.max()
        return Prices(low, high)

    def best(self, picks: Sequence[int], weights: NDArray[np.float64]) -> list[int]:
        """The configuration with the greatest sum of weights."""
        rows = self._rows[self._having(picks)]
        return [int(number) for number in np.flatnonzero(rows[int(np.argmax(rows @ weights))])]

    def sample(self, picks: Sequence[int], size: int, seed: int) -> list[list[int]]:
        """Configurations drawn uniformly."""
        rows = self._rows[self._having(picks)]
        drawn = np.random.default_rng(seed).integers(len(rows), size=size)
        return [[int(number) for number in np.flatnonzero(rows[place])] for place in drawn]

    def _kept(self, picks: Sequence[int]) -> NDArray[np.bool_]:
        kept = np.ones(len(self._rows), dtype=np.bool_)
        for literal in picks:
            kept &= self._rows[:, literal] if literal > 0 else ~self._rows[:, -literal]
        return kept

    def _having(self, picks: Sequence[int]) -> NDArray[np.bool_]:
        kept = self._kept(picks)
        if not kept.any():
            raise no_configuration()
        return kept


def list_all(formula: Formula, prices: NDArray[np.int64], most: int = LISTED_MAX) -> Listed | None:
    """The listed reasoner of a formula; None where there are more configurations than ``most``."""
    rows: list[NDArray[np.bool_]] = []
    with Solver(name="glucose4", bootstrap_with=formula.clauses) as solver:
        for number in range(1, formula.options + 1):
            solver.add_clause([number, -number])  # An option that no clause names is still one to choose.
        for model in solver.enum_models():
            if len(rows) == most:
                return None
            row = np.zeros(formula.options + 1, dtype=np.bool_)
            row[[literal for literal in model if 0 < literal <= formula.options]] = True
            rows.append(row)
    return Listed(np.array(rows, dtype=np.bool_).reshape(len(rows), formula.options + 1), prices)
