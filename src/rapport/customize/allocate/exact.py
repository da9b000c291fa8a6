"""The exact optimum where few are in doubt: HiGHS decides what the certificate leaves open.

What would cost more than the gap at the dual's prices cannot be part of a better plan (reduced-cost fixing; Crowder,
Johnson and Padberg 1983), so the solver sees only the customers and offers whose loss is below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rapport.customize.allocate.problem import Problem
from rapport.customize.allocate.sweeping import Compiled, arrays

Floats = npt.NDArray[np.float64]

CUSTOMERS_MAX: Final = 20_000
DOUBTS_MAX: Final = 60_000
"""Pairs of customer and offer that the solver is given at most."""
CLOSE: Final = 1e-9
"""A relative gap below this is none."""


@dataclass(frozen=True, slots=True)
class Improved:
    """What the solver found. ``proven``: nothing better exists."""

    chosen: npt.NDArray[np.int16]
    bound: float
    proven: bool


def improve(problem: Problem, prices: Floats, dual: float, value: float | None, seconds: float) -> Improved | None:
    """A better plan, or the proof that there is none; None where too much is in doubt.

    ``dual`` is the dual function at ``prices``; ``value`` what the plan at hand earns, None where it falls short of a
    floor.
    """
    if problem.customers > CUSTOMERS_MAX:
        return None
    whole = _Whole.of(problem)
    allowed = np.inf if value is None else dual - value + CLOSE * abs(dual)
    open_, fixed = whole.in_doubt(prices, allowed)
    if not 0 < open_.sum() <= DOUBTS_MAX:
        return None
    solved = _solve(problem, whole, open_, fixed, seconds)
    if solved is None:
        return None
    taken, bound, proven = solved
    return Improved(_as_places(fixed | taken, problem.cap), bound if value is None else max(bound, value), proven)


@dataclass(frozen=True, slots=True)
class _Whole:
    """All customers at once: (customers, offers) values, chances, membership bonus left out; caps; classes."""

    problem: Problem
    values: Floats
    chances: Floats
    caps: npt.NDArray[np.int64]
    classes: npt.NDArray[np.int64]

    @classmethod
    def of(cls, problem: Problem) -> _Whole:
        parts = [arrays(problem.chunk(n), problem.offers) for n in range(len(problem.sizes))]
        values = np.concatenate([one[0] for one in parts]).astype(np.float64)
        chances = np.concatenate([one[1] if len(one[1]) else np.ones_like(one[0]) for one in parts])
        classes = np.concatenate([one[2] if one[2].size else np.zeros(len(one[0]), dtype=np.uint8) for one in parts])
        caps = np.concatenate([one[3] if one[3].size else np.full(len(one[0]), problem.cap) for one in parts])
        return cls(
            problem, values, chances.astype(np.float64), np.clip(caps, 0, problem.cap).astype(np.int64),
            classes.astype(np.int64),
        )  # fmt: skip

    def in_doubt(self, prices: Floats, allowed: float) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """(customers, offers): which offers may or may not be given, and which must be."""
        ready = Compiled(self.problem).ready(prices)
        reduced = self.values - self.chances * ready.price + ready.bonus[self.classes]
        padded = np.concatenate([reduced, np.zeros((len(reduced), self.problem.cap + 1))], axis=1)
        ranked = -np.sort(-padded, axis=1)
        who = np.arange(len(reduced))
        last = np.where(self.caps > 0, ranked[who, np.maximum(self.caps - 1, 0)], np.inf)
        following = np.where(self.caps > 0, ranked[who, self.caps], np.inf)
        possible = np.isfinite(reduced) & (self.caps > 0)[:, None]
        fixed = possible & (reduced >= last[:, None]) & (reduced - following[:, None] > allowed)
        enough = (fixed.sum(axis=1) >= self.caps)[:, None]
        return possible & ~fixed & ~enough & (last[:, None] - reduced <= allowed), fixed

    def rows(self, who: npt.NDArray[np.int64], offers: npt.NDArray[np.int64]) -> Floats:
        """(rows, pairs): what each pair adds to each row."""
        matrix = self.problem.matrix[:, offers].copy()
        scaled = len(self.problem.resources)
        matrix[:scaled] *= self.chances[who, offers]
        matrix[scaled:] *= self.problem.member[self.classes[who]].T
        return matrix


def _solve(
    problem: Problem, whole: _Whole, open_: npt.NDArray[np.bool_], fixed: npt.NDArray[np.bool_], seconds: float
) -> tuple[npt.NDArray[np.bool_], float, bool] | None:
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - scipy loads slowly
    from scipy.sparse import csr_array, vstack  # noqa: PLC0415

    who, offers = np.nonzero(open_)
    held = np.nonzero(fixed)
    gains = whole.values[who, offers]
    places = np.searchsorted(np.unique(who), who)
    per_customer = csr_array((np.ones(who.size), (places, np.arange(who.size))))
    room = (whole.caps - fixed.sum(axis=1))[np.unique(who)]
    limits = problem.limits - whole.rows(*held).sum(axis=1)
    result: Any = milp(
        -gains,
        integrality=np.ones(who.size),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            vstack([csr_array(whole.rows(who, offers)), per_customer]),
            -np.inf,
            np.concatenate([_not_below(limits, problem), room]),
        ),
        options={"time_limit": seconds, "mip_rel_gap": CLOSE},
    )
    if result.x is None:
        return None
    taken = np.zeros_like(open_)
    taken[who, offers] = result.x > 0.5
    above = float(whole.values[held].sum())
    return taken, above - float(result.mip_dual_bound), result.status == 0


def _not_below(limits: Floats, problem: Problem) -> Floats:
    """Limits a hair tighter than they are, so that the solver's tolerance overdraws nothing."""
    tight = limits.copy()
    resources = len(problem.resources)
    whole = (problem.matrix[:resources] % 1.0 == 0.0).all(axis=1)
    tight[:resources] = np.where(whole, limits[:resources], limits[:resources] * (1.0 - CLOSE))
    return tight


def _as_places(taken: npt.NDArray[np.bool_], cap: int) -> npt.NDArray[np.int16]:
    chosen = np.full((len(taken), cap), -1, dtype=np.int16)
    who, offers = np.nonzero(taken)
    first = np.searchsorted(who, np.arange(len(taken)))
    chosen[who, np.arange(who.size) - first[who]] = offers
    return chosen
