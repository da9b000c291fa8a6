"""Measures of lists, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.customize.recommend import evaluation
from rapport.customize.recommend.calibration import affinities, slope, utility


def test_a_perfect_list_earns_one_and_a_list_of_strangers_nothing():
    lists = np.array([[1, 2, 3], [4, 5, 6]])
    taken = [np.array([1, 2]), np.array([9])]
    gains = evaluation.hits(lists, taken)
    many = np.array([2, 1])
    assert evaluation.ndcg(gains, many).tolist() == [1.0, 0.0]
    assert evaluation.recall(gains, many).tolist() == [1.0, 0.0]


def test_a_later_place_earns_less():
    gains = np.array([[False, False, True, True]])
    expected = (1 / np.log2(4) + 1 / np.log2(5)) / (1 + 1 / np.log2(3))
    assert evaluation.ndcg(gains, np.array([2]))[0] == pytest.approx(expected)


def test_the_best_are_in_order_and_equal_ones_by_place():
    scores = np.array([[0.1, 0.9, 0.5, 0.9, 0.0]], dtype=np.float32)
    assert evaluation.best(scores, 4).tolist() == [[1, 3, 2, 0]]


def test_an_interval_holds_the_mean_and_narrows_with_customers():
    rng = np.random.default_rng(1)
    few, many = (evaluation.bootstrapped(rng.random(size), rng) for size in (20, 2_000))
    assert few.low < few.mean < few.high
    assert many.high - many.low < few.high - few.low


def test_the_slope_is_found_again_and_few_answers_claim_little():
    rng = np.random.default_rng(4)
    scores = np.exp(rng.normal(size=(3_000, 20)))
    chance = np.exp(0.8 * utility(scores))
    picked = (chance / chance.sum(axis=1, keepdims=True)).cumsum(axis=1) > rng.random((3_000, 1))
    taken = np.zeros_like(picked)
    taken[np.arange(3_000), picked.argmax(axis=1)] = True
    assert slope(scores, taken) == pytest.approx(0.8, abs=0.1)
    assert slope(scores[:2], taken[:2]) < slope(scores, taken) + 0.8
    assert slope(scores, np.zeros_like(taken)) == 0.0


def test_affinities_stand_beside_one_another():
    found = affinities(np.array([4.0, 2.0, 1.0]), 1.0)
    assert found.mean() == pytest.approx(0.0)
    assert found[0] - found[1] == pytest.approx(np.log(2.0))
