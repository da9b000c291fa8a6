"""Weights: by hand and alike, from judgements against ahpy, by entropy against pymcdm."""

from __future__ import annotations

import ahpy
import numpy as np
import pytest
from pymcdm.weights import entropy_weights as pymcdm_entropy

from rapport.differentiate.value.weighing import WEIGHINGS, ahp
from rapport.differentiate.value.weighing.entropy import capped, entropy_weights
from rapport.workspace.value import Dimension, Indicator

NOBODY = np.empty((0, 0))


def dimension(weights, names="abc", **said) -> Dimension:
    return Dimension(indicators={name: Indicator(of=name) for name in names}, weights=weights, **said)


def random_judgements(rng, size: int) -> dict[str, dict[str, float]]:
    """Judgements as people give them: about a true order of things, with errors, on Saaty's scale."""
    names = [f"n{place}" for place in range(size)]
    truth = rng.lognormal(sigma=0.7, size=size)
    scale = [*(1 / n for n in range(9, 1, -1)), *range(1, 10)]
    said: dict[str, dict[str, float]] = {}
    for row in range(size):
        for column in range(row + 1, size):
            wanted = np.log(truth[row] / truth[column]) + rng.normal(scale=0.4)
            said.setdefault(names[row], {})[names[column]] = min(scale, key=lambda one: abs(np.log(one) - wanted))
    return said


def test_alike_and_by_hand():
    assert WEIGHINGS["equal"](dimension("equal"), NOBODY).weights == [1 / 3] * 3
    by_hand = Dimension(indicators={"a": Indicator(of="a", weight=3), "b": Indicator(of="b")}, weights="manual")
    assert WEIGHINGS["manual"](by_hand, NOBODY).weights == [0.75, 0.25]


@pytest.mark.parametrize("size", [2, 3, 4, 5, 7, 9, 10, 12, 15])
def test_judgements_weigh_as_in_ahpy(size):
    rng = np.random.default_rng(size)
    for _ in range(5):
        said = random_judgements(rng, size)
        names = [f"n{place}" for place in range(size)]
        pairs = {(one, other): times for one, others in said.items() for other, times in others.items()}
        theirs = ahpy.Compare("c", pairs, precision=13, random_index="saaty")
        weights, ratio = ahp.solve(ahp.matrix_of(names, said))
        assert weights == pytest.approx([theirs.local_weights[name] for name in names], abs=1e-9)
        assert ratio == pytest.approx(theirs.consistency_ratio, abs=1e-9)


def test_saatys_example():
    """Saaty (1980): distances of six cities from Philadelphia, judged by feel."""
    cities = ["Cairo", "Tokyo", "Chicago", "San Francisco", "London", "Montreal"]
    rows = [(1 / 3, 8, 3, 3, 7), (9, 3, 3, 9), (1 / 6, 1 / 5, 2), (1 / 3, 6), (6,)]
    said = {
        one: dict(zip(cities[place + 1 :], row, strict=True))
        for place, (one, row) in enumerate(zip(cities, rows, strict=False))
    }
    weights, ratio = ahp.solve(ahp.matrix_of(cities, said))
    assert weights == pytest.approx([0.263, 0.397, 0.033, 0.116, 0.164, 0.027], abs=2e-3)
    assert ratio < ahp.CONSISTENT


def test_the_judgement_that_breaks_the_others_is_named_with_what_would_fit():
    said = {"a": {"b": 2, "c": 4, "d": 1 / 8}, "b": {"c": 2, "d": 4}, "c": {"d": 2}}
    (judged,) = WEIGHINGS["ahp"](dimension("ahp", "abcd", judgements=said), NOBODY).judged
    assert judged.ratio > 0.5
    assert (judged.misfit.more, judged.misfit.less, judged.misfit.said) == ("d", "a", 8)
    assert judged.misfit.fits == pytest.approx(1 / 8)
    assert judged.misfit.ratio == pytest.approx(0, abs=1e-9)


