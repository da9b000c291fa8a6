"""Compiled kernels of the posterior: standardise, score every candidate, learn from one answer.

Imported through ``kernels``.

A logit is a sum of Gaussian parts. Hashed parts live in ``table`` (columns: mean, variance; prior 0, 1) and their
inputs carry the prior's standard deviation as a factor. Each action also has a block over the standardised numeric
columns and its intercept: ``means[row]`` and the full covariance ``covariances[row]``.
"""

# ruff: noqa: PLR0917 - kernels take arrays by position
from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from rapport.customize.encoding import ACTION

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_compile = numba.njit(cache=True, error_model="numpy")
_compile_sums = numba.njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract"})

FAR = 5.0
"""Standardised values are cut here, so that one odd number does not decide."""
NEWTON_STEPS = 8
PRIOR_COUNT, PRIOR_SCALE = 2.0, 1.0
"""Pseudo-observations behind a column's mean and variance before anything was seen, and their variance."""


def _place(key: Any, group: Any, mask: Any) -> Any:
    """Where the part of a feature within a group lies in the table (a finaliser after Stafford 2011)."""
    word = (key ^ group) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
    return (word >> np.uint64(32)) & mask


place = _compile(_place)


def _squash(value: float) -> float:
    """sign·log(1+|value|): amounts of any size on one scale."""
    return float(math.copysign(math.log1p(abs(value)), value))


squash = _compile(_squash)


def _standardise(raw: Floats, scale: Floats, out: Floats) -> None:
    """Fills ``out`` with the standardised columns and a 1 behind them; ``scale`` holds count, mean, M2; NaN gives 0."""
    for j in range(raw.size):
        value = squash(raw[j])
        spread = math.sqrt((scale[2, j] + PRIOR_COUNT * PRIOR_SCALE) / (scale[0, j] + PRIOR_COUNT))
        standard = (value - scale[1, j]) / spread
        out[j] = 0.0 if math.isnan(standard) else min(max(standard, -FAR), FAR)
    out[raw.size] = 1.0


standardise = _compile(_standardise)


def _observe(raw: Floats, scale: Floats) -> None:
    """Adds one observation to the running count, mean and M2 of each column (Welford 1962)."""
    for j in range(raw.size):
        if not math.isnan(raw[j]):
            value = squash(raw[j])
            scale[0, j] += 1.0
            away = value - scale[1, j]
            scale[1, j] += away / scale[0, j]
            scale[2, j] += away * (value - scale[1, j])


observe = _compile(_observe)


def _prepare(raw: Floats, scale: Floats, keys: Keys, strengths: Floats, dense_keys: Keys,
             dense_strengths: Floats) -> tuple[Floats, Keys, Floats]:  # fmt: skip
    """The standardised columns with a 1 behind them, z; and every hashed input: the sparse ones, then those of z."""
    count = keys.size
    z = np.empty(raw.size + 1)
    standardise(raw, scale, z)
    every, x = np.empty(count + z.size, dtype=np.uint64), np.empty(count + z.size)
    every[:count], x[:count] = keys, strengths
    every[count:], x[count:] = dense_keys, z * dense_strengths
    return z, every, x


prepare = _compile(_prepare)


def _hashed(table: Table, keys: Keys, x: Floats, size: int, group: Any) -> tuple[float, float]:
    """Mean and variance of the part that one group adds to the logit, over the first ``size`` inputs."""
    mask = np.uint64(table.shape[0] - 1)
    mean = variance = 0.0
    for i in range(size):
        cell = place(keys[i], group, mask)
        mean += x[i] * table[cell, 0]
        variance += x[i] * x[i] * table[cell, 1]
    return mean, variance


hashed = _compile(_hashed)


