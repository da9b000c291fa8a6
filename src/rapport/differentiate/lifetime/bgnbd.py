"""BG/NBD: how often customers buy, and whether they still do, where nobody says goodbye.

P. Fader, B. Hardie, K. Lee (2005), "Counting your customers the easy way: an alternative to the Pareto/NBD model",
Marketing Science 24(2). While alive a customer buys at a rate λ ~ Gamma(r, α); after each purchase the customer is
lost with a probability p ~ Beta(a, b). Known of a customer: x repeat purchases, the last one at t_x, seen until T.
Time is in days.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, psi

from rapport.differentiate.lifetime.optimum import Floats, find, weighed

COARSE_ROWS: Final = 4_000
"""Starts compete on so many of the distinct rows."""
STARTS: Final = ((-1.0, 0.0, 0.0, 1.0), (0.0, 0.5, -2.0, 0.0), (-0.5, -1.0, 1.0, 2.0), (1.0, 1.0, -4.0, 1.0))
"""Logarithms of r, α ÷ the mean T, a, b."""
DROPOUT_RATIO: Final = 5.99
"""The likelihood ratio (2 Δ ln L) from which dropout counts as shown: 95% of χ² with two degrees of freedom."""
LEAST_DROPOUT: Final = 1e-4
"""A mean p below this is none."""

LOG_ODDS_MAX: Final = 500.0
"""Beyond it e^x nears the end of what a float holds, and the probability has long been 0 or 1."""


class Purchasing(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt of when customers buy."""

    r: float
    alpha: float
    """Days."""
    a: float
    """0 where no dropout shows: then the model is the NBD, and everybody counts as alive."""
    b: float
    errors: tuple[float, ...]
    """Standard errors of r, α, a, b (of r, α without dropout), by the delta method."""
    covariance: tuple[tuple[float, ...], ...]
    """Of their logarithms."""
    log_likelihood: float
    without_dropout: float
    """Log-likelihood of the NBD on the same rows."""
    customers: int
    repeaters: int
    distinct_rows: int
    converged: bool

    @property
    def dropout(self) -> bool:
        """Whether customers are seen to leave."""
        return self.a > 0.0

    @property
    def dropout_ratio(self) -> float:
        """2 Δ ln L of dropout against none."""
        return max(0.0, 2 * (self.log_likelihood - self.without_dropout))


class Rows(msgspec.Struct, frozen=True):
    """Distinct (x, t_x, T) and how many customers have each; U rows, ascending by x."""

    x: NDArray[np.int64]
    t_x: Floats
    t: Floats
    weight: Floats


def compress(x: NDArray[np.int64], t_x: NDArray[np.int64], t: NDArray[np.int64]) -> Rows:
    """The distinct rows of N customers; whole days below 2^21."""
    distinct, weight = np.unique((x << 42) | (t_x << 21) | t, return_counts=True)
    mask = (1 << 21) - 1
    return Rows(
        distinct >> 42, ((distinct >> 21) & mask).astype(float), (distinct & mask).astype(float), weight.astype(float)
    )


def fit(rows: Rows) -> Purchasing:
    """By maximum likelihood; without dropout where the likelihood does not show it."""
    customers = float(rows.weight.sum())
    unit = max(float(np.sum(rows.t * rows.weight)) / customers, 1.0)
    likelihood, coarse = _Likelihood(rows, unit), _Likelihood(_coarse(rows), unit)
    full = find(likelihood.with_dropout, STARTS, customers, coarse.with_dropout)
    starts = [start[:2] for start in STARTS[:2]]
    plain = find(likelihood.without_dropout, starts, customers, coarse.without_dropout)
    scale = float(np.sum(rows.weight * rows.x)) * np.log(unit)
    r, alpha, a, b = np.exp(full.at)
    best, without = float(-full.loss * customers - scale), float(-plain.loss * customers - scale)
    lost = bool(a / (a + b) >= LEAST_DROPOUT and 2 * (best - without) >= DROPOUT_RATIO)
    found = full if lost else plain
    if not lost:
        (r, alpha), a, b = np.exp(plain.at), 0.0, 1.0
    values = (float(r), float(alpha * unit), float(a), float(b))
    return Purchasing(
        r=values[0], alpha=values[1], a=values[2], b=values[3],
        errors=tuple(value * error for value, error in zip(values, found.errors, strict=False)),
        covariance=found.covariance, log_likelihood=max(best, without), without_dropout=without,
        customers=int(customers), repeaters=int(rows.weight[rows.x > 0].sum()), distinct_rows=int(rows.x.size),
        converged=found.converged,
    )  # fmt: skip


