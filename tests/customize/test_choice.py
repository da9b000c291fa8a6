"""The sampler, and that the probability it reports is the probability it has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit, ndtr
from scipy.stats import norm

from rapport.customize.choice import pick, probabilities

EXACT = 1e-6


T = np.linspace(-9.0, 9.0, 160_001)
DENSITY = norm.pdf(T)


def slow_probabilities(mean: list[float], spread: list[float], weight: list[float]) -> list[float]:
    """P(a) = E over a's own logit of the product of the others' chances to lie behind; all weights positive."""

    def best(candidate: int) -> float:
        score = weight[candidate] * expit(mean[candidate] + spread[candidate] * T)
        behind = DENSITY.copy()
        for other in set(range(len(mean))) - {candidate}:
            share = np.minimum(score / weight[other], 1.0)
            behind *= ndtr((logit(share) - mean[other]) / spread[other])
        return float(behind.sum() * (T[1] - T[0]))

    return [best(candidate) for candidate in range(len(mean))]


logits = st.floats(-4, 4)
spreads = st.floats(0.05, 2.0)
weights = st.floats(0.2, 5.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(logits, spreads, weights), min_size=2, max_size=5))
def test_probabilities_agree_with_slow_quadrature(candidates: list[tuple[float, float, float]]) -> None:
    mean, spread, weight = (list(numbers) for numbers in zip(*candidates, strict=True))
    assert probabilities(mean, spread, weight, floor=0.0) == pytest.approx(
        slow_probabilities(mean, spread, weight), abs=EXACT
    )


@settings(max_examples=30, deadline=None)
@given(st.tuples(logits, spreads, weights), st.tuples(logits, spreads, weights))
def test_losses_are_the_mirror_of_gains(a: tuple[float, float, float], b: tuple[float, float, float]) -> None:
    """With only negative weights the least loss wins: two candidates swap their chances."""
    mean, spread, weight = (list(numbers) for numbers in zip(a, b, strict=True))
    gains = probabilities(mean, spread, weight, floor=0.0)
    losses = probabilities(mean, spread, [-one for one in weight], floor=0.0)
    assert losses == pytest.approx(gains[::-1], abs=2 * EXACT)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_picks_come_as_often_as_they_say(sign: float) -> None:
    mean, spread, weight = [0.0, 0.3, -1.0, 0.1], [0.5, 0.1, 1.5, 0.4], [sign, 1.1 * sign, 2.0 * sign, 0.9 * sign]
    said = np.array(probabilities(mean, spread, weight, floor=0.1))
    draws = 20_000
    drawn = [pick(mean, spread, weight, floor=0.1, seed=seed).positions[0] for seed in range(draws)]
    seen = np.bincount(drawn, minlength=4) / draws
    assert np.abs(seen - said).max() < 4 * np.sqrt(0.25 / draws)


def test_two_hundred_equals_share_alike() -> None:
    assert probabilities([0.0] * 200, [0.3] * 200, [1.0] * 200, floor=0.02) == pytest.approx([1 / 200] * 200, abs=EXACT)


def test_one_candidate_is_certain() -> None:
    drawn = pick([0.2], [0.4], [3.0], floor=0.02, seed=1)
    assert (drawn.positions, drawn.conditional, drawn.first) == ([0], [1.0], [1.0])


def test_nobody_is_nobody() -> None:
    assert pick([], [], [], floor=0.02, seed=1).positions == []


def test_the_floor_is_shared_by_all_eligible() -> None:
    told = probabilities([5.0, -5.0], [0.01, 0.01], [1.0, 1.0], floor=0.02)
    assert told == pytest.approx([0.99, 0.01], abs=1e-12)


def test_equals_without_noise_split_evenly() -> None:
    assert probabilities([1.0, 1.0, 1.0], [0.0] * 3, [2.0] * 3, floor=0.0) == pytest.approx([1 / 3] * 3, abs=EXACT)


def test_a_worthless_offer_yields_to_any_gain_and_beats_any_loss() -> None:
    assert probabilities([-9.0, 9.0, 9.0], [0.1] * 3, [0.1, 0.0, -1.0], floor=0.03) == pytest.approx([0.98, 0.01, 0.01])
    assert probabilities([0.0, 0.0, 9.0], [0.1] * 3, [0.0, 0.0, -1.0], floor=0.0) == pytest.approx([0.5, 0.5, 0.0])


def test_a_huge_value_wins() -> None:
    assert probabilities([0.0, 0.0], [0.3, 0.3], [1e12, 1.0], floor=0.0) == pytest.approx([1.0, 0.0])


def test_certain_and_impossible_logits_stay_finite() -> None:
    told = probabilities([900.0, -900.0, 900.0], [0.0, 40.0, 0.0], [1.0, 1.0, 1.0], floor=0.0)
    assert sum(told) == pytest.approx(1.0)
    assert told[0] == pytest.approx(told[2], abs=EXACT)


def test_a_newcomer_among_the_well_known() -> None:
    """One spread forty times the others': the even steps give way to the adaptive rule."""
    mean, spread, weight = [0.0, 0.05, -0.05, 0.0], [0.02, 0.02, 0.02, 0.8], [1.0, 1.0, 1.02, 1.0]
    assert probabilities(mean, spread, weight, floor=0.0) == pytest.approx(
        slow_probabilities(mean, spread, weight), abs=EXACT
    )


def test_a_list_is_picked_one_after_another() -> None:
    mean, spread, weight = [0.5, 0.0, -0.5], [0.4, 0.4, 0.4], [1.0, 1.2, 0.9]
    drawn = pick(mean, spread, weight, floor=0.05, seed=11, limit=5)
    assert sorted(drawn.positions) == [0, 1, 2]
    rest = [place for place in range(3) if place != drawn.positions[0]]
    second = probabilities(*([one[place] for place in rest] for one in (mean, spread, weight)), floor=0.05)
    assert drawn.conditional[0] == drawn.first[drawn.positions[0]]
    assert drawn.conditional[1] == pytest.approx(second[rest.index(drawn.positions[1])])
    assert drawn.conditional[2] == 1.0


def test_the_same_seed_draws_the_same() -> None:
    lists = [pick([0.0] * 9, [1.0] * 9, [1.0] * 9, floor=0.02, seed=seed, limit=9).positions for seed in (3, 3, 4)]
    assert lists[0] == lists[1] != lists[2]
    assert pick([0.0] * 9, [1.0] * 9, [1.0] * 9, floor=0.02, seed=2**62 + 5, limit=3).positions == [6, 4, 5]
