"""Compiled kernels of the choice: the sampler, and the exact probability of what it does.

Imported through ``kernels``. The plain functions have leading underscores; the names without are compiled on first
use and cached on disk.
"""

# ruff: noqa: PLR0917 - kernels take arrays by position
from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_compile = numba.njit(cache=True, error_model="numpy")

LOGIT_MAX = 15.0
"""Beyond, a propensity is 0 or 1 for every purpose; kept apart so that sampled scores never tie."""
SPREAD_MIN, SPREAD_MAX = 1e-6, 30.0
"""The least noise breaks ties between equals evenly; the most keeps exp() finite."""
REACH = 8.0
"""Standard deviations beyond which a normal distribution is taken as finished (mass 6e-16)."""
EDGE = 5.2
"""Standard deviations beyond which a candidate is not followed (mass 1e-7)."""
EDGE_GROWS = 0.18
"""So many further for each e-fold of candidates on the winning side, where the tails of all of them add up."""
APART = 5.2
"""Joint standard deviations beyond which one candidate cannot overtake another (chance 1e-7)."""
STEP = 0.45
"""Step of the trapezoidal rule, in the narrowest standard deviation on the common scale."""
STEPS_MAX = 160
"""More steps than this are left to the adaptive rule."""
REFINED_MAX = 3
"""So often the steps are halved before it is left to the adaptive rule: the best of many has a narrow peak."""
PANEL = 4.0
"""Widest panel of the adaptive rule, in the narrowest standard deviation at work there (and in logits)."""
TOLERANCE = 3e-7
"""What the shares may miss their known sum by before the rule is refined; each is then right within 1e-6."""
NEGLIGIBLE = 1e-10
HALVINGS_MAX = 40
_STEPS_PER_UNIT = 128
_GRID = np.arange(-REACH * _STEPS_PER_UNIT, REACH * _STEPS_PER_UNIT + 2) / _STEPS_PER_UNIT
_CDF = np.array([0.5 * math.erfc(-t / math.sqrt(2.0)) for t in _GRID])
_SLOPE = np.exp(-0.5 * _GRID**2) / math.sqrt(2.0 * math.pi) / _STEPS_PER_UNIT
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


def _bell(t: float) -> tuple[float, float]:
    """Φ(t) and φ(t) by cubic Hermite interpolation of a table of Φ; absolute errors below 2e-11 and 1e-8."""
    if t <= -REACH:
        return 0.0, 0.0
    if t >= REACH:
        return 1.0, 0.0
    where = (t + REACH) * _STEPS_PER_UNIT
    cell = np.uint64(where)
    u = where - cell
    left, a, b = _CDF[cell], _SLOPE[cell], _SLOPE[cell + np.uint64(1)]
    rise = _CDF[cell + np.uint64(1)] - left
    c, d = 3.0 * rise - 2.0 * a - b, a + b - 2.0 * rise
    return float(left + u * (a + u * (c + u * d))), float((a + u * (2.0 * c + 3.0 * u * d)) * _STEPS_PER_UNIT)


bell = _compile(_bell)


def _log_score(logit: float, log_weight: float) -> float:
    """log(σ(logit)·weight)."""
    if logit < 0.0:
        return float(log_weight + logit - math.log1p(math.exp(logit)))
    return float(log_weight - math.log1p(math.exp(-logit)))


log_score = _compile(_log_score)


def _uniform(seed: int, counter: int) -> float:
    """The ``counter``-th uniform in (0, 1) of a seed (SplitMix64; Steele, Lea, Flood 2014, as a counter)."""
    word = np.uint64(seed) + np.uint64(counter + 1) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    word = word ^ (word >> np.uint64(31))
    return float((np.float64(word >> np.uint64(11)) + 0.5) * 2.0**-53)


uniform = _compile(_uniform)


