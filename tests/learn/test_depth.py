"""Depth in bits: nothing known is nothing, it adds up, never falls below zero, and chance is told apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.learn.lessons.depth import (
    Depth,
    Question,
    chance_bits,
    divergence,
    of_answers,
    of_need,
    of_question,
)

SHARES = np.array([0.5, 0.3, 0.15, 0.05])
COUNTS = st.lists(st.floats(0.0, 30.0), min_size=4, max_size=4).map(np.array)


def need(counts: np.ndarray, order: np.ndarray | None = None) -> Question:
    shares = SHARES if order is None else SHARES[order]
    return of_need("what", counts, float(counts.sum()), strength=5.0, group=shares, everybody=shares)


def test_nothing_known_is_no_depth():
    assert need(np.zeros(4)) == Question("what", 0.0, 0.0, 0.0)
    assert Depth([], 0.0, 0.0).bits == 0.0


@given(COUNTS)
def test_it_is_never_negative_and_at_most_what_there_is_to_know(counts):
    found = need(counts)
    assert 0.0 <= found.chance <= found.bits <= -math.log2(SHARES.min()) + 1e-9


@given(COUNTS, st.permutations(range(4)))
def test_it_does_not_matter_what_the_values_are_called(counts, order):
    places = np.array(order)
    assert need(counts[places], places).bits == pytest.approx(need(counts).bits, abs=1e-12)


@given(COUNTS, COUNTS)
def test_it_adds_up_over_independent_questions(one, other):
    """The divergence of a product of distributions is the sum of theirs (Cover & Thomas 2006, theorem 2.5.3)."""
    p, q = ((c + 5.0 * SHARES) / (c.sum() + 5.0) for c in (one, other))
    joint = divergence(np.outer(p, q).ravel(), np.outer(SHARES, SHARES).ravel())
    assert joint == pytest.approx(need(one).bits + need(other).bits, abs=1e-9)


def test_more_contacts_of_one_kind_teach_more():
    bits = [need(np.array([0.0, n, 0.0, 0.0])).bits for n in range(12)]
    assert bits == sorted(bits)
    assert need(np.array([0.0, 4e4, 0.0, 0.0])).bits == pytest.approx(-math.log2(0.3), abs=0.05)


def test_its_mean_is_the_drop_in_entropy():
    """Over customers whose mixture everybody's shares are: H(everybody) - mean H(customer)."""
    rng = np.random.default_rng(1)
    own = rng.dirichlet(SHARES * 3, 4_000)
    mixture = own.mean(axis=0)
    depth = np.mean([divergence(row, mixture) for row in own])
    entropy = lambda p: -np.sum(np.where(p > 0, p * np.log2(np.maximum(p, 1e-300)), 0.0), axis=-1)  # noqa: E731
    assert depth == pytest.approx(entropy(mixture) - entropy(own).mean(), abs=1e-9)


@pytest.mark.parametrize(("events", "weight", "strength"), [(1, 1.0, 5.0), (6, 1.0, 2.0), (20, 0.5, 8.0)])
def test_the_part_of_chance_is_what_simulation_finds(events, weight, strength):
    rng = np.random.default_rng(2)
    counts = weight * rng.multinomial(events, SHARES, 20_000)
    own = (counts + strength * SHARES) / (weight * events + strength)
    simulated = np.mean(np.sum(own * np.log2(own / SHARES), axis=1))
    assert chance_bits(SHARES.tolist(), events, weight, strength) == pytest.approx(simulated, rel=0.05)


def test_between_whole_events_the_part_of_chance_lies_between():
    low, between, high = (chance_bits(SHARES.tolist(), n, 1.0, 5.0) for n in (2, 2.5, 3))
    assert low < between < high


def test_a_customer_like_everybody_teaches_chance_alone():
    rng = np.random.default_rng(3)
    found = [need(rng.multinomial(8, SHARES).astype(float)) for _ in range(2_000)]
    bits, chance = (np.mean([getattr(one, name) for one in found]) for name in ("bits", "chance"))
    assert chance <= bits
    assert bits == pytest.approx(chance_bits(SHARES.tolist(), 8, 1.0, 5.0), rel=0.06)


def test_answers_expected_as_of_everybody_teach_nothing():
    even = np.array([0.5, 0.1])
    assert of_answers(even, even, np.ones(2), np.ones(2)) == (0.0, 0.0)
    bits, chance = of_answers(np.array([0.9, 0.1]), even, np.zeros(2), np.ones(2))
    assert bits == pytest.approx((0.9 * math.log2(1.8) + 0.1 * math.log2(0.2)) / 2)
    assert chance == 0.0
    assert of_answers(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0)) == (0.0, 0.0)


def test_a_question_teaches_more_the_more_it_counts():
    taught = [of_question(SHARES, weight, 5.0) for weight in (0.0, 1.0, 3.0, 1e9)]
    assert taught == sorted(taught)
    assert taught[0] == 0.0
    assert taught[-1] == pytest.approx(-np.sum(SHARES * np.log2(SHARES)), abs=1e-6)
