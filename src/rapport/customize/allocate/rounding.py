"""From prices to a plan that keeps to every budget: who takes what at prices a little too high, then what is left."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rapport.customize.allocate.ascent import Found
from rapport.customize.allocate.problem import Problem
from rapport.customize.allocate.sweeping import Compiled, arrays
from rapport.customize.kernels import giving

Floats = npt.NDArray[np.float64]
Offers = npt.NDArray[np.int16]

RAISES: Final = 8
"""Prices are raised so often until nothing is overdrawn; what still is, rounding cuts off."""
SLACK: Final = 1e-12
"""A limit that is passed by less, as a share of it, is kept."""
FAVOURS: Final = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 1.0, 1.00001, 1.001, 1.1, 2.0)
"""Shares of the dual's bonus that customers may lose before others are asked."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """A plan: ``chosen`` (customers, cap) are places of offers, -1 for none; ``bound`` the lowest dual met."""

    chosen: Offers
    prices: Floats
    bound: float


def round_off(problem: Problem, found: Found) -> Rounded:
    """A plan within all limits at, or near, the prices found."""
    compiled = Compiled(problem)
    prices, bound = _affordable(compiled, found)
    chosen = np.full((problem.customers, problem.cap), -1, dtype=np.int16)
    favoured: npt.NDArray[np.bool_] = np.asarray(problem.member.any(axis=1))
    left = problem.limits.copy()
    if favoured.any():
        _serve_floors(compiled, prices, favoured, left, chosen)
    kernel = giving()
    _pass(compiled, prices, ~favoured, 0.0, kernel.TAKE, left, chosen)
    everybody = np.ones(len(favoured), dtype=np.bool_)
    for reach in (found.window / 16.0, found.window, math.inf, math.inf):
        if not _pass(compiled, prices, everybody, reach, kernel.FILL, left, chosen) and reach == math.inf:
            break
    return Rounded(chosen, prices, bound)


def serve(problem: Problem, prices: Floats) -> Offers:
    """(customers, cap): what each takes at these prices, one after another, while it lasts."""
    chosen = np.full((problem.customers, problem.cap), -1, dtype=np.int16)
    everybody = np.ones(len(problem.member), dtype=np.bool_)
    _pass(Compiled(problem), prices, everybody, 0.0, giving().TAKE, problem.limits.copy(), chosen)
    return chosen


def _affordable(compiled: Compiled, found: Found) -> tuple[Floats, float]:
    """Prices at which least is overdrawn among a few small raises, and the lowest dual on the way.

    With many offers that stand in for one another a raise moves customers to the next, which then is overdrawn: the
    first raise that makes it worse is the last.
    """
    limits = compiled.problem.limits
    prices, look, bound = found.prices, found.look, found.look.dual
    best, least = prices, _overdraft(look.use, limits)
    for n in range(RAISES):
        over = look.use - limits
        broken = over > SLACK * np.abs(limits)
        if not broken.any():
            break
        smallest = np.abs(over) * compiled.reach / (8.0 * found.window)
        per_unit = np.maximum(np.diag(look.curvature), np.maximum(smallest, 1e-300))
        prices = prices.copy()
        prices[broken] += 1.5 * 2.0**n * over[broken] / per_unit[broken]
        look = compiled.look(prices, found.window)
        bound = min(bound, look.dual)
        worst = _overdraft(look.use, limits)
        if worst > least:
            break
        best, least = prices, worst
    return best, bound


def _overdraft(use: Floats, limits: Floats) -> float:
    """By which share of its limit the most overdrawn resource or floor is, 0 where none is."""
    return float(((use - limits) / np.maximum(np.abs(limits), SLACK)).max(initial=0.0))


def _serve_floors(
    compiled: Compiled, prices: Floats, favoured: npt.NDArray[np.bool_], left: Floats, chosen: Offers
) -> None:
    """Serves the groups first: what they would take anyway; then, those who lose least first, what the floors ask for.

    The dual's bonus is what the last of them loses, so that all who lose less are served before.
    """
    kernel, scaled = giving(), compiled.scaled
    plain, bonus = prices.copy(), float(prices[scaled:].max(initial=0.0))
    plain[scaled:] = 0.0
    _pass(compiled, plain, favoured, 0.0, kernel.TAKE, left, chosen)
    for share in FAVOURS:
        if (left[scaled:] >= 0.0).all():
            break
        _pass(compiled, plain, favoured, share * bonus, kernel.OBLIGE, left, chosen)
    else:
        _pass(compiled, plain, favoured, math.inf, kernel.OBLIGE, left, chosen)


def _pass(  # noqa: PLR0917
    compiled: Compiled, prices: Floats, only: npt.NDArray[np.bool_], reach: float, how: int, left: Floats,
    chosen: Offers,
) -> int:  # fmt: skip
    """Goes through the customers once; tells how many places changed."""
    problem, ready = compiled.problem, compiled.ready(prices)
    changed = 0
    for part, given in zip(compiled.chunks(), pieces(problem, chosen), strict=True):
        changed += giving().give(
            *part, problem.cap, ready.price, ready.bonus, *compiled.columns, problem.member, compiled.scaled, only,
            reach, how, left, given,
        )  # fmt: skip
    return changed


def pieces(problem: Problem, chosen: Offers) -> Iterator[Offers]:
    """The rows of a plan, chunk by chunk."""
    start = 0
    for size in problem.sizes:
        yield chosen[start : start + size]
        start += size


@dataclass(frozen=True, slots=True)
class Tally:
    """What a plan comes to: money, offers and what they use; by class and offer where there are groups."""

    value: float
    use: Floats
    """(rows,): of each resource; of each floor, the offers that count."""
    given: npt.NDArray[np.int64]
    """(classes, offers): how often each was given."""
    earned: Floats
    """(classes, offers): what that is expected to earn."""


def tally(problem: Problem, chosen: Offers) -> Tally:
    """Adds a plan up anew from the values, independently of how it was made."""
    shape = (len(problem.member), problem.offers)
    given, used = np.zeros(shape, dtype=np.int64), np.zeros(shape)
    earned, values = np.zeros(shape), []
    for n, plan in enumerate(pieces(problem, chosen)):
        part = arrays(problem.chunk(n), problem.offers)
        who, place = np.nonzero(plan >= 0)
        offer = plan[who, place].astype(np.int64)
        kind = part[2][who].astype(np.int64) if part[2].size else np.zeros(who.size, dtype=np.int64)
        gain = part[0][who, offer].astype(np.float64)
        chance = part[1][who, offer].astype(np.float64) if len(part[1]) else np.ones(who.size)
        cell = kind * problem.offers + offer
        count = _by(cell, shape)
        given += count(None).astype(np.int64)
        used += count(chance)
        earned += count(gain)
        values.append(gain)
    use = problem.matrix[: len(problem.resources)] @ used.sum(axis=0)
    counted = [int(given[problem.member[:, g]][:, one.offers].sum()) for g, one in enumerate(problem.floors)]
    total = math.fsum(np.concatenate(values)) if values else 0.0
    return Tally(total, np.concatenate([use, counted]), given, earned)


def _by(cell: Any, shape: tuple[int, int]) -> Callable[[Floats | None], Floats]:
    def count(weights: Floats | None) -> Floats:
        found = np.bincount(cell, weights=weights, minlength=shape[0] * shape[1])
        return found.astype(np.float64).reshape(shape)

    return count
