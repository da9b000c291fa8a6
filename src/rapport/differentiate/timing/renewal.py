"""When a customer buys next: a renewal process with an own pace, an own regularity, and an end.

The logarithm of the days between two purchases is normal, with a mean and a variance of the customer's own that follow
a normal–inverse-gamma distribution over customers; what is known of one customer after k gaps is the posterior, and
the next gap's logarithm a Student t (K. Murphy, "Conjugate Bayesian analysis of the Gaussian distribution", 2007,
equations 85-89 and 110). After each purchase the customer leaves for good with a probability of their own, which is
beta-distributed over customers (P. Fader, B. Hardie and K. L. Lee, "Counting your customers the easy way", Marketing
Science 24, 2005, assumption iii), so that after n purchases it is a / (a + b + n − 1) on average.

Days are whole: a gap of g days stands for the day, and no purchase for e days means that it is longer than e + ½.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.frame import Purchases

Floats = NDArray[np.float64]
FITTED_MAX: Final = 10_000
"""So many customers carry the fit: beyond, its parameters are known to a percent."""
PARAMETERS: Final = 6


class Renewal(msgspec.Struct, frozen=True):
    """What is learnt of everybody's gaps and leaving."""

    mean: float
    """Of the logarithm of a gap in days."""
    certainty: float
    """How many gaps everybody's mean is worth beside a customer's own."""
    shape: float
    """Of the inverse-gamma distribution of the variance."""
    scale: float
    leave: float
    """a of the beta distribution of leaving."""
    stay: float
    """b of it."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is read off N customers' purchase days: all that the model needs. NaN elapsed for who never bought."""

    bought: Floats
    """Days with a purchase."""
    total: Floats
    """Sum of the logarithms of the gaps."""
    squares: Floats
    """Sum of their squares."""
    elapsed: Floats
    """Days since the last purchase."""


@dataclass(frozen=True, slots=True)
class Due:
    """The distribution of N customers' next purchase: days from now, given that none came since the last."""

    pace: Floats
    """Location of the logarithm of the gap."""
    spread: Floats
    """Its scale."""
    freedom: Floats
    """Degrees of freedom of its Student t."""
    gone: Floats
    """Probability that the customer has left for good, now."""
    elapsed: Floats
    """Days since the last purchase."""
    silent: Floats
    """Probability that the current gap, if there is a next purchase, is at least as long as what has elapsed."""

    def within(self, days: float) -> Floats:
        """The probability of a purchase within so many days from now."""
        later = survival(self.pace, self.spread, self.freedom, self.elapsed + days)
        bought = (1.0 - self.gone) * (self.silent - later) / np.maximum(self.silent, TINY)
        return np.minimum(np.maximum(bought, 0.0), 1.0)

    def median(self) -> Floats:
        """Days until the next purchase that are as likely exceeded as not; NaN where no purchase is likelier."""
        return self.quantile(0.5)

    def quantile(self, share: float) -> Floats:
        """Days by which the next purchase has come with a probability; NaN where it is never so probable."""
        from scipy.special import stdtrit  # noqa: PLC0415 - as above

        reached = share / np.maximum(1.0 - self.gone, TINY)
        left = self.silent * (1.0 - reached)
        told = left > TINY
        at = stdtrit(self.freedom, np.where(told, left, 0.5))
        days = np.exp(np.minimum(self.pace - self.spread * at, LOG_MAX)) - 0.5 - self.elapsed
        return np.where(told, np.maximum(days, 0.0), np.nan)


TINY: Final = 1e-12
LOG_MAX: Final = 20.0
"""Half a billion days: a median beyond is no median."""


def gaps(rows: Purchases, size: int, day: int) -> Gaps:
    """What the model needs of ``size`` customers' purchases as of the end of a day; refunds do not count."""
    kept = (rows.orders > 0) & (rows.day <= day)
    who, on = rows.customer[kept], rows.day[kept]
    bought = np.bincount(who, minlength=size).astype(np.float64)
    again = who[1:] == who[:-1]
    logs = np.log((on[1:] - on[:-1])[again].astype(np.float64))
    pairs = who[1:][again]
    last = np.full(size, np.nan)
    # Of several rows of one customer the last stays.
    last[who] = on
    return Gaps(
        bought,
        np.bincount(pairs, weights=logs, minlength=size).astype(np.float64),
        np.bincount(pairs, weights=logs * logs, minlength=size).astype(np.float64),
        day - last,
    )


