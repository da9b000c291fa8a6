"""How good lists are: did the customers take what stood in them, how much of the catalogue was seen, how new was it.

NDCG as Järvelin and Kekäläinen (2002), gain 1 for each item taken, discount 1/log2(place + 1), beside the best possible
list of that length. Novelty is the mean of -log2 of the share of customers who knew the item (Zhou et al. 2010).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.customize.recommend.interactions import Floats

Lists = npt.NDArray[np.int64]
NDCG_AT = 10
RECALL_AT = 20
RESAMPLES = 400


class Estimate(msgspec.Struct, frozen=True):
    """A mean over customers and its 95% interval, by resampling customers."""

    mean: float
    low: float
    high: float


class Quality(msgspec.Struct, frozen=True):
    """What one way of recommending earned on customers it had not learnt from."""

    ndcg: Estimate
    """At 10."""
    recall: Estimate
    """At 20."""
    coverage: float
    """Share of the items that stood in any customer's first 10."""
    novelty: float
    """Bits; more is newer."""


def quality(
    lists: Lists, taken: Sequence[npt.NDArray[np.int32]], known_share: Floats, rng: np.random.Generator
) -> Quality:
    """Of customers × places ``lists`` and what each customer then took; ``known_share`` is of each item."""
    gains = hits(lists, taken)
    many = np.array([one.size for one in taken])
    top = lists[:, :NDCG_AT]
    bits = -np.log2(np.maximum(known_share[top], 1.0 / max(len(lists), 2) ** 2))
    return Quality(
        bootstrapped(ndcg(gains, many), rng),
        bootstrapped(recall(gains, many), rng),
        np.unique(top).size / known_share.size,
        float(bits.mean()),
    )


def hits(lists: Lists, taken: Sequence[npt.NDArray[np.int32]]) -> npt.NDArray[np.bool_]:
    """Customers × places: whether the item was taken."""
    return np.array([np.isin(row, one) for row, one in zip(lists, taken, strict=True)]).reshape(lists.shape)


def ndcg(gains: npt.NDArray[np.bool_], many: npt.NDArray[np.int64]) -> Floats:
    """Of each customer at ``NDCG_AT``; ``many`` is how many items each took.

    >>> ndcg(np.array([[False, True]]), np.array([1])).round(3).tolist()
    [0.631]
    """
    width = min(NDCG_AT, gains.shape[1])
    discount = 1.0 / np.log2(np.arange(NDCG_AT) + 2.0)
    best = np.cumsum(discount)[np.minimum(many, NDCG_AT) - 1]
    found: Floats = (gains[:, :width] * discount[:width]).sum(axis=1) / best
    return found


def recall(gains: npt.NDArray[np.bool_], many: npt.NDArray[np.int64], at: int = RECALL_AT) -> Floats:
    """Share of what each customer took that stood among the first ``at``."""
    found: Floats = gains[:, :at].sum(axis=1) / many
    return found


def bootstrapped(values: Floats, rng: np.random.Generator) -> Estimate:
    """Mean and 95% interval over resampled customers (Efron 1979)."""
    drawn = rng.multinomial(values.size, np.full(values.size, 1.0 / values.size), size=RESAMPLES) @ values
    low, high = np.quantile(drawn / values.size, [0.025, 0.975])
    return Estimate(float(values.mean()), float(low), float(high))


def best(scores: npt.NDArray[np.float32], most: int) -> Lists:
    """The places of the ``most`` largest scores of each row, largest first; equal ones by place."""
    most = min(most, scores.shape[1])
    found = np.sort(np.argpartition(-scores, most - 1, axis=1)[:, :most], axis=1)
    order = np.argsort(-np.take_along_axis(scores, found, axis=1), axis=1, kind="stable")
    ordered: Lists = np.take_along_axis(found, order, axis=1).astype(np.int64)
    return ordered
