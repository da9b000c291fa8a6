"""Groups of customers who stand close together, if there are any: chosen by how well they part, kept if they last.

K-means (Lloyd 1982) takes the number of groups with the best silhouette (Rousseeuw 1987), which must beat that of the
same columns shuffled apart; a Gaussian mixture takes the one with the least BIC (Schwarz 1978). Either must find
nearly the same groups in two halves of the customers: the adjusted Rand index (Hubert and Arabie 1985), averaged over
several splits, is compared with a threshold (Ben-Hur, Elisseeff and Guyon 2002).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from rapport.differentiate.groups.nearest import Clusters, Matrix, Tried, assign

SEED: Final = 20_250
SILHOUETTE_ROWS: Final = 2_000
SPLITS: Final = 4
SHUFFLES: Final = 3
MARGIN: Final = 0.02
"""By so much the silhouette must exceed that of columns that have nothing to do with each other."""


def find(points: Matrix, method: str, groups_max: int, stability_from: float) -> Clusters:
    """The groups among points (rows × axes), or why there are none.

    On one thread: so many short fits would spend more time on handing out work than on doing it.
    """
    with threadpool_limits(1):
        return _find(points, method, groups_max, stability_from)


def _find(points: Matrix, method: str, groups_max: int, stability_from: float) -> Clusters:
    distinct = len(np.unique(points, axis=0))
    most = min(groups_max, distinct - 1)
    if most < 2:
        return Clusters(reason="the columns do not tell customers apart")
    tried = [_try(points, method, count) for count in range(2, most + 1)]
    standing = [one for one in tried if one.stability >= stability_from and one.silhouette > one.by_chance + MARGIN]
    if method == "mixture":
        single = _mixture(points, 1).bic(points)
        standing = [one for one in standing if one.bic is not None and one.bic < single]
    if not standing:
        return Clusters(tried=tried, reason=_why_not(tried, stability_from))
    best = min(standing, key=lambda one: (one.bic if method == "mixture" else -one.silhouette, one.groups))
    return msgspec.structs.replace(_fitted(points, method, best.groups), tried=tried, chosen=best)


def _why_not(tried: Sequence[Tried], stability_from: float) -> str:
    best = max(tried, key=lambda one: one.stability)
    if best.stability < stability_from:
        said = f"two halves of the customers agree on {best.groups} groups with an adjusted Rand index of"
        return f"no stable groups: {said} {best.stability:.2f} at best; {stability_from:g} is needed"
    return "no groups: customers spread evenly, and stand no closer together than by chance"


def _try(points: Matrix, method: str, count: int) -> Tried:
    rng = np.random.default_rng(SEED + count)
    labels = assign(_fitted(points, method, count), points.T)
    shuffled = [_silhouette(_fitted(mixed, method, count), mixed, rng)
                for mixed in (_apart(points, rng) for _ in range(SHUFFLES))]  # fmt: skip
    return Tried(
        groups=count,
        silhouette=_score(points, labels, rng),
        by_chance=max(shuffled),
        bic=float(_mixture(points, count).bic(points)) if method == "mixture" else None,
        stability=_stability(points, method, count, rng),
    )


def _apart(points: Matrix, rng: np.random.Generator) -> Matrix:
    return np.column_stack([rng.permutation(column) for column in points.T])


def _silhouette(clusters: Clusters, points: Matrix, rng: np.random.Generator) -> float:
    return _score(points, assign(clusters, points.T), rng)


def _score(points: Matrix, labels: NDArray[np.int64], rng: np.random.Generator) -> float:
    picked = rng.permutation(len(points))[:SILHOUETTE_ROWS]
    kinds = np.unique(labels[picked]).size
    if not 1 < kinds < len(picked):
        return 0.0
    return float(silhouette_score(points[picked], labels[picked]))


def _stability(points: Matrix, method: str, count: int, rng: np.random.Generator) -> float:
    found = []
    for _ in range(SPLITS):
        mixed = rng.permutation(len(points))
        halves = np.array_split(mixed, 2)
        one, other = (assign(_fitted(points[half], method, count), points.T) for half in halves)
        found.append(adjusted_rand_score(one, other))
    return float(np.mean(found))


def _fitted(points: Matrix, method: str, count: int) -> Clusters:
    if method == "mixture":
        mixture = _mixture(points, count)
        precisions = 0.5 * mixture.precisions_
        constants = np.log(mixture.weights_) + 0.5 * np.log(mixture.precisions_).sum(axis=1)
        return Clusters(centres=mixture.means_.tolist(), precisions=precisions.tolist(), constants=constants.tolist())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        centres = KMeans(count, n_init=4, random_state=SEED).fit(points).cluster_centers_
    return Clusters(centres=centres.tolist(), precisions=np.ones_like(centres).tolist(), constants=[0.0] * count)


def _mixture(points: Matrix, count: int) -> Any:
    with warnings.catch_warnings():
        # A mixture that has not settled is one more that the stability judges.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture = GaussianMixture(count, covariance_type="diag", n_init=2, reg_covar=1e-3, random_state=SEED)
        return mixture.fit(points)
