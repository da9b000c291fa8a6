"""Findings: planted differences are found with their size, shuffled answers bring none, thin data is refused."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.learn.findings import Contrast, Shown, contrast, counting, half, screen
from rapport.learn.findings.words import ADVICE, GOALS, sentence


def showings(seed: int, *, customers: int = 600, times: int = 6, lift: float = 0.0) -> tuple[Shown, np.ndarray]:
    """Half of the customers are in a group that takes up action 0 more often; who sees it was chosen, and logged."""
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(customers), times)
    inside = (np.arange(customers) % 2 == 0)[customer]
    # Those who like offers at all see action 0 more often: a plain share would mix the two up.
    keen = (rng.random(customers) < np.where(np.arange(customers) % 2 == 0, 0.8, 0.2))[customer]
    chance = np.where(keen, 0.8, 0.3)
    action = (rng.random(customer.size) >= chance).astype(np.int64)
    picked = np.where(action == 0, chance, 1.0 - chance)
    taken = 0.2 + lift * (inside & (action == 0))
    outcome = (rng.random(customer.size) < taken).astype(float)
    return Shown(customer, action, counting(picked, np.full(picked.size, 2)), outcome), inside


def of_action(shown: Shown, inside: np.ndarray, action: int) -> Contrast:
    rows = shown.stratum == action
    part = Shown(shown.customer[rows], shown.stratum[rows], shown.weight[rows], shown.outcome[rows])
    return contrast(part, inside[rows])


def test_a_planted_difference_is_measured_with_an_interval_that_holds_it():
    held = 0
    for seed in range(40):
        shown, inside = showings(seed, lift=0.15)
        told = of_action(shown, inside, 0)
        low, high = told.interval()
        held += low <= 0.15 <= high
    assert held >= 34


def test_equal_groups_are_told_apart_no_oftener_than_said():
    p = np.array([of_action(*showings(seed), seed % 2).p for seed in range(200)])
    assert (p < 0.05).mean() <= 0.09


def test_weights_undo_who_was_shown_what():
    """Everybody takes up 10% of one and 50% of the other kind of moment; the moments shown differ by group."""
    rng = np.random.default_rng(5)
    customers = 1_000
    customer = np.repeat(np.arange(customers), 8)
    inside = (np.arange(customers) < 500)[customer]
    good = rng.random(customer.size) < 0.5
    chance = np.where(inside == good, 0.8, 0.2)
    seen = rng.random(customer.size) < chance
    outcome = (rng.random(customer.size) < np.where(good, 0.5, 0.1)).astype(float)
    rows = np.flatnonzero(seen)
    weight = counting(chance[rows], np.full(rows.size, 5))
    shown = Shown(customer[rows], np.zeros(rows.size, np.int64), weight, outcome[rows])
    plain = outcome[rows][inside[rows]].mean() - outcome[rows][~inside[rows]].mean()
    told = contrast(shown, inside[rows])
    assert plain > 0.2
    assert told.difference == pytest.approx(0.0, abs=0.04)
    assert told.interval()[0] < 0.0 < told.interval()[1]


def test_thin_groups_and_wild_weights_are_refused():
    shown, inside = showings(1, customers=30)
    assert "fewer than 20 customers" in contrast(shown, inside).refused
    shown, inside = showings(1)
    weight = np.ones(shown.weight.size)
    weight[inside.argmax()] = 1e6
    wild = Shown(shown.customer, shown.stratum, weight, shown.outcome)
    told = contrast(wild, inside)
    assert told.difference is None
    assert "real chance" in told.refused
    alone = Shown(shown.customer, inside.astype(np.int64), shown.weight, shown.outcome)
    assert contrast(alone, inside).refused


def test_a_side_without_one_acceptance_is_no_proof():
    """A side that nobody accepted has no spread of its own; the rate of both has."""
    customer = np.arange(224)
    inside = customer < 24
    outcome = ((customer >= 24) & (customer % 10 == 0)).astype(float)
    told = contrast(Shown(customer, np.zeros(224, np.int64), np.ones(224), outcome), inside)
    assert told.rate == 0.0
    assert told.others == pytest.approx(0.1)
    assert told.p > 0.1


def test_a_finding_is_told_from_the_half_that_did_not_make_it():
    strong = Contrast(rate=0.5, others=0.2, difference=0.3, error=0.02, customers=99, others_customers=99)
    weaker = Contrast(rate=0.4, others=0.2, difference=0.2, error=0.02, customers=98, others_customers=98)
    noise = Contrast(rate=0.2, others=0.2, difference=0.001, error=0.02, customers=99, others_customers=99)
    turned = Contrast(rate=0.2, others=0.4, difference=-0.2, error=0.02, customers=99, others_customers=99)
    halves = {0: (strong, weaker), 1: (strong, turned), 2: (noise, strong), 3: (Contrast(refused="few"), strong)}
    told = screen(["all"] * 4, lambda place, part: halves[place][part])
    assert (told.looked_at, told.refused, told.tried) == (4, 1, 2)
    (one,) = told.held
    assert (one.place, one.second) == (0, weaker)
    assert one.low < 0.2 - 1.9 * 0.02
    assert screen([], lambda place, part: strong).held == []


def drawn(z: np.ndarray):
    """Patterns that stand so many errors from 0 in each half."""
    told = {"customers": 200, "others_customers": 200, "error": 0.02}
    return lambda place, part: Contrast(difference=float(z[place, part] * 0.02), **told)


def test_of_many_patterns_of_nothing_hardly_any_is_told():
    rng = np.random.default_rng(11)
    families = ["fit"] * 10 + ["all"] * 60 + ["each"] * 130
    told = [bool(screen(families, drawn(rng.normal(0.0, 1.0, (200, 2)))).held) for _ in range(200)]
    assert np.mean(told) <= 0.08


def test_a_broad_pattern_is_found_among_hundreds_of_thin_ones_and_what_is_told_is_rarely_false():
    """Of 600 patterns 4 are true, at 4 errors in each half: they are told, and few others are."""
    rng = np.random.default_rng(12)
    families = ["fit"] * 10 + ["all"] * 90 + ["each"] * 500
    places = {0, 1, 20, 21}
    found = false = told = 0
    for _ in range(40):
        z = rng.normal(0.0, 1.0, (600, 2))
        z[list(places)] += 4.0
        held = {one.place for one in screen(families, drawn(z)).held}
        found, false, told = found + len(held & places), false + len(held - places), told + len(held)
    assert found / 160 >= 0.75
    assert false / told <= 0.08


def test_halves_are_about_even_and_never_change():
    sides = [half(f"c_{n}") for n in range(2_000)]
    assert 900 < sum(sides) < 1_100
    assert sides == [half(f"c_{n}") for n in range(2_000)]


@pytest.mark.parametrize("attribute", ["", "genre"])
def test_every_kind_has_words_in_both_languages(attribute):
    facts = {"offer": "Tea", "dimension": "d", "value": "v", "rate": 0.1, "others": 0.2, "difference": -0.1,
             "low": -0.2, "high": -0.05, "attribute": attribute}  # fmt: skip
    fit = "fit_" if attribute else ""
    for language in ("en", "zh"):
        for asked in GOALS[language]:
            assert "-10.0" in sentence(asked, facts, language)
            assert f"{asked}_{fit}better" in ADVICE[language]
            assert f"{asked}_{fit}worse" in ADVICE[language]
