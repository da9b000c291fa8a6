"""Intervals for a few looks that were planned: boundaries that spend alpha look by look.

Lan & DeMets, "Discrete sequential boundaries for clinical trials" (Biometrika 1983), with the spending function of
the O'Brien–Fleming kind: little early, nearly all at the end. Boundaries by the recursive integration of Armitage,
McPherson & Rowe (1969) as in Jennison & Turnbull, "Group Sequential Methods" (2000), chapter 19; their repeated
confidence intervals (chapter 9) are the estimate ± boundary × standard error. One look is the ordinary interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

_POINTS: Final = 121
"""Gauss–Legendre points on the part of the line that goes on to the next look."""
_FAR: Final = 8.5
"""No boundary lies farther out, in standard errors: beyond, nothing is left to spend."""
_STEPS: Final = 34


class Looks(msgspec.Struct, frozen=True):
    """Equally spaced looks, up to the planned number of customers."""

    planned: int
    count: int
    alpha: float

    def reached(self, n: int) -> int:
        """How many looks ``n`` customers allow.

        >>> Looks(1000, 5, 0.05).reached(599), Looks(1000, 5, 0.05).reached(5000)
        (2, 5)
        """
        return min(self.count, n * self.count // self.planned)

    def customers(self, look: int) -> int:
        """How many customers a look (from 1) is at."""
        return -(-self.planned * look // self.count)

    def width(self, n: int) -> float:
        """Half the interval's width at the look that ``n`` customers are at, in standard errors.

        >>> [round(Looks(1000, 5, 0.05).width(n), 2) for n in (200, 400, 1000)]
        [4.88, 3.36, 2.03]
        """
        return boundaries(self.count, self.alpha)[self.reached(n) - 1]

    def p_value(self, z: float, n: int) -> float:
        """The smallest alpha at which a difference of ``z`` standard errors shows at this look."""
        squares, logs = _levels(self.count, self.reached(n))
        return float(np.exp(np.interp(z * z, squares, logs)))


_SMALLEST: Final = 1e-9
_LEVELS: Final = 31


@lru_cache(maxsize=64)
def _levels(count: int, look: int) -> tuple[Floats, Floats]:
    """Squared boundaries of a look, ascending, and the logarithms of the alphas that they belong to: nearly a line."""
    logs = np.linspace(0.0, math.log(_SMALLEST), _LEVELS)
    return np.array([boundaries(count, math.exp(one))[look - 1] ** 2 for one in logs]), logs


def obrien_fleming(share: float, alpha: float) -> float:
    """What is spent, on both sides, by a share of the planned information: 4(1-Φ(z_{alpha/4}/√share)).

    >>> round(obrien_fleming(1.0, 0.05), 4), obrien_fleming(0.2, 0.05) < 0.00001
    (0.05, True)
    """
    return min(alpha, 4.0 * _upper(_quantile(1.0 - alpha / 4.0) / math.sqrt(share)))


def pocock(share: float, alpha: float) -> float:
    """What is spent where every look is to count alike: alpha·ln(1+(e-1)·share)."""
    return alpha * math.log(1.0 + (math.e - 1.0) * share)


@lru_cache(maxsize=512)
def boundaries(
    count: int, alpha: float, spending: Callable[[float, float], float] = obrien_fleming
) -> tuple[float, ...]:
    """The boundary of each of ``count`` equally spaced looks, in standard errors, on both sides.

    >>> [round(one, 2) for one in boundaries(3, 0.05, pocock)]
    [2.28, 2.29, 2.3]
    """
    found: list[float] = []
    walk = _Walk(count)
    before = 0.0
    for look in range(1, count + 1):
        spent = spending(look / count, alpha)
        low, high = 0.0, _FAR
        for _ in range(_STEPS):
            middle = (low + high) / 2.0
            low, high = (middle, high) if walk.leaves(middle) > spent - before else (low, middle)
        found.append(high)
        walk.go_on(high)
        before = spent
    return tuple(found)


def crossing(limits: Sequence[float]) -> float:
    """The probability that equally spaced looks cross any of these boundaries though there is no difference.

    >>> round(crossing([2.413] * 5), 3)
    0.05
    """
    walk, total = _Walk(len(limits)), 0.0
    for limit in limits:
        total += walk.leaves(limit)
        walk.go_on(limit)
    return total


class _Walk:
    """The score's density on its way through the looks, of those that crossed nothing yet; variance 1 at the end."""

    def __init__(self, count: int) -> None:
        self._count, self._look = count, 0
        self._at: Floats = np.zeros(1)
        self._mass: Floats = np.ones(1)

    def leaves(self, limit: float) -> float:
        """The probability that the next look is the first beyond a boundary."""
        edge, step = limit * math.sqrt((self._look + 1) / self._count), 1.0 / math.sqrt(self._count)
        beyond = _uppers((edge - self._at) / step) + _uppers((edge + self._at) / step)
        return float(self._mass @ beyond)

    def go_on(self, limit: float) -> None:
        """Past the next look, with what stayed within its boundary."""
        edge, step = limit * math.sqrt((self._look + 1) / self._count), 1.0 / math.sqrt(self._count)
        points, weights = _nodes()
        at = points * edge
        density = np.exp(-0.5 * np.square((at[:, None] - self._at[None, :]) / step)) / (step * math.sqrt(2 * math.pi))
        self._at, self._mass = at, weights * edge * (density @ self._mass)
        self._look += 1


@lru_cache(maxsize=1)
def _nodes() -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(_POINTS)


def _upper(z: float) -> float:
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def _uppers(z: Floats) -> Floats:
    from scipy.special import erfc  # noqa: PLC0415 - takes a tenth of a second, and few commands come here

    halves: Floats = 0.5 * erfc(z / math.sqrt(2.0))
    return halves


def _quantile(share: float) -> float:
    from statistics import NormalDist  # noqa: PLC0415 - for this alone

    return NormalDist().inv_cdf(share)