def p_alive(one: Purchasing, x: Floats, t_x: Floats, t: Floats) -> Floats:
    """P(alive | x, t_x, T), N (Fader, Hardie & Lee 2008, "Computing P(alive) using the BG/NBD model", eq. 1).

    Who has not bought again counts as alive: in this model a customer is lost only right after a repeat purchase.
    """
    if not one.dropout:
        return np.ones_like(t)
    since = (one.r + x) * np.log((one.alpha + t) / (one.alpha + t_x))
    odds = one.a / (one.b + np.maximum(x, 1.0) - 1.0) * np.exp(np.minimum(since, LOG_ODDS_MAX))
    return np.where(x > 0, 1.0 / (1.0 + odds), 1.0)


def _coarse(rows: Rows) -> Rows:
    """Who never bought again, whole, and every so many-th of the other rows with the weight of those left out."""
    step = -(-rows.x.size // COARSE_ROWS)
    if step == 1:
        return rows
    again = int(np.searchsorted(rows.x, 1))
    kept = np.concatenate([np.arange(again), np.arange(again, rows.x.size, step)])
    left = rows.weight[again:].sum() / rows.weight[again::step].sum()
    weight = np.concatenate([rows.weight[:again], rows.weight[again::step] * left])
    return Rows(rows.x[kept], rows.t_x[kept], rows.t[kept], weight)


class _Likelihood:
    """Mean log-likelihood of the rows and its gradient, time in ``unit`` days.

    L = A1 A2 (A3 + δ A4) (Fader, Hardie & Lee 2005, eq. 6, with the terms of their note "Implementing the BG/NBD model
    in Excel"); the NBD's, A1 A3, without dropout.
    """

    def __init__(self, rows: Rows, unit: float) -> None:
        self.weight, self.total = rows.weight, float(rows.weight.sum())
        self.x, self.t = rows.x.astype(float), rows.t / unit
        self.kinds, place = np.unique(rows.x, return_inverse=True)
        self.by_x = np.bincount(place, weights=rows.weight)
        self.again = slice(int(np.searchsorted(rows.x, 1)), None)
        """The rows with a repeat purchase."""
        self.t_x = (rows.t_x / unit)[self.again]

    def without_dropout(self, theta: Floats) -> tuple[float, Floats]:
        """Over ln r, ln α: the negative mean and its gradient."""
        r, alpha = np.exp(theta)
        value, slopes = self._rate(r, alpha)
        return -value / self.total, -slopes * (r, alpha) / self.total

    def with_dropout(self, theta: Floats) -> tuple[float, Floats]:
        """Over ln r, ln α, ln a, ln b: the negative mean and its gradient."""
        parameters = np.exp(theta)
        r, alpha, a, b = parameters
        value, slopes = self._rate(r, alpha)
        kept, by_kept = self._kept(a, b)
        lost, by_lost = self._lost(r, alpha, a, b)
        gradient = np.concatenate([slopes, by_kept]) + by_lost
        return -(value + kept + lost) / self.total, -gradient * parameters / self.total

    def _rate(self, r: float, alpha: float) -> tuple[float, Floats]:
        """ln A1 A3: so many purchases at a rate that is the customer's own; by r, α."""
        seen = np.log(alpha + self.t)
        times = r + self.x
        value = weighed(self.by_x, gammaln(r + self.kinds)) - self.total * (gammaln(r) - r * np.log(alpha))
        by_r = weighed(self.by_x, psi(r + self.kinds)) - self.total * (psi(r) - np.log(alpha))
        by_r -= weighed(self.weight, seen)
        by_alpha = self.total * r / alpha - weighed(self.weight, times / (alpha + self.t))
        return float(value - weighed(self.weight, times * seen)), np.array([by_r, by_alpha])

    def _kept(self, a: float, b: float) -> tuple[float, Floats]:
        """ln A2: not lost after any purchase but perhaps the last; by a, b."""
        n = self.kinds
        value = weighed(self.by_x, gammaln(a + b) - gammaln(a + b + n) + gammaln(b + n) - gammaln(b))
        both = psi(a + b) - psi(a + b + n)
        return float(value), np.array([weighed(self.by_x, both), weighed(self.by_x, both + psi(b + n) - psi(b))])

    def _lost(self, r: float, alpha: float, a: float, b: float) -> tuple[float, Floats]:
        """ln (1 + δ A4 ÷ A3): the odds that the last purchase was the last; by r, α, a, b."""
        x, t, weight = self.x[self.again], self.t[self.again], self.weight[self.again]
        since = np.log((alpha + t) / (alpha + self.t_x))
        log_odds = np.log(a) - np.log(b + x - 1) + (r + x) * since
        gone = weight / (1.0 + np.exp(-np.clip(log_odds, -LOG_ODDS_MAX, LOG_ODDS_MAX)))
        by_alpha = weighed(gone, (r + x) * (1 / (alpha + t) - 1 / (alpha + self.t_x)))
        slopes = [weighed(gone, since), by_alpha, gone.sum() / a, -weighed(gone, 1.0 / (b + x - 1))]
        return float(weighed(weight, np.logaddexp(0.0, log_odds))), np.array(slopes)