def test_consistent_judgements_have_no_misfit_and_two_cannot_contradict():
    said = {"a": {"b": 2, "c": 4}, "b": {"c": 2}}
    (judged,) = WEIGHINGS["ahp"](dimension("ahp", judgements=said), NOBODY).judged
    assert (judged.ratio, judged.misfit) == (pytest.approx(0, abs=1e-9), None)
    (judged,) = WEIGHINGS["ahp"](dimension("ahp", "ab", judgements={"a": {"b": 9}}), NOBODY).judged
    assert judged.ratio == 0


def test_a_hierarchy_weighs_as_in_ahpy():
    groups = {"money": ["sales", "margin"], "loyalty": ["years", "visits", "advice"]}
    said = {
        "money": {"loyalty": 3}, "sales": {"margin": 1 / 2},
        "years": {"visits": 3, "advice": 5}, "visits": {"advice": 2},
    }  # fmt: skip
    indicators = {name: Indicator(of=name, group=group) for group, names in groups.items() for name in names}
    found = WEIGHINGS["ahp"](Dimension(indicators=indicators, weights="ahp", judgements=said), NOBODY)
    pairs = {one: {(one, other): times for other, times in others.items()} for one, others in said.items()}
    top = ahpy.Compare("top", pairs["money"], precision=13)
    money = ahpy.Compare("money", pairs["sales"], precision=13)
    loyalty = ahpy.Compare("loyalty", pairs["years"] | pairs["visits"], precision=13)
    top.add_children([money, loyalty])
    theirs = {name: top.target_weights[name] for name in indicators}
    assert found.weights == pytest.approx(list(theirs.values()), abs=1e-9)
    assert [one.among for one in found.judged] == ["", "money", "loyalty"]
    assert sum(found.weights) == pytest.approx(1)


def test_the_random_index_goes_on_where_saatys_table_ends():
    assert ahp.random_index(15) == 1.59
    assert [round(ahp.random_index(size), 3) for size in (16, 30)] == [1.598, 1.681]


def test_entropy_weighs_as_in_pymcdm():
    rng = np.random.default_rng(1)
    for indicators in (2, 5, 30):
        scores = rng.uniform(0.01, 1, size=(indicators, 400)) ** rng.uniform(0.3, 3, size=(indicators, 1))
        assert entropy_weights(scores) == pytest.approx(pymcdm_entropy(scores.T), abs=1e-9)


def test_entropy_of_nobody_one_and_everybody_alike():
    assert entropy_weights(np.empty((3, 0))).tolist() == [1 / 3] * 3
    assert entropy_weights(np.ones((2, 1))).tolist() == [0.5, 0.5]
    assert entropy_weights(np.full((2, 9), 0.5)).tolist() == [0.5, 0.5]
    assert entropy_weights(np.zeros((2, 9))).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("weights", "cap", "expected", "over"),
    [
        ([0.5, 0.3, 0.2], 0.6, [0.5, 0.3, 0.2], []),
        ([0.6, 0.3, 0.1], 0.5, [0.5, 0.375, 0.125], [0]),
        ([0.6, 0.38, 0.02], 0.4, [0.4, 0.4, 0.2], [0, 1]),  # what the first gives up lifts the second over the cap
        ([1.0, 0.0, 0.0], 0.5, [0.5, 0.25, 0.25], [0]),
        ([0.9, 0.1], 0.5, [0.5, 0.5], [0]),
    ],
)
def test_nothing_weighs_more_than_the_cap(weights, cap, expected, over):
    found, cut = capped(np.array(weights), cap)
    assert found == pytest.approx(expected)
    assert cut == over


def test_one_heavy_tail_does_not_rule_thirty_indicators():
    rng = np.random.default_rng(4)
    raw = np.vstack([rng.lognormal(sigma=2.5, size=2_000), *rng.uniform(1, 3, size=(29, 2_000))])
    ranks = (raw.argsort(axis=1).argsort(axis=1) + 0.5) / raw.shape[1]
    assert entropy_weights(raw)[0] > 0.5
    assert entropy_weights(ranks)[0] == pytest.approx(1 / 30, abs=1e-6)