def _normal(seed: int, counter: int) -> float:
    """A standard normal from two uniforms (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(uniform(seed, 2 * counter)))
    return float(radius * math.cos(2.0 * math.pi * uniform(seed, 2 * counter + 1)))


normal = _compile(_normal)


def _contenders(weight: Floats, alive: npt.NDArray[np.bool_]) -> int:
    """Marks who can win at all and returns the sign of their weights.

    A positive weight always beats zero, and zero always beats a negative one.
    """
    sign = -1
    for i in range(weight.size):
        if alive[i] and weight[i] > 0.0:
            sign = 1
        elif alive[i] and weight[i] == 0.0 and sign < 0:
            sign = 0
    for i in range(weight.size):
        alive[i] = alive[i] and np.sign(weight[i]) == sign
    return sign


contenders = _compile(_contenders)


def _draw(mean: Floats, spread: Floats, weight: Floats, open_: npt.NDArray[np.bool_], floor: float,
          seed: int, base: int) -> int:  # fmt: skip
    """One pick among the open candidates; ``base`` is where this pick's random numbers start."""
    size = mean.size
    alive = open_.copy()
    sign = contenders(weight, alive)
    if uniform(seed, base) < floor:
        alive[:] = open_
        sign = 0
    if sign == 0:
        return _nth(alive, uniform(seed, base + 1))
    best, best_score = -1, -np.inf
    for i in range(size):
        if alive[i]:
            logit = mean[i] + spread[i] * normal(seed, base + 1 + i)
            score = sign * log_score(logit, math.log(abs(weight[i])))
            if score > best_score:
                best, best_score = i, score
    return best


def _nth(alive: npt.NDArray[np.bool_], u: float) -> int:
    """The position that a uniform number picks among the marked ones."""
    count = 0
    for i in range(alive.size):
        count += alive[i]
    wanted = int(u * count)
    for i in range(alive.size):
        if alive[i]:
            if wanted == 0:
                return i
            wanted -= 1
    return -1


_nth = _compile(_nth)
draw = _compile(_draw)


def _translate(logit: float, ratio: float) -> float:
    """The logit at which a candidate with ``ratio`` times the weight has the same score; inf where it cannot."""
    if ratio == 1.0:
        return logit
    odds = ratio * (1.0 + math.exp(-logit)) - 1.0
    return float(-math.log(odds)) if odds > 0.0 else np.inf


translate = _compile(_translate)


def _factors(y: float, mean: Floats, spread: Floats, ratio: Floats, sign: int, cdf: Floats, density: Floats) -> float:
    """Each candidate's chance to lie behind the score at ``y`` (a logit of the weightiest); returns the product.

    Fills that chance, ``cdf``, and its ``density`` per unit of y; ``ratio`` is weight over largest weight.
    """
    product = 1.0
    reciprocal = 1.0 + math.exp(-y)
    for i in range(mean.size):
        logit, slope = y, 1.0
        if ratio[i] != 1.0:
            odds = ratio[i] * reciprocal - 1.0
            if odds <= 0.0:
                cdf[i], density[i] = (1.0 if sign > 0 else 0.0), 0.0
                product *= cdf[i]
                continue
            logit, slope = -math.log(odds), ratio[i] * (reciprocal - 1.0) / odds
        cdf[i], height = bell(sign * (logit - mean[i]) / spread[i])
        density[i] = height * slope / spread[i]
        product *= cdf[i]
        if product < NEGLIGIBLE:
            return 0.0
    return product


factors = _compile(_factors)


def _add_shares(y: float, width: float, mean: Floats, spread: Floats, ratio: Floats, sign: int,
                cdf: Floats, density: Floats, out: Floats) -> None:  # fmt: skip
    """Adds ``width``·f_a(y)·Π_{b≠a}F_b(y) to each candidate's share."""
    scale = width * factors(y, mean, spread, ratio, sign, cdf, density)
    if scale > 0.0:
        for i in range(mean.size):
            out[i] += scale * density[i] / cdf[i]


add_shares = _compile(_add_shares)


def _even_steps(low: float, high: float, width: float, mean: Floats, spread: Floats, ratio: Floats, sign: int,
                out: Floats) -> bool:  # fmt: skip
    """The trapezoidal rule, which converges geometrically here; False where the shares do not add up to 1.

    Trefethen and Weideman, The exponentially convergent trapezoidal rule, SIAM Review 56 (2014).
    """
    if (high - low) > STEPS_MAX * width:
        return False
    cdf, density = np.empty(mean.size), np.empty(mean.size)
    steps = int((high - low) / width) + 2
    for k in range(steps):
        add_shares(low + k * width, width, mean, spread, ratio, sign, cdf, density, out)
    for _ in range(REFINED_MAX):
        if abs(out.sum() - 1.0) < TOLERANCE:
            return True
        for k in range(steps):
            add_shares(low + (k + 0.5) * width, width, mean, spread, ratio, sign, cdf, density, out)
        out *= 0.5
        width *= 0.5
        steps *= 2
    return bool(abs(out.sum() - 1.0) < TOLERANCE)


