"""From purchase to purchase: which stage the time since the last one speaks for, and how many stages add up.

Imported through ``kernels``.

A customer's own gap between purchases shrinks to the category's and to everybody's: with exponential gaps and an
inverse-gamma prior on their mean, the posterior mean is (prior gaps · typical gap + own days) / (prior gaps + own gaps)
(Gelman et al. 2013, Bayesian Data Analysis, 3rd ed., section 2.6). The position is the days since, divided by the gap.
"""

# ruff: noqa: PLR0917 - kernels take arrays by position
from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from rapport.differentiate.stage.evidence import STAGES

NEED, EVALUATION, AFTER_SALES, FEEDBACK, LOYALTY, ADVOCACY = 0, 2, 4, 5, 6, 7
OWN_GAPS_PRIOR = 3.0
"""So many gaps the typical one is worth beside a customer's own."""
PRIOR_POINTS = 0.5
"""What everybody's stages are worth beside a customer's own signals."""
SILENT_POINTS = 0.1
"""Groups of whom less speaks are in no stage."""
LAPSED_FROM = 2.0
"""After so many gaps a purchase begins to say less; it halves with each gap more."""

_compile = numba.njit(cache=True, error_model="numpy")


def _between(position: Any, days: Any, out: Any) -> None:
    """Splits 1 over after-sales, feedback, loyalty and need, by straight lines between 0, ¼, ½, ¾ and 1 of the gap.

    Between the second and third quarter a customer is loyal as far as they came back: n − 1 of n purchase days. The
    others wait in feedback: they can still be asked how it was.
    """
    after = max(0.0, 1.0 - 4.0 * position)
    feedback = max(0.0, min(4.0 * position, 2.0 - 4.0 * position))
    need = max(0.0, min(1.0, 4.0 * position - 3.0))
    settled = max(0.0, 1.0 - after - feedback - need)
    loyal = settled * (days - 1.0) / days
    out[AFTER_SALES], out[FEEDBACK], out[LOYALTY], out[NEED] = after, feedback + settled - loyal, loyal, need


between = _compile(_between)


def _gap(found: Any, typical: Any) -> Any:
    """Days from purchase to purchase that are to be expected of one group."""
    own = found[2] - 1.0 if found[2] > 1 else 0.0
    days = found[1] - found[0] if found[2] > 1 else 0.0
    return max(1.0, (OWN_GAPS_PRIOR * typical + days) / (OWN_GAPS_PRIOR + own))


gap = _compile(_gap)


def _points(today: Any, weighed: Any, found: Any, owner: Any, bought: Any, typical: Any, strongest: Any, pace: Any
            ) -> Any:  # fmt: skip
    """Points for each group and stage: the signals, each stage's bounded by its strongest, and the time since buying.

    ``typical`` is the gap of each group's category in days, ``pace`` how strongly time since a purchase speaks. Who
    never bought and shares a product asks for advice: it counts for evaluation.
    """
    points = np.zeros((owner.size, STAGES))
    clock = np.zeros(STAGES)
    for group in range(owner.size):
        for stage in range(STAGES):
            if strongest[stage] > 0.0:
                points[group, stage] = strongest[stage] * (1.0 - math.exp(-weighed[group, stage] / strongest[stage]))
        if bought[owner[group], 2] == 0 and found[group, 2] == 0:
            points[group, EVALUATION] += points[group, ADVOCACY]
            points[group, ADVOCACY] = 0.0
        if found[group, 2] > 0:
            position = (today - found[group, 1]) / gap(found[group], typical[group])
            clock[:] = 0.0
            between(position, found[group, 2], clock)
            strength = pace * 0.5 ** max(0.0, position - LAPSED_FROM)
            for stage in range(STAGES):
                points[group, stage] += strength * clock[stage]
    return points


points_of = _compile(_points)


def _probabilities(points: Any, base: Any) -> Any:
    """P(stage | group): the mean of a Dirichlet posterior, ``PRIOR_POINTS`` spread as everybody's; rows sum to 1."""
    told = np.empty(points.shape)
    for group in range(points.shape[0]):
        total = PRIOR_POINTS
        for stage in range(STAGES):
            total += points[group, stage]
        for stage in range(STAGES):
            told[group, stage] = (points[group, stage] + PRIOR_POINTS * base[stage]) / total
    return told


probabilities = _compile(_probabilities)


def _together(size: Any, owner: Any, points: Any, told: Any) -> Any:
    """Over all categories, each weighing what speaks for it: P(stage) of each customer, the most probable stage and
    the group that contributes most to it; −1 where nothing speaks.
    """
    overall = np.zeros((size, STAGES))
    total = np.zeros(size)
    stage, place = np.full(size, -1, np.int64), np.full(size, -1, np.int64)
    weights = np.zeros(owner.size)
    for group in range(owner.size):
        for one in range(STAGES):
            weights[group] += points[group, one]
        if weights[group] < SILENT_POINTS:
            weights[group] = 0.0
        total[owner[group]] += weights[group]
        for one in range(STAGES):
            overall[owner[group], one] += weights[group] * told[group, one]
    for customer in range(size):
        if total[customer] > 0.0:
            overall[customer] /= total[customer]
            stage[customer] = np.argmax(overall[customer])
    best = np.zeros(size)
    for group in range(owner.size):
        customer = owner[group]
        if stage[customer] >= 0 and weights[group] * told[group, stage[customer]] > best[customer]:
            best[customer] = weights[group] * told[group, stage[customer]]
            place[customer] = group
    return overall, stage, place


together = _compile(_together)
