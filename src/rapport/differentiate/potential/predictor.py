"""The learnt function from what is known of a customer to spend: a curve and small trees, averaged, then calibrated.

The curve is a Poisson regression on logarithms, so that spend is a product of powers of what is known; the trees are
gradient-boosted on the cube root of spend. Their weighted geometric mean ranks; a rising line through the means of
groups of customers who took no part in learning turns it into money (isotonic regression: R. Barlow et al.,
"Statistical Inference under Order Restrictions", 1972).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.differentiate.potential.inputs import kernels

Floats = NDArray[np.float64]
TREES: Final = 100
LEAVES: Final = 6
LEAST: Final = 0.05
"""No tree's sum counts as less: the cube root of a ten-thousandth of an average customer's spend."""
KNOTS: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
"""Shares of the customers, by rank, between which spend is averaged for calibration."""


class Trees(msgspec.Struct, frozen=True):
    """All trees' nodes in one row; a node with ``left`` below zero is a leaf."""

    baseline: float
    roots: list[int]
    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    value: list[float]


class Predictor(msgspec.Struct, frozen=True):
    """Curve and trees over the inputs, in multiples of the average customer's spend."""

    intercept: float
    coefficients: list[float]
    trees: Trees
    mix: float = 0.5
    """Share of the trees in the mean of logarithms."""
    lowest: list[float] = []
    """The least of each input that was learnt from; who has less is taken for one who has this."""
    highest: list[float] = []
    """The most; the curve is a product of powers, and says anything of customers unlike all that it saw."""


class Calibration(msgspec.Struct, frozen=True):
    """Score → money: knots of a rising line; beyond its ends spend is in proportion to the score's exponential."""

    scores: list[float] = []
    money: list[float] = []


@dataclass(frozen=True, slots=True)
class Compiled:
    """A predictor's numbers as arrays, made once."""

    intercept: float
    coefficients: Floats
    mix: float
    baseline: float
    lowest: Floats
    highest: Floats
    nodes: tuple[NDArray[Any], ...]


def compiled(model: Predictor) -> Compiled:
    """The predictor ready for many calls."""
    trees = model.trees
    whole = tuple(np.array(each, dtype=np.int64) for each in (trees.roots, trees.feature))
    sides = tuple(np.array(each, dtype=np.int64) for each in (trees.left, trees.right))
    nodes = (*whole, np.array(trees.threshold), *sides, np.array(trees.value))
    coefficients = np.array(model.coefficients)
    lowest = np.array(model.lowest) if model.lowest else np.full(coefficients.size, -np.inf)
    highest = np.array(model.highest) if model.highest else np.full(coefficients.size, np.inf)
    return Compiled(model.intercept, coefficients, model.mix, trees.baseline, lowest, highest, nodes)


def ranking_score(model: Compiled, inputs: Floats) -> Floats:
    """The logarithm of the geometric mean of what curve and trees expect; NaN where inputs are unknown."""
    return mixed(both(model, inputs), model.mix)


def mixed(found: Floats, mix: float) -> Floats:
    """The mean of the two columns of ``both``, the trees counting for a share."""
    return (1.0 - mix) * found[:, 0] + mix * found[:, 1]


def both(model: Compiled, inputs: Floats) -> Floats:
    """N×2: the logarithm of what the curve expects, and of what the trees do."""
    known = np.clip(inputs, model.lowest, model.highest)
    found: Floats = kernels().scored(known, model.intercept, model.coefficients, model.baseline, *model.nodes, LEAST)
    return found


def learn(inputs: Floats, spent: Floats, seed: int) -> Predictor:
    """Curve and trees learnt from customers' inputs (N×26, none NaN) and what they then spent (some above 0)."""
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415 - imported when a refresh learns
    from sklearn.linear_model import PoissonRegressor  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    share = spent / spent.mean()
    center, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    curve = PoissonRegressor(alpha=0.1, solver="newton-cholesky", max_iter=50)
    trees = HistGradientBoostingRegressor(
        max_iter=TREES, learning_rate=0.05, max_leaf_nodes=LEAVES, min_samples_leaf=40, l2_regularization=5.0,
        early_stopping=False, random_state=seed,
    )  # fmt: skip
    # Small fits gain nothing from threads, and threads that wait for one another lose much on a busy machine.
    with threadpool_limits(1):
        curve.fit((inputs - center) / scale, share)
        trees.fit(inputs, np.cbrt(share))
    coefficients = curve.coef_ / scale
    intercept = float(curve.intercept_ - np.sum(coefficients * center))
    lowest, highest = inputs.min(axis=0).tolist(), inputs.max(axis=0).tolist()
    return Predictor(intercept, coefficients.tolist(), exported(trees), lowest=lowest, highest=highest)


def exported(model: Any) -> Trees:
    """The trees of a fitted scikit-learn booster as plain numbers; a test holds both to the same answers.

    Scikit-learn has no public export of them; its compact node table has had these fields since version 0.24.
    """
    tables = [stage[0].nodes for stage in model._predictors]
    sizes = [len(table) for table in tables]
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(int)
    nodes = np.concatenate(tables)
    shift, leaf = np.repeat(offsets, sizes), nodes["is_leaf"].astype(bool)
    return Trees(
        baseline=float(np.ravel(model._baseline_prediction)[0]),
        roots=offsets.tolist(),
        feature=nodes["feature_idx"].astype(int).tolist(),
        threshold=np.where(leaf, 0.0, nodes["num_threshold"]).tolist(),
        left=np.where(leaf, -1, nodes["left"] + shift).astype(int).tolist(),
        right=np.where(leaf, -1, nodes["right"] + shift).astype(int).tolist(),
        value=nodes["value"].tolist(),
    )


def calibrated(scores: Floats, spent: Floats) -> Calibration:
    """The rising line through group means of customers whose scores were made without them.

    Where everybody scores alike there is one knot.
    """
    from sklearn.isotonic import isotonic_regression  # noqa: PLC0415 - imported when a refresh learns

    order = np.argsort(scores, kind="stable")
    edges = np.unique((np.array(KNOTS) * len(scores)).round().astype(int))
    groups = [order[start:end] for start, end in pairwise(edges)]
    at = np.array([scores[group].mean() for group in groups])
    weights = np.array([len(group) for group in groups], dtype=np.float64)
    means = isotonic_regression([spent[group].mean() for group in groups], sample_weight=weights)
    knots, place = np.unique(means, return_inverse=True)
    middles = np.bincount(place, weights=at * weights) / np.bincount(place, weights=weights)
    kept = knots > 0
    return Calibration(middles[kept].tolist(), knots[kept].tolist())


def money(line: Calibration, scores: Floats) -> Floats:
    """Scores as money; 0 where nobody spent."""
    if not line.scores:
        return np.where(np.isnan(scores), np.nan, 0.0)
    first, last = line.scores[0], line.scores[-1]
    inside = np.interp(scores, line.scores, line.money)
    beyond = np.minimum(scores - first, 0.0) + np.maximum(scores - last, 0.0)
    spend: Floats = inside * np.exp(beyond)
    return spend