even_steps = _compile(_even_steps)


def _next_stop(y: float, high: float, mean: Floats, spread: Floats, ratio: Floats) -> float:
    """How far the adaptive rule may step from ``y`` so that nobody's distribution function bends too much."""
    stop = high
    for i in range(mean.size):
        logit = translate(y, ratio[i])
        t = (logit - mean[i]) / spread[i]
        if t >= REACH:
            continue
        start = mean[i] - REACH * spread[i]
        goal = start if t < -REACH else logit + min(PANEL, PANEL * spread[i])
        reach = translate(goal, 1.0 / ratio[i])
        if y < reach < stop:
            stop = reach
    return stop


next_stop = _compile(_next_stop)


def _adaptive(low: float, high: float, mean: Floats, spread: Floats, ratio: Floats, sign: int, out: Floats) -> None:
    """Gauss–Legendre panel by panel; the shares of a panel add up to the rise of ΠF over it, which is known."""
    size = mean.size
    cdf, density, part = np.empty(size), np.empty(size), np.empty(size)
    y = low
    behind = ahead = factors(y, mean, spread, ratio, sign, cdf, density)
    while y < high:
        stop = next_stop(y, high, mean, spread, ratio)
        for _ in range(HALVINGS_MAX):
            part[:] = 0.0
            ahead = factors(stop, mean, spread, ratio, sign, cdf, density)
            half = 0.5 * (stop - y)
            if abs(ahead - behind) > NEGLIGIBLE:
                for k in range(_NODES.size):
                    node = y + half * (1.0 + _NODES[k])
                    add_shares(node, half * _WEIGHTS[k], mean, spread, ratio, sign, cdf, density, part)
            if abs(part.sum() - abs(ahead - behind)) < 0.1 * TOLERANCE or half < 1e-13 * (1.0 + abs(y)):
                break
            stop = 0.5 * (y + stop)
        for i in range(size):
            out[i] += part[i]
        y, behind = stop, ahead


adaptive = _compile(_adaptive)


def _field(mean: Floats, spread: Floats, weight: Floats, alive: npt.NDArray[np.bool_], sign: int,
           kept: npt.NDArray[np.int64], out: Floats) -> tuple[int, float, float, float]:  # fmt: skip
    """Who may win: fills ``kept``, leader first, and rows mean, spread, ratio of ``out``.

    The weightiest candidate's logit is the scale; on it nobody's spread is wider than on their own. So whoever is
    more than ``APART`` joint spreads behind the leader wins with a chance below about 1e-7 and is left out.
    Returns how many, the interval to integrate over, and the narrowest of their spreads there.
    """
    size = mean.size
    largest = 0.0
    for i in range(size):
        if alive[i]:
            largest = max(largest, abs(weight[i]))
    ends, middle = np.empty((2, size)), np.empty(size)
    below, above = EDGE, EDGE + EDGE_GROWS * math.log(size)
    if sign < 0:
        below, above = above, below
    leader = -1
    for i in range(size):
        if alive[i]:
            ratio = largest / abs(weight[i])
            middle[i] = translate(mean[i], ratio)
            ends[0, i] = translate(mean[i] - below * spread[i], ratio)
            ends[1, i] = translate(mean[i] + above * spread[i], ratio)
            if leader < 0 or (sign > 0 and ends[0, i] > ends[0, leader]) or (sign < 0 and ends[1, i] < ends[1, leader]):
                leader = i
    low, high, narrowest = ends[0, leader], ends[1, leader], np.inf
    count = 0
    for step in range(-1, size):
        i = leader if step < 0 else step
        if not alive[i] or step == leader:
            continue
        apart = sign * (middle[leader] - middle[i])
        if i == leader or apart < APART * math.sqrt(spread[leader] ** 2 + spread[i] ** 2):
            kept[count] = i
            out[0, count], out[1, count], out[2, count] = mean[i], spread[i], abs(weight[i]) / largest
            high = max(high, ends[1, i]) if sign > 0 else high
            low = min(low, ends[0, i]) if sign < 0 else low
            narrowest = min(narrowest, (ends[1, i] - middle[i]) / above)
            count += 1
    return count, low, high, narrowest