def _pairs(z: Floats) -> Floats:
    """z_i·z_j for i ≤ j, row by row, the off-diagonal doubled: against a packed covariance it gives z'covariance z."""
    out = np.empty(z.size * (z.size + 1) // 2)
    n = 0
    for i in range(z.size):
        out[n] = z[i] * z[i]
        n += 1
        double = 2.0 * z[i]
        for j in range(i + 1, z.size):
            out[n] = double * z[j]
            n += 1
    return out


pairs = _compile(_pairs)


def _dot(a: Floats, b: Floats) -> float:
    """The inner product."""
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


dot = _compile_sums(_dot)


def _own(z: Floats, width: int, inputs: int) -> int:
    """How many hashed inputs an action has for itself: with a full covariance only the sparse ones, else all but 1."""
    return inputs - z.size if width > 1 else inputs - 1


own_inputs = _compile(_own)


def _score(table: Table, means: Floats, covariances: Floats, z: Floats, keys: Keys, x: Floats, rows: Places,
           action_keys: Keys, group_keys: Keys, group_deviations: Floats, starts: Places, members: Places,
           factors: Floats, base: float, noise: float) -> Floats:  # fmt: skip
    """Mean (row 0) and ``noise`` times the standard deviation (row 1) of each candidate's logit.

    ``members[starts[k]:starts[k + 1]]`` are candidate k's groups, positions in ``group_keys``, times ``factors``.
    """
    totals = np.empty((group_keys.size, 2))
    for g in range(group_keys.size):
        total, variance = hashed(table, keys, x, x.size, group_keys[g])
        totals[g, 0], totals[g, 1] = group_deviations[g] * total, group_deviations[g] ** 2 * variance
    out = np.empty((2, rows.size))
    width = means.shape[1]
    inputs = own_inputs(z, width, x.size)
    block = z[z.size - width :]
    squares = pairs(block)
    for k in range(rows.size):
        total, spread = hashed(table, keys, x, inputs, action_keys[k])
        mean = base + dot(means[rows[k]], block) + ACTION * total
        variance = dot(covariances[rows[k]], squares) + ACTION * ACTION * spread
        for m in range(starts[k], starts[k + 1]):
            mean += factors[m] * totals[members[m], 0]
            variance += factors[m] * factors[m] * totals[members[m], 1]
        out[0, k], out[1, k] = mean, noise * math.sqrt(variance)
    return out


score = _compile(_score)


def _gather(mask: Any, keys: Keys, x: Floats, inputs: int, action_key: Any, group_keys: Keys,
            group_deviations: Floats) -> tuple[Places, Floats]:  # fmt: skip
    """Every cell of the table that takes part in one action's logit, and its input: group by group, its own last."""
    size = x.size * group_keys.size + inputs
    cells, values = np.empty(size, dtype=np.int64), np.empty(size)
    n = 0
    for g in range(group_keys.size):
        for i in range(x.size):
            cells[n], values[n] = place(keys[i], group_keys[g], mask), x[i] * group_deviations[g]
            n += 1
    for i in range(inputs):
        cells[n], values[n] = place(keys[i], action_key, mask), x[i] * ACTION
        n += 1
    return cells, values


gather = _compile(_gather)


def _mode(mean: float, variance: float, label: float) -> float:
    """The most probable logit given N(mean, variance) and one answer: Newton on t = mean + variance·(label - σ(t))."""
    t = mean
    for _ in range(NEWTON_STEPS):
        p = 1.0 / (1.0 + math.exp(-t))
        t -= (t - mean - variance * (label - p)) / (1.0 + variance * p * (1.0 - p))
    return t


mode = _compile(_mode)


def _gain(covariance: Floats, prior: Floats, z: Floats, memory: float) -> Floats:
    """(memory·covariance + (1 - memory)·prior) z for a packed covariance and a diagonal prior."""
    out = np.zeros(z.size)
    n = 0
    for i in range(z.size):
        row = covariance[n] * z[i]
        for j in range(i + 1, z.size):
            row += covariance[n + j - i] * z[j]
            out[j] += memory * covariance[n + j - i] * z[i]
        out[i] += memory * row + (1.0 - memory) * prior[i] * z[i]
        n += z.size - i
    return out


gain_of = _compile_sums(_gain)


def _learn_block(mean: Floats, covariance: Floats, prior: Floats, gain: Floats, memory: float,
                 step: float, shrink: float) -> None:  # fmt: skip
    """mean += gain·step; covariance = memory·covariance + (1 - memory)·prior - shrink·gain gain'."""
    n = 0
    for i in range(gain.size):
        mean[i] += gain[i] * step
        covariance[n] += (1.0 - memory) * (prior[i] - covariance[n])
        scaled = shrink * gain[i]
        for j in range(i, gain.size):
            forgotten = memory if j > i else 1.0
            covariance[n] = forgotten * covariance[n] - scaled * gain[j]
            n += 1


learn_block = _compile(_learn_block)


def _learn(table: Table, means: Floats, covariances: Floats, prior: Floats, z: Floats, keys: Keys, x: Floats,
           rows: Places, action_keys: Keys, group_keys: Keys, group_deviations: Floats, base: float, label: float,
           memory: float) -> None:  # fmt: skip
    """One answer to the first action, learnt: Laplace in the logit, then the Gaussian posterior of every part.

    With s the variance of the logit and w = σ'(t) at its mode t, each part's mean moves by variance·x·(label - σ(t))
    and its covariance shrinks by w/(1 + w·s) times the square of covariance·x; cross terms between parts are dropped.
    """
    mean, covariance = means[rows[0]], covariances[rows[0]]
    inputs = own_inputs(z, mean.size, x.size)
    block = z[z.size - mean.size :]
    mask = np.uint64(table.shape[0] - 1)
    cells, values = gather(mask, keys, x, inputs, action_keys[0], group_keys, group_deviations)
    gain = gain_of(covariance, prior, block, memory)
    total, variance = base + dot(mean, block), dot(gain, block)
    for n in range(cells.size):
        total += values[n] * table[cells[n], 0]
        variance += values[n] * values[n] * (memory * table[cells[n], 1] + 1.0 - memory)
    p = 1.0 / (1.0 + math.exp(-mode(total, variance, label)))
    step = label - p
    shrink = p * (1.0 - p) / (1.0 + p * (1.0 - p) * variance)
    learn_block(mean, covariance, prior, gain, memory, step, shrink)
    for n in range(cells.size):
        before = memory * table[cells[n], 1] + 1.0 - memory
        table[cells[n], 0] += before * values[n] * step
        table[cells[n], 1] = before - shrink * (before * values[n]) ** 2


learn = _compile(_learn)


def _contributions(table: Table, mean: Floats, z: Floats, keys: Keys, x: Floats, action_key: Any, group_keys: Keys,
                   group_deviations: Floats) -> Floats:  # fmt: skip
    """What each hashed input but the intercept adds to the mean logit of one action, the action's block included."""
    mask = np.uint64(table.shape[0] - 1)
    out = np.zeros(x.size)
    for i in range(x.size):
        for g in range(group_keys.size):
            out[i] += group_deviations[g] * x[i] * table[place(keys[i], group_keys[g], mask), 0]
    for i in range(own_inputs(z, mean.size, x.size)):
        out[i] += ACTION * x[i] * table[place(keys[i], action_key, mask), 0]
    for j in range(mean.size - 1):
        out[x.size - z.size + j] += z[j] * mean[j]
    return out[: x.size - 1]


contributions = _compile(_contributions)


def _strongest(table: Table, means: Floats, z: Floats, keys: Keys, x: Floats, rows: Places, action_keys: Keys,
               group_keys: Keys, group_deviations: Floats, limit: int,
               least: float) -> tuple[Places, Floats]:  # fmt: skip
    """The first action's ``limit`` contributions farthest from 0, farthest first, none nearer than ``least``."""
    parts = contributions(table, means[rows[0]], z, keys, x, action_keys[0], group_keys, group_deviations)
    places, values = np.empty(limit, dtype=np.int64), np.empty(limit)
    for count in range(limit):
        best, size = -1, least
        for i in range(parts.size):
            if abs(parts[i]) > size:
                best, size = i, abs(parts[i])
        if best < 0:
            return places[:count], values[:count]
        places[count], values[count] = best, parts[best]
        parts[best] = 0.0
    return places, values


strongest = _compile(_strongest)
