"""What lies ahead of a customer who is still alive: expected purchases, their worth, and how widely both may vary.

Given alive after x repeat purchases in T days, a customer's rate is λ ~ Gamma(r + x, α + T) and the chance to be lost
after a purchase p ~ Beta(a, b + x), so that by a time t

    E[Y(t) | alive, λ, p] = (1 − e^(−λ p t)) / p,

whose mean over λ and p is eq. 10 of Fader, Hardie & Lee (2005) without its last factor, P(alive). It depends on x and
T alone. So it is computed once on a grid, the mean over p by quadrature, the spread by simulation with one seed, and
read off for any number of customers: for a million as for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np

from rapport.differentiate.lifetime.bgnbd import Purchasing, p_alive
from rapport.differentiate.lifetime.gammagamma import Spending
from rapport.differentiate.lifetime.optimum import Floats
from rapport.differentiate.lifetime.quadrature import beta_nodes
from rapport.differentiate.lifetime.steps import Steps

NODES: Final = 24
EXACT_UNTIL: Final = 24
"""Every x up to here has its own row; beyond, rows stand ever further apart."""
ROW_RATIO: Final = 1.25
X_MAX: Final = 5_000
T_MAX: Final = 20_000.0
"""Days; more than half a century."""
KNOTS: Final = 40
COLUMNS: Final = 320
COVERED: Final = 0.9
TAIL: Final = (1 - COVERED) / 2
PATHS: Final = 1_000
SPREAD_ROWS: Final = (0, 1, 2, 3, 5, 8, 13, 21, 40, 100, 400, 2_000, X_MAX)
SPREAD_COLUMNS: Final = 14
LEVELS: Final = 20
"""Quantiles at 0, 0.05, … 0.95 of what lies ahead of the living; who is alive with probability P needs no others."""
TOP: Final = 0.95
SEED: Final = 20_050_401


class Ahead(msgspec.Struct, frozen=True, kw_only=True):
    """For N customers, over the whole horizon."""

    alive: Floats
    purchases: Floats
    counted: Floats
    """Purchases, each weighed by its discount."""
    low: Floats
    """Lower end of the 90% interval of ``counted`` times what each purchase is worth, in units of the expected spend;
    without a model of spend, of the number of purchases."""
    high: Floats


class Table(msgspec.Struct, frozen=True, eq=False):
    """Everything that depends on x and T alone, for the living, divided by (r + x) ÷ (α + T)."""

    rows: Floats
    start: float
    """ln α, where the columns begin."""
    width: float
    values: Floats
    """Rows × columns × (purchases, counted, the spread at each level)."""


def look(buying: Purchasing, spending: Spending | None, steps: Steps, *, x: Floats, t_x: Floats, t: Floats) -> Ahead:
    """What lies ahead of N customers; without ``spending`` the interval is of the number of purchases."""
    table = _table(buying, spending, steps)
    alive = p_alive(buying, x, t_x, t)
    seen = buying.alpha + t
    found = _read(table, x, np.log(seen)) * ((buying.r + x) / seen)[:, None]
    ahead = alive[:, None] * found[:, :2]
    low, high = _at(found, 1.0 - (1.0 - TAIL) / alive), _at(found, 1.0 - TAIL / alive)
    if spending is None:
        low, high = np.floor(low + 1e-6), np.ceil(high - 1e-6)
    return Ahead(alive=alive, purchases=ahead[:, 0], counted=ahead[:, 1], low=low, high=high)


def expected_alive(one: Purchasing, x: float, t: Floats, ends: Floats) -> Floats:
    """E[Y(end) | alive, x, T] for each T and each end, T × ends."""
    z = ends[None, :] / (one.alpha + t[:, None])
    if not one.dropout:
        return np.asarray((one.r + x) * z)
    nodes, weights = beta_nodes(one.a, one.b + x, NODES)
    bought = -np.expm1(-(one.r + x) * np.log1p(nodes * z[:, :, None])) / nodes
    return np.asarray((bought * weights).sum(axis=-1))


def _at(found: Floats, level: Floats) -> Floats:
    """Each row's quantile at its level; 0 where the level falls on those who are lost."""
    place = np.maximum(level, 0.0) * ((LEVELS - 1) / TOP)
    under = np.minimum(place.astype(np.int64), LEVELS - 2)
    each = np.arange(level.size)
    low, high = found[each, under + 2], found[each, under + 3]
    return np.asarray((low + (place - under) * (high - low)) * (level > 0.0))


def _read(table: Table, x: Floats, u: Floats) -> Floats:
    """Between the four nearest places of the table, N × what it holds."""
    x = np.minimum(x, X_MAX)
    row = np.minimum(np.searchsorted(table.rows, x, side="right") - 1, table.rows.size - 2)
    over = ((x - table.rows[row]) / (table.rows[row + 1] - table.rows[row]))[:, None]
    place = np.minimum((u - table.start) / table.width, table.values.shape[1] - 1.001)
    column = place.astype(np.int64)
    beside = (place - column)[:, None]
    held = table.values
    near = held[row, column] * (1.0 - beside) + held[row, column + 1] * beside
    far = held[row + 1, column] * (1.0 - beside) + held[row + 1, column + 1] * beside
    return np.asarray(near * (1.0 - over) + far * over)


