"""Prices at which budgets are just used up: Newton steps on the dual, on samples first and on everybody last.

The dual is piecewise linear, but over many customers almost smooth: how many change their minds as a price moves is
read off those at the margin, within a window that shrinks with the steps. A step that does not lower the dual is
taken back and damped (Levenberg 1944, Marquardt 1963); where customers are few or alike, so that the dual has edges,
cutting planes take over (``cuts``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rapport.customize.allocate.cuts import Cuts
from rapport.customize.allocate.problem import Chunk, Floor, Problem, Resource
from rapport.customize.allocate.sweeping import Compiled, Look

Floats = npt.NDArray[np.float64]

SAMPLES: Final = (20_000, 320_000)
"""Prices are first found for so many customers, where there are at least four times as many."""
LOOKS_SAMPLE: Final = 120
"""So many looks at a sample at most."""
LOOKS_ALL: Final = 40
"""So many looks at everybody at most."""
ENOUGH: Final = 1e-9
"""A step that promises less than this share of the dual is not worth a look at everybody."""
ENOUGH_SAMPLE: Final = 1e-7
"""The same for a sample, whose prices are a start."""
REACH: Final = 4.0
"""No step moves a price by more than so many windows: the curvature says nothing of what lies beyond."""
LOOSE: Final = 1e-3
"""A search does not end while resources are off by this share of the dual, at their prices."""
TRUST: Final = 8.0
"""Cutting planes look so many windows around the best prices."""
STALLED_MAX: Final = 20
"""So many steps in a row that lead no lower end the search."""
MARGINS_FEW: Final = 200
"""With fewer customers at the margin the window widens."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best prices met: (rows,), the look at them, and how many looks at everybody it took."""

    prices: Floats
    look: Look
    looks: int
    window: float


def ascend(problem: Problem, first: Floats | None = None) -> Found:
    """Prices that bring the dual near its lowest, from ``first`` or from 0."""
    prices, window = (np.zeros(problem.limits.size) if first is None else first), 0.0
    for level in _levels(problem):
        limits = (LOOKS_ALL, ENOUGH, STALLED_MAX) if level is problem else (LOOKS_SAMPLE, ENOUGH_SAMPLE, 3)
        found = _descend(Compiled(level), prices, window, *limits)
        prices, window = found.prices, found.window
    return found


@dataclass(slots=True)
class _State:
    """Where the search stands."""

    prices: Floats
    look: Look
    window: float
    seen: float
    """The last window through which enough customers were seen at the margin."""
    damp: float = 1e-6
    stalled: int = 0


def _descend(  # noqa: PLR0917
    compiled: Compiled, prices: Floats, window: float, looks_max: int, enough: float, stalls: int
) -> Found:
    window = window or _scale(compiled)
    state = _State(prices, compiled.look(prices, window), window, window)
    looks = 1
    cuts = Cuts()
    cuts.add(state.prices, state.look.dual, compiled.problem.limits - state.look.use)
    while looks < looks_max and state.stalled < stalls:
        step, promise = _step(compiled, state)
        if state.stalled:
            step, promise = cuts.step(state.prices, state.look.dual, TRUST * state.window / compiled.reach)
        if promise <= enough * abs(state.look.dual):
            if not state.stalled and _loose(compiled, state) > LOOSE * abs(state.look.dual):
                # The curvature says that nothing is to be gained, but the plan does not use what it pays for.
                state.stalled, state.window = 1, 4.0 * state.window
                continue
            break
        moved = _moved(compiled, step)
        shorten = min(1.0, REACH * state.window / max(moved, 1e-300))
        tried, moved, promise = state.prices + shorten * step, shorten * moved, shorten * promise
        look = compiled.look(tried, state.window)
        cuts.add(tried, look.dual, compiled.problem.limits - look.use)
        looks += 1
        _judge(state, tried, look, moved, promise)
    return Found(state.prices, state.look, looks, state.seen)


def _loose(compiled: Compiled, state: _State) -> float:
    """What is paid for and not used, or used and not there, at these prices: 0 at the best ones."""
    return float(np.abs(state.prices * (compiled.problem.limits - state.look.use)).sum())


def _moved(compiled: Compiled, step: Floats) -> float:
    """How far a step moves the price of any offer at most."""
    matrix, scaled = compiled.problem.matrix, compiled.scaled
    offers = float(np.abs(step[:scaled] @ matrix[:scaled]).max(initial=0.0))
    return max(offers, float(np.abs(step[scaled:]).max(initial=0.0)))


