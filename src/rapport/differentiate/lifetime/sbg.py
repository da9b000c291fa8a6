"""sBG: how long contracts are renewed.

P. Fader, B. Hardie (2007), "How to project customer retention", Journal of Interactive Marketing 21(1). At each renewal
a contract ends with a probability θ that is its holder's own, θ ~ Beta(α, β) over customers; so the longer contracts
have run, the rarer they end.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, psi

from rapport.differentiate.lifetime.optimum import Floats, Loss, find, weighed

STARTS: Final = ((0.0, 1.0), (-0.5, 0.0), (1.0, 3.0))
RENEWALS_MAX: Final = 400
DRAWS: Final = 200
SEED: Final = 20_070_101
TAIL: Final = 0.05


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt of how long contracts run."""

    alpha: float
    beta: float
    errors: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    """Of the logarithms."""
    log_likelihood: float
    customers: int
    ended: int
    converged: bool


class Renewals(msgspec.Struct, frozen=True, eq=False):
    """What lies ahead of running contracts, by the renewals behind them, RENEWALS_MAX + 1 each."""

    expected: Floats
    counted: Floats
    """Renewals, each weighed by its discount."""
    low: Floats
    """Lower end of the 90% interval of ``counted``."""
    high: Floats


def fit(renewals: NDArray[np.int64], ended: NDArray[np.bool_]) -> Terms:
    """By maximum likelihood: renewals so far of N contracts, and which of them then ended."""
    found = find(_loss(renewals, ended), STARTS, float(renewals.size))
    alpha, beta = (float(one) for one in np.exp(found.at))
    return Terms(
        alpha=alpha, beta=beta, errors=(alpha * found.errors[0], beta * found.errors[1]), covariance=found.covariance,
        log_likelihood=-found.loss * renewals.size, customers=renewals.size, ended=int(ended.sum()),
        converged=found.converged,
    )  # fmt: skip


def surviving(alpha: Floats, beta: Floats, behind: Floats, ahead: int) -> Floats:
    """P(renewed 1, 2, … ``ahead`` more times | renewed ``behind`` times), along a new last axis (eq. 7)."""
    k = np.arange(1, ahead + 1)
    at = beta[..., None] + behind[..., None] + k - 1
    return np.asarray(np.cumprod(at / (alpha[..., None] + at), axis=-1))


@lru_cache(maxsize=64)
def renewals(one: Terms, period_days: float, horizon_days: float, rate: float) -> Renewals:
    """What lies ahead within the horizon, discounted by a yearly rate."""
    ahead = max(1, int(horizon_days // period_days))
    discount = (1.0 + rate) ** (-np.arange(1, ahead + 1) * period_days / 365.25)
    behind = np.arange(RENEWALS_MAX + 1.0)
    likely = surviving(np.full_like(behind, one.alpha), np.full_like(behind, one.beta), behind, ahead)
    spread = _predictive(one, behind, ahead)
    worth = np.concatenate(([0.0], np.cumsum(discount)))
    return Renewals(
        likely.sum(axis=1),
        (likely * discount).sum(axis=1),
        worth[(spread >= 1 - TAIL).sum(axis=1)],
        worth[(spread >= TAIL).sum(axis=1)],
    )


def _predictive(one: Terms, behind: Floats, ahead: int) -> Floats:
    """Survival with the parameters' own uncertainty: the mean over draws of their Laplace approximation."""
    rng = np.random.default_rng(SEED)
    shift = rng.multivariate_normal(np.zeros(2), np.array(one.covariance), DRAWS, method="eigh")
    total = np.zeros((behind.size, ahead))
    for down, up in np.exp(shift).tolist():
        total += surviving(np.full_like(behind, one.alpha * down), np.full_like(behind, one.beta * up), behind, ahead)
    return total / DRAWS


def _loss(renewed: NDArray[np.int64], ended: NDArray[np.bool_]) -> Loss:
    """Mean negative log-likelihood over ln(α, β): B(α + e, β + n) ÷ B(α, β), e = 1 where ended (eqs. 5 and 6)."""
    keys, weight = np.unique(renewed * 2 + ended, return_counts=True)
    n, over = (keys // 2).astype(float), (keys % 2).astype(float)
    total = float(weight.sum())

    def loss(theta: Floats) -> tuple[float, Floats]:
        alpha, beta = np.exp(theta)
        value = (
            gammaln(alpha + over) + gammaln(beta + n) - gammaln(alpha + over + beta + n)
            - gammaln(alpha) - gammaln(beta) + gammaln(alpha + beta)
        )  # fmt: skip
        both = psi(alpha + beta) - psi(alpha + over + beta + n)
        by_alpha, by_beta = psi(alpha + over) - psi(alpha) + both, psi(beta + n) - psi(beta) + both
        slope = np.array([weighed(weight, by_alpha) * alpha, weighed(weight, by_beta) * beta])
        return -float(weighed(weight, value)) / total, -slope / total

    return loss
