"""Pairs are asked for what decisions would do with the answer; beliefs follow picks, and forgive a slip."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.customize.elicit import Attributes, Belief, Running, after, factors, next_pair, part_worths, stated
from rapport.customize.elicit.asking import KNOWN
from rapport.customize.elicit.belief import SLOPE, Said, statements
from rapport.customize.elicit.leaning import FACTOR_MAX
from rapport.customize.elicit.worth import gains

OPTIONS = [
    {"genre": "crime", "price": 10.0},
    {"genre": "crime", "price": 30.0},
    {"genre": "poetry", "price": 10.0},
    {"genre": "poetry", "price": 10.0},
    {"genre": "cookery", "price": 30.0},
]
PLACES = Attributes.of(OPTIONS)
ROWS = PLACES.rows(OPTIONS)
PRIOR = Belief.prior(PLACES.deviation)
NOTHING = np.zeros(len(PLACES.labels))
EVEN = Running(ROWS, np.full(5, -1.0), np.ones(5))


def picked(belief: Belief, this: int, that: int, answer: str = "this", weight: float = 1.0) -> Belief:
    return after(belief, statements(answer, ROWS[this], ROWS[that], ROWS.mean(axis=0), NOTHING, weight))  # type: ignore[arg-type]


def test_a_pick_is_absorbed_as_integration_says() -> None:
    direction = ROWS[0] - ROWS[4]
    said = Said(direction, 0.3, above=True, weight=1.0)
    told = after(PRIOR, [said])
    variance = float(direction @ PRIOR.covariance @ direction)
    grid = np.linspace(-12.0, 12.0, 200_001) * np.sqrt(variance)
    density = np.exp(-(grid**2) / (2.0 * variance))
    density *= said.lapse / 2.0 + (1.0 - said.lapse) / (1.0 + np.exp(-said.slope * (grid + said.offset)))
    mean = float((grid * density).sum() / density.sum())
    spread = float(((grid - mean) ** 2 * density).sum() / density.sum())

    assert direction @ told.mean == pytest.approx(mean, rel=5e-3)
    assert direction @ told.covariance @ direction == pytest.approx(spread, rel=5e-3)


def test_what_no_pick_spoke_of_stays_as_it_was() -> None:
    told = picked(PRIOR, 0, 1)
    poetry = dict(zip(PLACES.labels, range(len(PLACES.labels)), strict=True))["genre", "poetry"]

    assert told.mean[poetry] == 0.0
    assert told.covariance[poetry, poetry] == PRIOR.covariance[poetry, poetry]


def test_the_same_pair_answered_both_ways_says_that_it_matters_little() -> None:
    once = picked(PRIOR, 0, 2)
    undecided = picked(once, 0, 2, "that")
    direction = ROWS[0] - ROWS[2]

    assert abs(direction @ undecided.mean) < 0.1 * (direction @ once.mean)
    assert direction @ undecided.covariance @ direction < direction @ once.covariance @ direction


def test_both_neither_and_skip_are_answers_too() -> None:
    both, neither = picked(PRIOR, 0, 2, "both"), picked(PRIOR, 0, 2, "neither")
    liked = (ROWS[0] + ROWS[2]) / 2.0 - ROWS.mean(axis=0)

    assert liked @ both.mean > 0.1
    assert liked @ both.mean == pytest.approx(-(liked @ neither.mean))
    assert picked(PRIOR, 0, 2, "skip") is PRIOR


def test_what_is_long_ago_counts_less() -> None:
    now, then = picked(PRIOR, 0, 2), picked(PRIOR, 0, 2, weight=0.25)

    assert 0.0 < then.mean @ ROWS[0] < now.mean @ ROWS[0]
    assert picked(PRIOR, 0, 2, weight=0.0) is PRIOR


def test_identical_options_never_meet_and_no_pair_comes_twice() -> None:
    shown: list[tuple[int, int]] = []
    while (asked := next_pair(PRIOR, ROWS, [EVEN], shown=shown, gain_min=0.0)).this >= 0:
        shown.append((asked.this, asked.that))

    assert {frozenset(pair) for pair in shown} == {frozenset(pair) for pair in shown if 3 not in pair}
    assert len({frozenset(pair) for pair in shown}) == len(shown) == 6
    assert "no two options are left" in asked.because


def test_a_dominated_option_is_not_shown_beside_what_dominates_it() -> None:
    belief = PRIOR
    for _ in range(30):
        belief = picked(belief, 0, 1)
    shown = [(0, 2), (0, 4), (1, 2), (1, 4), (2, 4)]

    assert SLOPE * belief.mean @ (ROWS[0] - ROWS[1]) > np.log(KNOWN / (1.0 - KNOWN))
    assert next_pair(belief, ROWS, [EVEN], shown=shown, gain_min=0.0).this == -1


def test_a_question_is_worth_nothing_where_every_answer_leaves_the_offer() -> None:
    clear = Running(ROWS, np.full(5, -1.0), np.array([1_000.0, 1.0, 1.0, 1.0, 1.0]))
    pairs = ROWS[[0, 2]] - ROWS[[4, 4]]

    assert gains(PRIOR, [clear], pairs).tolist() == [0.0, 0.0]
    assert gains(PRIOR, [EVEN], pairs).min() > 0.01
    assert next_pair(PRIOR, ROWS, [clear], gain_min=0.01).because == "no answer would change what is offered"


def test_what_teaches_most_is_not_asked_where_no_offer_hangs_on_it() -> None:
    """Only prices differ among the offers, so genres, of which less is known, are not worth a question."""
    prices = Running(ROWS[:2], np.full(2, -1.0), np.ones(2))
    direction = ROWS[0] - ROWS[1]
    asked = next_pair(PRIOR, ROWS, [prices], gain_min=0.0)
    between = ROWS[asked.this] - ROWS[asked.that]

    assert abs(between @ PRIOR.covariance @ direction) > 0.0


def test_one_offer_alone_is_no_choice() -> None:
    alone = Running(ROWS[:1], np.zeros(1), np.ones(1))

    assert "no choice between offers" in next_pair(PRIOR, ROWS, [alone], gain_min=0.0).because


def test_a_thousand_offers_are_weighed_by_those_that_could_be_best() -> None:
    rng = np.random.default_rng(1)
    many = [{"genre": f"g{n % 30}", "price": float(n)} for n in range(1_000)]
    places = Attributes.of(many)
    rows = places.rows(many)
    asked = next_pair(
        Belief.prior(places.deviation), rows, [Running(rows, rng.normal(-2.0, 1.0, 1_000), np.ones(1_000))],
        gain_min=0.001,
    )  # fmt: skip

    assert asked.this != asked.that
    assert asked.gain > 0.001


def test_confidence_of_values_sums_to_one_and_follows_the_picks() -> None:
    genres = {"crime", "poetry", "cookery"}
    before = dict(stated(PLACES, PRIOR, "genre", genres))
    belief = picked(picked(picked(PRIOR, 2, 0), 2, 4), 2, 1)
    after_picks = stated(PLACES, belief, "genre", genres)

    assert sum(before.values()) == pytest.approx(1.0)
    assert max(before.values()) < 0.37
    assert after_picks[0][0] == "poetry"
    assert after_picks[0][1] > 0.7
    assert stated(PLACES, PRIOR, "genre", {"crime"}) == []


def test_who_states_what_was_expected_changes_little() -> None:
    known = np.where(np.arange(5) == 2, 1.5, -1.5)
    expected = part_worths(PLACES.deviation, ROWS, known)
    told = [
        after(PRIOR, statements("this", ROWS[2], ROWS[0], ROWS.mean(axis=0), worths, 1.0))
        for worths in (expected, NOTHING)
    ]  # fmt: skip
    names = list("abcde")

    assert factors(told[0], names, ROWS, known).get("c", 1.0) < factors(told[1], names, ROWS, known)["c"]
    assert expected[dict(zip(PLACES.labels, range(9), strict=False))["genre", "poetry"]] > 0.5


def test_a_factor_is_bounded_and_one_where_nothing_was_said() -> None:
    belief = PRIOR
    for _ in range(40):
        belief = picked(picked(belief, 2, 0), 2, 4)
    found = factors(belief, list("abcde"), ROWS, np.full(5, -6.0))

    assert max(found.values()) <= FACTOR_MAX
    assert found["c"] > 1.0 > found["e"] >= 1.0 / FACTOR_MAX
    assert factors(PRIOR, list("abcde"), ROWS, np.zeros(5)) == {}
