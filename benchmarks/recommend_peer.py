"""``implicit`` on the rows that ``benchmarks.recommend`` hands over; runs in the peers' environment."""

from __future__ import annotations

import sys

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import CosineRecommender
from scipy.sparse import csr_matrix

GRID = {
    "implicit ALS": [(f, a) for f in (32, 64, 128) for a in (1.0, 10.0, 40.0)],
    "implicit BPR": [(f, r) for f in (64, 128) for r in (0.01, 0.05)],
    "implicit cosine": [(k,) for k in (20, 100, 500)],
}


def model(name: str, setting: tuple[float, ...]) -> object:
    if name == "implicit ALS":
        return AlternatingLeastSquares(factors=setting[0], alpha=setting[1], random_state=7, num_threads=2)
    if name == "implicit BPR":
        return BayesianPersonalizedRanking(factors=setting[0], regularization=setting[1], random_state=7, num_threads=2)
    return CosineRecommender(K=setting[0], num_threads=2)


def lists(name, setting, table, people, again):
    fitted = model(name, setting)
    fitted.fit(table, show_progress=False)
    return fitted.recommend(people, table[people], N=20, filter_already_liked_items=not again)[0]


def ndcg(found, taken):
    discount = 1 / np.log2(np.arange(10) + 2)
    best = np.cumsum(discount)
    return np.mean(
        [
            (np.isin(row[:10], one) * discount).sum() / best[min(len(one), 10) - 1]
            for row, one in zip(found, taken, strict=True)
        ]
    )


def main() -> None:
    with np.load(sys.argv[1]) as given:
        customer, item, day, people = given["customer"], given["item"], given["day"], given["people"]
        shape, split, again = tuple(given["shape"]), int(given["split"]), bool(given["again"])

    def table(chosen):
        found = csr_matrix((np.ones(chosen.sum(), np.float32), (customer[chosen], item[chosen])), shape=shape)
        found.sum_duplicates()
        return found

    inner, after = table(day <= split), table(day > split)
    if not again:
        after = after - after.multiply(inner > 0)
        after.eliminate_zeros()
    judges = np.flatnonzero((np.diff(inner.indptr) > 0) & (np.diff(after.indptr) > 0))[:1000]
    taken = [after[one].indices for one in judges]
    whole = table(np.ones(day.size, bool))
    told = {}
    for name, settings in GRID.items():
        best = max(settings, key=lambda one, name=name: ndcg(lists(name, one, inner, judges, again), taken))
        told[name] = lists(name, best, whole, people, again).astype(np.int64)
        print(name, best, end="; ")
    np.savez(sys.argv[2], **told)


if __name__ == "__main__":
    main()