def due(model: Renewal, seen: Gaps) -> Due:
    """The distribution of each customer's next purchase; NaN for who never bought."""
    n = np.maximum(seen.bought - 1.0, 0.0)
    certainty = model.certainty + n
    own = np.divide(seen.total, n, out=np.zeros_like(n), where=n > 0)
    pace = (model.certainty * model.mean + seen.total) / certainty
    shape = model.shape + n / 2.0
    inner = np.maximum(seen.squares - n * own * own, 0.0)
    off = model.certainty * n * (own - model.mean) ** 2 / certainty
    scale = model.scale + (inner + off) / 2.0
    spread = np.sqrt(scale * (certainty + 1.0) / (shape * certainty))
    silent = survival(pace, spread, 2.0 * shape, seen.elapsed)
    leaving = model.leave / (model.leave + model.stay + n)
    gone = leaving / np.maximum(leaving + (1.0 - leaving) * silent, TINY)
    return Due(pace, spread, 2.0 * shape, gone, seen.elapsed, silent)


def survival(pace: Floats, spread: Floats, freedom: Floats, days: Floats) -> Floats:
    """The probability that a gap is longer than so many whole days."""
    from scipy.special import stdtr  # noqa: PLC0415 - scipy is imported when it is first needed

    longer: Floats = stdtr(freedom, (pace - np.log(days + 0.5)) / spread)
    return longer


def fit(seen: Gaps, seed: int) -> Renewal:
    """The most probable model of customers who bought; at least some must have bought twice."""
    from scipy.optimize import minimize  # noqa: PLC0415 - as above

    sample = _sample(seen, seed)
    n = sample.bought - 1.0
    mean = sample.total.sum() / n.sum()
    variance = max(float(sample.squares.sum() / n.sum() - mean**2), 0.01)
    start = np.array([mean, 0.0, np.log(2.0), np.log(variance), np.log(1.0), np.log(3.0)])
    found = minimize(lambda at: -_likelihood(_model(at), sample), start, method="L-BFGS-B",
                     bounds=[(-2.0, 9.0), *[(-7.0, 7.0)] * (PARAMETERS - 1)])  # fmt: skip
    return _model(found.x)


def _model(at: Floats) -> Renewal:
    rest = [float(value) for value in np.exp(at[1:])]
    return Renewal(float(at[0]), *rest)


def _sample(seen: Gaps, seed: int) -> Gaps:
    known = np.flatnonzero(seen.bought > 0)
    if len(known) > FITTED_MAX:
        known = np.sort(np.random.default_rng(seed).choice(known, FITTED_MAX, replace=False))
    return Gaps(seen.bought[known], seen.total[known], seen.squares[known], seen.elapsed[known])


def _likelihood(model: Renewal, seen: Gaps) -> float:
    """Mean logarithm of the likelihood of the gaps (Murphy 2007, equation 95), of staying after each, and of the
    silence since the last purchase."""
    from scipy.special import betaln, gammaln  # noqa: PLC0415 - as above

    n = seen.bought - 1.0
    after = due(model, seen)
    shape, certainty = after.freedom / 2.0, model.certainty + n
    scale = after.spread**2 * shape * certainty / (certainty + 1.0)
    logs = (
        gammaln(shape) - gammaln(model.shape) + model.shape * np.log(model.scale) - shape * np.log(scale)
        + 0.5 * (np.log(model.certainty) - np.log(certainty)) - 0.5 * n * np.log(2 * np.pi)
    )  # fmt: skip
    stays = betaln(model.leave, model.stay + n) - betaln(model.leave, model.stay)
    leaving = model.leave / (model.leave + model.stay + n)
    silent = np.log(np.maximum(leaving + (1.0 - leaving) * after.silent, TINY))
    return float(np.mean(logs + stays + silent))