def _judge(state: _State, tried: Floats, look: Look, moved: float, promise: float) -> None:
    """Keeps a step that lowers the dual; otherwise the next one is shorter, and looks closer."""
    gained = state.look.dual - look.dual
    state.seen = state.window if look.margins >= MARGINS_FEW else state.seen
    if gained <= 0.0:
        state.damp, state.stalled = max(state.damp, 1e-3) * 8.0, state.stalled + 1
        state.window /= 4.0 if state.stalled == 1 else 1.0
        return
    state.stalled = max(state.stalled - 1, 0) if gained > promise / 4.0 else state.stalled + 1
    state.damp = max(state.damp / 8.0, 1e-9) if gained > promise / 4.0 else state.damp * 2.0
    state.prices, state.look = tried, look
    wanted = max(2.0 * moved, state.window / 8.0)
    state.window = min(wanted, state.window * 2.0) if look.margins >= MARGINS_FEW else state.window * 2.0


def _step(compiled: Compiled, state: _State) -> tuple[Floats, float]:
    """The damped Newton step that keeps prices at 0 or above, and how far it promises to lower the dual.

    The quadratic model is minimised over y ≥ 0 exactly, as non-negative least squares in its Cholesky factor (Lawson
    and Hanson 1974, ch. 23).
    """
    from scipy.linalg import solve_triangular  # noqa: PLC0415 - scipy loads slowly
    from scipy.optimize import nnls  # noqa: PLC0415

    slope = compiled.problem.limits - state.look.use
    if not slope.size:
        return slope, 0.0
    curvature = state.look.curvature
    diagonal = np.diag(curvature)
    system = curvature + np.diag((state.damp + 1e-10) * diagonal + _rigid(compiled, state))
    scale = 1.0 / np.sqrt(np.maximum(np.diag(system), 1e-300))
    factor = np.linalg.cholesky(system * np.outer(scale, scale) + 1e-12 * np.eye(scale.size))
    target = solve_triangular(factor, scale * (system @ state.prices - slope), lower=True)
    tried = scale * nnls(factor.T, target, maxiter=50 * scale.size)[0]
    step = tried - state.prices
    return step, float(-slope @ step - step @ system @ step / 2.0)


def _rigid(compiled: Compiled, state: _State) -> Floats:
    """The least curvature of each row: with it, all that is off would move a price by one window."""
    slope = compiled.problem.limits - state.look.use
    few = np.diag(state.look.curvature) * state.window <= 1e-3 * np.abs(slope)
    return np.maximum(np.where(few, np.abs(slope) * compiled.reach / state.window, 0.0), 1e-12)


def _scale(compiled: Compiled) -> float:
    """The first window: a typical gain, so that the curvature is seen from afar."""
    for values, *_ in compiled.chunks():
        tops = values.max(axis=1)
        tops = tops[np.isfinite(tops)]
        if tops.size and (size := float(np.abs(tops).mean())) > 0.0:
            return size / 4.0
    return 1.0


def _levels(problem: Problem) -> Iterator[Problem]:
    """Samples of the customers, each every so many-th with limits to match; then the problem itself."""
    strides = [max(problem.customers // size, 1) for size in SAMPLES]
    wanted = [stride for stride in strides if stride >= 4]
    if wanted:
        yield from _samples(problem, wanted)
    yield problem


def _samples(problem: Problem, strides: list[int]) -> list[Problem]:
    """One sample a stride, all of them drawn in one reading."""
    picked: list[list[Chunk]] = [[] for _ in strides]
    start = 0
    for n, size in enumerate(problem.sizes):
        chunk = problem.chunk(n)
        for place, stride in enumerate(strides):
            picked[place].append(_every(chunk, stride, -start % stride))
        start += size
    return [_sampled(problem, parts) for parts in picked]


def _every(chunk: Chunk, stride: int, first: int) -> Chunk:
    rows = slice(first, None, stride)
    return Chunk(
        chunk.values[rows].copy(),
        None if chunk.chances is None else chunk.chances[rows].copy(),
        None if chunk.classes is None else chunk.classes[rows].copy(),
        None if chunk.caps is None else chunk.caps[rows].copy(),
    )


def _sampled(problem: Problem, parts: list[Chunk]) -> Problem:
    count = sum(len(one.values) for one in parts)
    share = count / problem.customers
    return Problem(
        sizes=[len(one.values) for one in parts],
        offers=problem.offers,
        chunk=parts.__getitem__,
        resources=[Resource(one.name, one.use, one.limit * share) for one in problem.resources],
        floors=[Floor(one.name, one.offers, round(one.least * share)) for one in problem.floors],
        member=problem.member,
        cap=problem.cap,
    )
