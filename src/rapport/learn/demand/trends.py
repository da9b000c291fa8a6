"""How a share moves from week to week: a logistic line over the weeks, or why none is drawn.

Quasi-binomial: where weeks scatter more than chance allows, errors are widened by Pearson's dispersion (McCullagh and
Nelder, Generalized Linear Models, 2nd ed. 1989, §4.5.2), and judged by Student's t with weeks - 2 degrees of freedom.
Of many options some always seem to move: p is corrected for all that are looked at, for any dependence (Benjamini and
Yekutieli, Annals of Statistics 29, 2001), for what one option gains another of its group loses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, stdtr, stdtrit

from rapport.core.time import DAY_US, day_date
from rapport.learn.findings.screen import corrected

WEEKS_LEAST: Final = 6
WEEKS_MOST: Final = 104
"""Earlier weeks than so many are not looked at."""
TAKEN_LEAST: Final = 20
"""So often an option must have been taken, and so often not."""
FALSE_DISCOVERY: Final = 0.05
_MONDAY: Final = 3
"""The first of January 1970 was a Thursday: three days after a Monday."""
_STEPS: Final = 50
Floats = NDArray[np.floating[Any]]
Moves = Literal["rising", "falling", "no change seen", "too few"]


class Week(msgspec.Struct, frozen=True):
    """One week, by its Monday (UTC)."""

    monday: str
    taken: int
    total: int


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """How a share moves: the slope is in logits a week, so that 0.1 raises odds by about a tenth each week."""

    weeks: list[Week]
    moves: Moves
    slope: float | None = None
    low: float | None = None
    high: float | None = None
    q: float | None = None
    """p after the correction for all options."""
    first: float | None = None
    """The line in the first week."""
    last: float | None = None


class _Line(msgspec.Struct, frozen=True):
    slope: float
    low: float
    high: float
    p: float
    first: float
    last: float


def monday(us: int) -> int:
    """The Monday of a moment's week, as a day since 1970 (UTC).

    >>> monday(0), str(day_date(monday(20_000 * DAY_US)))
    (-3, '2024-09-30')
    """
    day = us // DAY_US
    return day - (day + _MONDAY) % 7


def trends(moments: Sequence[int], taken: Sequence[Sequence[bool]]) -> list[Trend]:
    """Of each option: ``taken[i][j]``, whether configuration j, completed at ``moments[j]`` (µs), has option i."""
    if not moments:
        return [Trend(weeks=[], moves="too few") for _ in taken]
    weeks = np.array([monday(us) for us in moments])
    first = max(int(weeks.min()), int(weeks.max()) - 7 * (WEEKS_MOST - 1))
    late = weeks >= first
    place = (weeks[late] - first) // 7
    totals = np.bincount(place)
    counts = [np.bincount(place[np.asarray(one, bool)[late]], minlength=totals.size).astype(float) for one in taken]
    lines = [_line(one, totals.astype(float)) for one in counts]
    asked = [line.p for line in lines if line is not None]
    penalty = float(np.sum(1.0 / np.arange(1, len(asked) + 1)))
    q = iter(corrected([min(1.0, p * penalty) for p in asked]))
    return [
        _trend(_weeks(one, totals, first), line, next(q) if line is not None else 1.0)
        for one, line in zip(counts, lines, strict=True)
    ]


def _weeks(counts: Floats, totals: NDArray[np.int64], first: int) -> list[Week]:
    return [
        Week(day_date(first + 7 * place).isoformat(), int(counts[place]), int(total))
        for place, total in enumerate(totals)
    ]


def _trend(weeks: list[Week], line: _Line | None, q: float) -> Trend:
    if line is None:
        return Trend(weeks=weeks, moves="too few")
    moves: Moves = "no change seen" if q > FALSE_DISCOVERY else "rising" if line.slope > 0 else "falling"
    return Trend(weeks=weeks, moves=moves, slope=line.slope, low=line.low, high=line.high, q=q, first=line.first,
                 last=line.last)  # fmt: skip


def _line(taken: Floats, totals: Floats) -> _Line | None:
    """The line; None where too few weeks or configurations carry one, or where a week parts taken from not taken."""
    told = totals > 0
    taken, totals, weeks = taken[told], totals[told], np.flatnonzero(told).astype(float)
    few = min(taken.sum(), (totals - taken).sum()) < TAKEN_LEAST
    fitted = None if few or weeks.size < WEEKS_LEAST else _fit(taken, totals, weeks)
    if fitted is None:
        return None
    level, slope, error = fitted
    free = weeks.size - 2
    wide = float(stdtrit(free, 0.975)) * error
    p = float(2.0 * stdtr(free, -abs(slope) / error))
    ends = expit(level + slope * (np.array([weeks[0], weeks[-1]]) - weeks.mean()))
    return _Line(slope, slope - wide, slope + wide, p, float(ends[0]), float(ends[1]))


def _fit(taken: Floats, totals: Floats, weeks: Floats) -> tuple[float, float, float] | None:
    """Level at the mean week, slope and its error, by Newton's steps; None where they do not settle."""
    design = np.column_stack([np.ones(weeks.size), weeks - weeks.mean()])
    beta = np.array([np.log(taken.sum() / (totals - taken).sum()), 0.0])
    for _ in range(_STEPS):
        share = expit(design @ beta)
        spread = totals * share * (1.0 - share)
        information = design.T @ (spread[:, None] * design)
        if np.linalg.cond(information) > 1e12:
            return None
        step = np.linalg.solve(information, design.T @ (taken - totals * share))
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            dispersion = max(1.0, float(np.sum((taken - totals * share) ** 2 / spread)) / (weeks.size - 2))
            error = float(np.sqrt(dispersion * np.linalg.inv(information)[1, 1]))
            return float(beta[0]), float(beta[1]), error
    return None