@lru_cache(maxsize=64)
def _table(buying: Purchasing, spending: Spending | None, steps: Steps) -> Table:
    from scipy.interpolate import CubicSpline  # noqa: PLC0415 - scipy is imported when it is first needed

    rows = _rows()
    start, stop = np.log(buying.alpha), np.log(buying.alpha + T_MAX)
    columns = np.linspace(start, stop, COLUMNS)
    knots = np.linspace(start, stop, KNOTS)
    means = np.stack([_means(buying, steps, x, np.exp(knots) - buying.alpha) for x in rows])
    smooth = CubicSpline(knots, means, axis=1)(columns)
    coarse = np.linspace(start, stop, SPREAD_COLUMNS)
    drawn = _drawn(buying, spending)
    spread = np.stack([[_spread(buying, drawn, steps, x, np.exp(u)) for u in coarse] for x in SPREAD_ROWS])
    wide = _between(np.asarray(SPREAD_ROWS, dtype=np.float64), _between(coarse, spread, columns, 1), rows, 0)
    values = np.concatenate([smooth, wide], axis=2)
    return Table(rows, float(start), float(columns[1] - columns[0]), np.ascontiguousarray(values))


def _rows() -> Floats:
    beyond = EXACT_UNTIL * ROW_RATIO ** np.arange(1, 64)
    return np.concatenate([np.arange(EXACT_UNTIL + 1.0), beyond[beyond < X_MAX], [float(X_MAX)]])


def _between(known: Floats, values: Floats, wanted: Floats, axis: int) -> Floats:
    """Straight lines between known places along an axis."""
    right = np.clip(np.searchsorted(known, wanted), 1, known.size - 1)
    share = (wanted - known[right - 1]) / (known[right] - known[right - 1])
    shape = [1] * values.ndim
    shape[axis] = wanted.size
    share = share.reshape(shape)
    return np.asarray(np.take(values, right - 1, axis) * (1 - share) + np.take(values, right, axis) * share)


def _means(buying: Purchasing, steps: Steps, x: float, t: Floats) -> Floats:
    """Purchases and discounted purchases of the living with x, by T, over the rate (r + x) ÷ (α + T)."""
    grown = expected_alive(buying, x, t, np.asarray(steps.ends))
    each = np.diff(grown, axis=1, prepend=0.0) * np.asarray(steps.season)
    rate = (buying.r + x) / (buying.alpha + t)
    return np.stack([each.sum(axis=1) / rate, (each * np.asarray(steps.discount)).sum(axis=1) / rate], axis=1)


class Drawn(msgspec.Struct, frozen=True, eq=False):
    """Parameters of the simulated paths, from their Laplace approximation: normal on the logarithms; PATHS each."""

    r: Floats
    alpha: Floats
    a: Floats
    b: Floats
    spend: tuple[Floats, Floats, Floats] | None
    """p, q − 1, γ ÷ the mean spend."""


def _drawn(buying: Purchasing, spending: Spending | None) -> Drawn:
    rng = np.random.default_rng(SEED)
    r, alpha, *leaving = _around((buying.r, buying.alpha, buying.a, buying.b), buying.covariance, rng)
    a, b = leaving or (np.ones(PATHS), np.ones(PATHS))
    if spending is None:
        return Drawn(r, alpha, a, b, None)
    p, beyond, gamma = _around((spending.p, spending.q - 1.0, spending.gamma / spending.mean), spending.covariance, rng)
    return Drawn(r, alpha, a, b, (p, beyond, gamma))


def _around(middle: Sequence[float], covariance: Sequence[Sequence[float]], rng: np.random.Generator) -> list[Floats]:
    """Log-normal draws around parameters, as many of them as the covariance knows."""
    shift = rng.multivariate_normal(np.zeros(len(covariance)), np.array(covariance), PATHS, method="eigh")
    return [one * np.exp(shift[:, place]) for place, one in enumerate(middle[: len(covariance)])]


def _spread(buying: Purchasing, drawn: Drawn, steps: Steps, x: float, seen: float) -> Floats:
    """Quantiles of the discounted worth (of the purchases, where spend is not known) of the living with x and
    α + T = ``seen``.

    Every path has parameters of its own, then a rate, a moment of loss, a number of purchases until then, and what they
    are worth. Losing a customer with probability p after purchases at rate λ is losing them at rate λ p.
    """
    rng = np.random.default_rng(SEED)
    rate = rng.standard_gamma(drawn.r + x) / (seen - buying.alpha + drawn.alpha)
    leaving = np.clip(rng.beta(drawn.a, drawn.b + x), 1e-12, 1.0) if buying.dropout else np.zeros(PATHS)
    lost = rng.standard_exponential(PATHS) / np.maximum(rate * leaving, 1e-300)
    ends = np.concatenate(([0.0], steps.ends))
    weighed = np.diff(ends) * steps.season
    season = np.concatenate(([0.0], np.cumsum(weighed)))
    counted = np.concatenate(([0.0], np.cumsum(weighed * steps.discount)))
    until = np.minimum(lost, ends[-1])
    length = np.interp(until, ends, season)
    count = rng.poisson(np.minimum(rate * (1 - leaving) * length, 1e9)) + (lost < ends[-1])
    levels, scale = np.linspace(0.0, TOP, LEVELS), seen / (buying.r + x)
    if drawn.spend is None:
        return np.asarray(np.quantile(count, levels, method="inverted_cdf") * scale)
    discount = np.interp(until, ends, counted) / np.maximum(length, 1e-12)
    return np.asarray(np.quantile(_worth(drawn.spend, count, x, rng) * discount, levels) * scale)


def _worth(spend: tuple[Floats, Floats, Floats], count: Floats, x: float, rng: np.random.Generator) -> Floats:
    """What so many purchases are worth together, in units of the mean, of somebody whose x were worth the mean each."""
    p, beyond, gamma = spend
    rate = rng.standard_gamma(p * x + beyond + 1.0) / (gamma + x)
    return np.asarray(rng.standard_gamma(np.maximum(p * count, 1e-300)) / rate)
