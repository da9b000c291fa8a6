"""How much each column moves the model: what its weights add to the logits of the customers that there are.

A column's strength for an action is the standard deviation, over some customers, of what the column adds to the mean
logit; a column that says the same of everybody moves nothing. Its evidence is the most sure of its effects in standard
errors: |mean| over the posterior's standard deviation. Text is hashed, so that two values may share a cell of the
table and with it their weight; evidence is a guide, not a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.customize.encoding import ACTION, Lineup
from rapport.customize.kernels import regression
from rapport.customize.posterior import Posterior, Prepared

Floats = npt.NDArray[np.float64]


class Influence(msgspec.Struct, frozen=True):
    """One column's part in what the model expects."""

    strength: float
    """Standard deviation of its contributions in logits, averaged over the actions."""
    share: float
    """Its strength over that of all columns; 0 while nothing was learnt."""
    evidence: float
    """Standard errors of its surest effect."""


def influences(
    posterior: Posterior, columns: Sequence[str], customers: Sequence[Prepared], actions: Sequence[Lineup]
) -> dict[str, Influence]:
    """Column → its influence over these customers; each action is a lineup of one."""
    places = {name: place for place, name in enumerate(columns)}
    strengths = np.zeros(len(columns))
    evidence = np.zeros(len(columns))
    for action in actions:
        means = np.zeros((len(customers), len(columns)))
        spreads = np.zeros_like(means)
        for row, prepared in enumerate(customers):
            means[row], spreads[row] = contributions(posterior, prepared, action, places)
        if len(customers):
            strengths += means.std(axis=0) / len(actions)
            sure = np.abs(means) / np.sqrt(np.where(spreads > 0.0, spreads, np.inf))
            evidence = np.maximum(evidence, sure.max(axis=0))
    total = strengths.sum()
    shares = strengths / total if total > 0.0 else strengths
    return {
        name: Influence(float(strengths[place]), float(shares[place]), float(evidence[place]))
        for name, place in places.items()
    }


def contributions(
    posterior: Posterior, prepared: Prepared, action: Lineup, places: Mapping[str, int]
) -> tuple[Floats, Floats]:
    """Mean and variance of what each column adds to one action's logit for one customer, by the columns' ``places``."""
    part, spread = _hashed_parts(posterior, prepared, action)
    count = len(prepared.labels)
    block = posterior.means[action.rows[0]]
    width = block.size - 1
    if width:
        z = prepared.z[:width]
        part[count : count + width] += z * block[:width]
        spread[count : count + width] += z * z * _diagonal(posterior.covariances[action.rows[0]], width + 1)[:width]
    mean, variance = np.zeros(len(places)), np.zeros(len(places))
    for n, name in enumerate((*prepared.labels, *posterior.columns)):
        if (place := places.get(name)) is not None:
            mean[place] += part[n]
            variance[place] += spread[n]
    return mean, variance


def _hashed_parts(posterior: Posterior, prepared: Prepared, action: Lineup) -> tuple[Floats, Floats]:
    """Mean and variance of each hashed input's part, over the groups of an action and its own (``regression``)."""
    own = regression().own_inputs(prepared.z, posterior.means.shape[1], prepared.x.size)
    x, keys, mask = prepared.x, prepared.keys, np.uint64(posterior.table.shape[0] - 1)
    place_of = regression().place.py_func
    mean, variance = np.zeros(x.size), np.zeros(x.size)
    groups = zip(action.group_keys, action.own_deviations, [x.size] * action.group_keys.size, strict=True)
    for group, deviation, size in (*groups, (action.action_keys[0], ACTION, own)):
        cells = place_of(keys[:size], group, mask).astype(np.int64)
        inputs = deviation * x[:size]
        mean[:size] += inputs * posterior.table[cells, 0]
        variance[:size] += inputs * inputs * posterior.table[cells, 1]
    return mean, variance


def _diagonal(packed: Floats, width: int) -> Floats:
    """The diagonal of a symmetric matrix from its upper triangle, row by row."""
    diagonal: Floats = packed[np.cumsum([0, *range(width, 1, -1)])]
    return diagonal
