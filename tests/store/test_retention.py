"""What is past its time can be counted and forgotten, on both databases."""

from __future__ import annotations

from rapport.ports.store import ModelRow, RejectionRow, Store


def test_refused_calls_before_a_moment(store: Store) -> None:
    rows = [RejectionRow(moment, "site", "", "no event name", b"{}") for moment in (10, 20, 30)]
    store.keep_rejections(rows).result()
    assert (store.count_rejections(20), store.count_rejections(0)) == (1, 0)
    assert store.drop_rejections(20).result() == 1
    assert [row.rejected_at for row in store.rejections()] == [30, 20]
    assert store.drop_rejections(20).result() == 0


def test_versions_of_a_model_before_one(store: Store) -> None:
    for name, version in (("propensity", 1), ("propensity", 2), ("propensity", 10), ("linking", 1)):
        store.save_model(ModelRow(name, version, 0, 0, b"body")).result()
    assert store.model_versions() == {"linking": [1], "propensity": [1, 2, 10]}
    assert store.drop_models("propensity", 10).result() == 2
    assert store.model_versions() == {"linking": [1], "propensity": [10]}
    assert store.drop_models("unknown", 5).result() == 0
