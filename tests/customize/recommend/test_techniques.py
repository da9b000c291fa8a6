"""The techniques against their formulas, written out dense."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.customize.recommend import als, ease, itemknn
from rapport.customize.recommend.techniques import TECHNIQUES, suited
from tests.customize.recommend.shops import TODAY, shop

STRENGTHS = shop(40, 12, 4).strengths(TODAY, 50.0)
DENSE = STRENGTHS.toarray().astype(np.float64)


def dense(neighbours):
    table = np.zeros((DENSE.shape[1],) * 2)
    np.add.at(table, (np.arange(DENSE.shape[1])[:, None], neighbours.places), neighbours.weights)
    return table


def test_ease_is_the_closed_form():
    gram = DENSE.T @ DENSE
    inverse = np.linalg.inv(gram + 0.5 * np.diag(gram).mean() * np.eye(12))
    expected = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(expected, 0.0)
    assert dense(ease.fit(STRENGTHS, 0.5)) == pytest.approx(expected, abs=1e-4)


def test_ease_rebuilds_no_item_from_itself():
    found = ease.fit(STRENGTHS, 0.5).many(STRENGTHS)
    inverse = np.linalg.inv(DENSE.T @ DENSE + 0.5 * np.diag(DENSE.T @ DENSE).mean() * np.eye(12))
    expected = DENSE @ (np.eye(12) - inverse / np.diag(inverse)[None, :])
    assert found == pytest.approx(expected, abs=1e-4)


def test_itemknn_is_the_shrunk_cosine():
    norms = np.linalg.norm(DENSE, axis=0)
    expected = DENSE.T @ DENSE / (np.outer(norms, norms) + 3.0)
    np.fill_diagonal(expected, 0.0)
    assert dense(itemknn.fit(STRENGTHS, 3.0)) == pytest.approx(expected, abs=1e-5)


def test_als_solves_each_customer_exactly():
    factors = als.fit(STRENGTHS, 1.0, 5.0, factors=4, seed=2)
    y = factors.vectors.astype(np.float64)
    for row, found in zip(DENSE[:5], factors.many(STRENGTHS)[:5], strict=True):
        left = y.T @ y + y.T @ np.diag(5.0 * row) @ y + np.eye(4)
        expected = y @ np.linalg.solve(left, y.T @ np.where(row > 0, 1.0 + 5.0 * row, 0.0))
        items = np.flatnonzero(row).astype(np.int32)
        assert factors.one(items, row[items]) == pytest.approx(expected, abs=1e-5)
        assert found == pytest.approx(expected, abs=2e-2)


@pytest.mark.parametrize("name", TECHNIQUES)
def test_each_technique_finds_the_half_that_a_customer_likes(name):
    shown = shop()
    scores = (
        TECHNIQUES[name]
        .fit(shown.strengths(TODAY, 365.0), TECHNIQUES[name].settings[0])
        .many(shown.strengths(TODAY, 365.0))
    )
    first = scores[0::2, :15].mean() - scores[0::2, 15:].mean()
    second = scores[1::2, 15:].mean() - scores[1::2, :15].mean()
    assert min(first, second) > 0.05


def test_one_customer_scores_as_many_do():
    shown = shop()
    strengths = shown.strengths(TODAY, 90.0)
    scorer = ease.fit(strengths, 1.0)
    row = strengths[[7]]
    assert scorer.one(row.indices, row.data.astype(float)) == pytest.approx(scorer.many(row)[0], abs=1e-5)


def test_the_size_of_a_catalogue_decides_between_ease_and_als():
    assert list(suited(500)) == ["ease", "itemknn"]
    assert list(suited(ease.ITEMS_MAX + 1)) == ["als", "itemknn"]
    assert TECHNIQUES["ease"].tries(9_000) == TECHNIQUES["ease"].settings[:1]
