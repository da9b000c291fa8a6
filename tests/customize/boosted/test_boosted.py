"""The trees as they are exported, walked and kept: equal to scikit-learn's, whatever is missing or unknown."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from rapport.core.decision import Item
from rapport.core.errors import InvalidInput
from rapport.customize.boosted import fit as fitting
from rapport.customize.boosted.inputs import Rows
from rapport.customize.boosted.model import Boosted
from rapport.workspace.definitions import Action

ACTIONS = {
    "tea": Action(attributes={"kind": "drink", "price": 3.0}),
    "cake": Action(attributes={"kind": "food", "price": 5.0}),
    "book": Action(attributes={"kind": "thing"}),
    "shelf": Action(),
}


def drawn(count: int, seed: int = 1) -> tuple[Rows, list[tuple], np.ndarray]:
    """Answers that depend on column, context, action and affinity, with gaps everywhere."""
    rng = np.random.default_rng(seed)
    rows, kept = Rows(("orders", "vip"), ("tier",)), []
    accepted = np.zeros(count, dtype=bool)
    for place in range(count):
        orders = None if rng.random() < 0.2 else float(rng.integers(0, 30))
        tier = [None, "gold", "silver", "tin"][rng.integers(4)]
        inputs = {"orders": orders, "vip": bool(rng.integers(2)), "tier": tier}
        context = {"hour": int(rng.integers(24)), "rain": bool(rng.integers(2))} if rng.random() < 0.8 else {}
        action = ["tea", "cake", "book"][rng.integers(3)]
        item = Item(id="i", attributes={"genre": "ab"[rng.integers(2)]}, affinity=float(rng.normal()))
        item = item if action == "book" else None
        logit = -1 + (orders or 5) / 10 * (action == "tea") + (tier == "gold") + (0 if item is None else item.affinity)
        accepted[place] = rng.random() < 1 / (1 + np.exp(-logit))
        rows.add(inputs, context, action, ACTIONS[action].attributes, item)
        kept.append((inputs, context, f"{action}/i" if item else action, item))
    return rows, kept, accepted


@pytest.fixture(scope="module")
def fitted() -> tuple[Rows, list[tuple], np.ndarray, Boosted]:
    rows, kept, accepted = drawn(1_500)
    layout = rows.layout()
    forest = fitting.fit(layout, rows.matrix(layout), accepted, np.ones(accepted.size))
    return rows, kept, accepted, Boosted(layout, forest, ACTIONS, b'{"answers": 1500}')


def test_exported_trees_score_as_those_of_scikit_learn() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows, _, accepted = drawn(800, seed=2)
    layout = rows.layout()
    matrix, weight = rows.matrix(layout), np.random.default_rng(3).uniform(0.2, 1.0, 800)
    forest = fitting.fit(layout, matrix, accepted, weight)
    theirs = HistGradientBoostingClassifier(
        learning_rate=fitting.LEARNING_RATE, max_iter=fitting.TREES, max_leaf_nodes=fitting.LEAVES_MAX,
        min_samples_leaf=fitting.LEAF_ANSWERS_MIN, l2_regularization=fitting.RIDGE, early_stopping=False,
        categorical_features=np.arange(matrix.shape[1]) < layout.categories, random_state=0,
    )  # fmt: skip
    with threadpool_limits(1):
        theirs.fit(matrix, accepted, sample_weight=weight)
    unknown = matrix.copy()
    unknown[::3, 0] = np.nan
    np.testing.assert_allclose(forest.logits(unknown), theirs.decision_function(unknown), atol=1e-9)


def test_walk_scores_every_candidate_as_its_row_of_the_matrix(fitted) -> None:
    rows, kept, _, model = fitted
    whole = model.forest.logits(rows.matrix(model.layout))
    for place in range(0, 1_500, 25):
        inputs, context, candidate, item = kept[place]
        scored = model.logits(inputs, context, [candidate, "tea", "cake"], {candidate: item} if item else {})
        assert scored[0] == pytest.approx(whole[place], abs=1e-9)
        alone = model.logits(inputs, context, ["cake"], {})
        assert scored[2] == alone[0]


def test_many_candidates_score_as_each_of_them_alone(fitted) -> None:
    *_, model = fitted
    rng = np.random.default_rng(5)
    items = {
        f"book/{n}": Item(id=str(n), attributes={"genre": "abc"[n % 3]}, affinity=float(rng.normal()))
        for n in range(200)
    }
    names = ["tea", *items, "cake", "shelf"]
    inputs, context = {"orders": 12.0, "tier": "platinum", "vip": None}, {"hour": 9, "rain": "new"}
    together = model.logits(inputs, context, names, items)
    alone = [model.logits(inputs, context, [name], {name: items[name]} if name in items else {})[0] for name in names]
    np.testing.assert_allclose(together, alone, atol=1e-12)
    assert np.unique(together).size > 50


def test_affinity_is_the_customers_though_the_item_is_remembered(fitted) -> None:
    *_, model = fitted
    genre = {"genre": "a"}
    low, high = (
        model.logits({}, {}, ["book/1"], {"book/1": Item(id="1", attributes=genre, affinity=affinity)})[0]
        for affinity in (-2.0, 2.0)
    )
    assert high > low + 1.0


def test_a_category_that_was_never_seen_reads_as_missing(fitted) -> None:
    *_, model = fitted
    context = {"hour": 3}
    unknown = model.logits({"tier": "platinum"}, context, ["shelf"], {})
    assert unknown == model.logits({"tier": None}, context, ["shelf"], {})
    assert unknown != model.logits({"tier": "gold"}, context, ["shelf"], {})


def test_bytes_bring_the_same_model_back(fitted) -> None:
    *_, model = fitted
    again = Boosted.from_bytes(model.to_bytes(), ACTIONS)
    assert again.facts == b'{"answers": 1500}'
    assert again.layout == model.layout
    args = ({"orders": 3.0, "tier": "tin"}, {"hour": 3}, ["tea", "book"], {})
    assert again.logits(*args).tolist() == model.logits(*args).tolist()


def test_bytes_of_another_format_are_refused(fitted, monkeypatch) -> None:
    *_, model = fitted
    stored = model.to_bytes()
    monkeypatch.setattr("rapport.customize.boosted.model.FORMAT", 2)
    with pytest.raises(InvalidInput, match="model format 1"):
        Boosted.from_bytes(stored, ACTIONS)


def test_inputs_that_never_vary_and_categories_seen_once_are_left_out() -> None:
    rows = Rows(("same", "orders"), ("tier", "only"))
    for place in range(6):
        inputs = {"same": 1, "orders": place, "tier": "gold" if place < 5 else "rare", "only": "x"}
        rows.add(inputs, {}, "tea", {})
    found = {one.label: one.codes for one in rows.layout().inputs}
    assert found == {"tier": {"gold": 0}, "orders": None}


def test_the_layout_of_some_rows_knows_nothing_of_the_others() -> None:
    rows = Rows((), ("tier",))
    for tier in ("gold", "gold", "tin", "tin", "late", "late"):
        rows.add({"tier": tier}, {}, "tea", {})
    chosen = np.arange(6) < 4
    layout = rows.layout(chosen)
    assert layout.inputs[0].codes == {"gold": 0, "tin": 1}
    assert np.isnan(rows.matrix(layout)[4:]).all()
    assert [one.label for one in rows.layout(chosen, {"tier"}).inputs] == []


def test_a_context_entry_first_said_late_is_missing_before() -> None:
    rows = Rows((), ())
    rows.add({}, {}, "tea", {})
    rows.add({}, {"hour": 3, "wet": True}, "cake", {})
    rows.add({}, {"hour": 4, "wet": True}, "cake", {})
    layout = rows.layout()
    assert [one.label for one in layout.inputs] == ["action", "@wet", "@hour"]
    np.testing.assert_array_equal(rows.matrix(layout)[:, 2], [np.nan, 3.0, 4.0])
    assert np.isnan(layout.inputs[1].read(False))
