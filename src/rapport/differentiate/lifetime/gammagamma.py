"""Gamma-Gamma: what an average purchase of a customer's is worth.

P. Fader, B. Hardie (2013), "The Gamma-Gamma model of monetary value". A purchase of a customer is worth
z ~ Gamma(p, ν), and ν ~ Gamma(q, γ) over customers; how often somebody buys is taken to say nothing of how much.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, psi

from rapport.core.statistics import Z_95
from rapport.differentiate.lifetime.optimum import Floats, Loss, find, weighed

STARTS: Final = ((1.0, 0.5, 0.5), (0.0, -0.5, 1.0), (2.0, 1.5, 0.5))
"""Logarithms of p, q − 1, and γ ÷ the mean spend."""
COARSE_ROWS: Final = 5_000
ALIKE: Final = 1e-3
"""Where the spread of spend is below this share of its mean, everybody's purchases count as worth the same."""
LEAST_Q: Final = 1.05
"""Below, the mean over customers is carried by the few largest; the mean of the sample stands in for it."""
CORRELATED: Final = 0.3
"""From here on, frequency and spend count as going together, which the model does not know."""


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt of how much a purchase is worth."""

    p: float
    q: float
    gamma: float
    errors: tuple[float, ...]
    """Standard errors of p, q, γ, by the delta method."""
    covariance: tuple[tuple[float, ...], ...]
    """Of ln p, ln (q − 1), ln γ."""
    log_likelihood: float
    customers: int
    mean: float
    """What an average purchase is worth before anything is known of the customer."""
    correlation: float | None
    """Of repeat purchases and mean spend, which the model takes to be none."""
    correlation_low: float | None
    correlation_high: float | None
    """Its 95% interval, by Fisher's z."""
    alike: bool = False
    heavy: bool = False
    """Whether ``mean`` is the sample's, because the model's is carried by few customers."""
    converged: bool


def fit(times: Floats, spent: Floats) -> Spending:
    """By maximum likelihood: ``times`` purchases worth ``spent`` > 0 each on average, N customers (N ≥ 2)."""
    mean = float(spent.mean())
    if float(spent.std()) <= ALIKE * mean:
        return _alike(times, mean)
    # Within nearly equal purchases p grows without end; a bound of the optimiser stops it.
    step = -(-spent.size // COARSE_ROWS)
    coarse = None if step == 1 else _loss(times[::step], spent[::step] / mean)
    found = find(_loss(times, spent / mean), STARTS, float(spent.size), coarse)
    p, beyond, gamma = (float(one) for one in np.exp(found.at))
    q, gamma = 1.0 + beyond, gamma * mean
    heavy = q < LEAST_Q
    correlation, low, high = independence(times, spent)
    return Spending(
        p=p, q=q, gamma=gamma,
        errors=(p * found.errors[0], beyond * found.errors[1], gamma * found.errors[2]),
        covariance=found.covariance, log_likelihood=-found.loss * spent.size - spent.size * np.log(mean).item(),
        customers=spent.size, mean=mean if heavy else p * gamma / beyond, correlation=correlation,
        correlation_low=low, correlation_high=high, heavy=heavy, converged=found.converged,
    )  # fmt: skip


def expected(one: Spending, times: NDArray[Any], spent: Floats) -> Floats:
    """E[M | x, m̄], N: between everybody's mean and the customer's own (Fader & Hardie 2013, eq. 5)."""
    own = one.p * times
    return ((one.q - 1.0) * one.mean + own * spent) / (own + one.q - 1.0)


def independence(times: Floats, spent: Floats) -> tuple[float | None, float | None, float | None]:
    """Correlation of frequency and mean spend with its 95% interval; None where either does not vary."""
    if times.size < 4 or times.std() == 0.0 or spent.std() == 0.0:
        return None, None, None
    rho = float(np.corrcoef(times, spent)[0, 1])
    middle, half = np.arctanh(np.clip(rho, -0.999999, 0.999999)), Z_95 / np.sqrt(times.size - 3)
    return rho, float(np.tanh(middle - half)), float(np.tanh(middle + half))


def _alike(times: Floats, mean: float) -> Spending:
    """Purchases that do not differ: the model with so little spread that it gives everybody the mean."""
    firm = 1e6
    return Spending(
        p=firm, q=firm + 1.0, gamma=mean, errors=(), covariance=((0.0,) * 3,) * 3, log_likelihood=0.0,
        customers=times.size, mean=mean, correlation=None, correlation_low=None, correlation_high=None, alike=True,
        converged=True,
    )  # fmt: skip


def _loss(times: Floats, spent: Floats) -> Loss:
    """Mean negative log-likelihood over ln (p, q − 1, γ) and its gradient (Fader & Hardie 2013, eq. 1a)."""
    kinds, by_x = np.unique(times, return_counts=True)
    total, log_spent = float(times.size), np.log(spent)
    fixed = float(weighed(times, np.log(times * spent)))
    once = float(log_spent.sum())

    def loss(theta: Floats) -> tuple[float, Floats]:
        p, beyond, gamma = np.exp(theta)
        q = 1.0 + beyond
        joint = np.log(gamma + times * spent)
        paid = float(weighed(times, joint))
        value = (
            float(weighed(by_x, gammaln(p * kinds + q) - gammaln(p * kinds)))
            + total * (q * np.log(gamma) - gammaln(q)) + p * fixed - once - p * paid - q * float(joint.sum())
        )  # fmt: skip
        by_p = float(weighed(by_x, kinds * (psi(p * kinds + q) - psi(p * kinds)))) + fixed - paid
        by_q = float(weighed(by_x, psi(p * kinds + q))) + total * (np.log(gamma) - psi(q)) - float(joint.sum())
        by_gamma = total * q / gamma - float(np.sum((p * times + q) / (gamma + times * spent)))
        return -value / total, -np.array([by_p * p, by_q * beyond, by_gamma * gamma]) / total

    return loss