field = _compile(_field)


def _best(mean: Floats, spread: Floats, weight: Floats, alive: npt.NDArray[np.bool_], sign: int,
          chance: Floats) -> None:  # fmt: skip
    """Fills the chance of each marked candidate to have the best score; their weights have this sign, not 0.

    P(a) = ∫ f_a Π_{b≠a} F_b over the score.
    """
    kept, table = np.empty(mean.size, dtype=np.int64), np.empty((3, mean.size))
    count, low, high, narrowest = field(mean, spread, weight, alive, sign, kept, table)
    means, spreads, ratios = table[0, :count], table[1, :count], table[2, :count]
    shares = np.zeros(count)
    if count == 1:
        shares[0] = 1.0
    elif not even_steps(low, high, STEP * narrowest, means, spreads, ratios, sign, shares):
        shares[:] = 0.0
        adaptive(low, high, means, spreads, ratios, sign, shares)
    total = shares.sum()
    for i in range(count):
        chance[kept[i]] = shares[i] / total


best = _compile(_best)


def _probabilities(mean: Floats, spread: Floats, weight: Floats, open_: npt.NDArray[np.bool_],
                   floor: float) -> Floats:  # fmt: skip
    """The exact chance of each candidate to be drawn by ``draw``; the closed ones have none."""
    alive = open_.copy()
    sign = contenders(weight, alive)
    chance = np.zeros(mean.size)
    eligible = open_.sum()
    if sign == 0:
        level = alive.sum()
        for i in range(mean.size):
            chance[i] = alive[i] / level
    else:
        best(mean, spread, weight, alive, sign, chance)
    for i in range(mean.size):
        if open_[i]:
            chance[i] = (1.0 - floor) * chance[i] + floor / eligible
    return chance


probabilities = _compile(_probabilities)


def _close(pick: int, open_: npt.NDArray[np.bool_], weight: Floats, groups: Places, kinds: Places,
           again: float) -> None:  # fmt: skip
    """What a pick takes from the rest of its list: its group closes, and what is of its kind weighs less, in place."""
    open_[pick] = False
    for i in range(weight.size):
        if groups[i] >= 0 and groups[i] == groups[pick]:
            open_[i] = False
        if kinds[i] >= 0 and kinds[i] == kinds[pick]:
            if again == 0.0:
                open_[i] = False
            elif weight[i] > 0.0:
                weight[i] *= again


close = _compile(_close)


def _rank(mean: Floats, spread: Floats, weight: Floats, floor: float, seed: int, limit: int, first: Floats,
          groups: Places, kinds: Places, again: float) -> tuple[Places, Floats]:  # fmt: skip
    """The picks and the chance of each given those before; brings mean and spread within bounds, fills ``first``.

    ``groups`` and ``kinds`` number what candidates belong to, -1 for none; ``weight`` is left as it is. The list ends
    where nobody is left.
    """
    for i in range(mean.size):
        mean[i] = min(max(mean[i], -LOGIT_MAX), LOGIT_MAX)
        spread[i] = min(max(spread[i], SPREAD_MIN), SPREAD_MAX)
    open_, left = np.ones(mean.size, dtype=np.bool_), weight.copy()
    picks, conditional = np.empty(limit, dtype=np.int64), np.empty(limit)
    for place in range(limit):
        if not open_.any():
            return picks[:place], conditional[:place]
        chance = probabilities(mean, spread, left, open_, floor)
        if place == 0:
            first[:] = chance
        pick = draw(mean, spread, left, open_, floor, seed, place * (2 * mean.size + 4))
        picks[place] = pick
        conditional[place] = chance[pick]
        close(pick, open_, left, groups, kinds, again)
    return picks, conditional


rank = _compile(_rank)
