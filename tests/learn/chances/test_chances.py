"""Told chances beside what came of them: drawn from known models, judged as we judge."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.learn.chances.calibration import calibration
from rapport.learn.chances.delays import delay
from rapport.learn.chances.gain import gain
from rapport.learn.chances.leaks import alone, leaks

RNG = np.random.default_rng(7)


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    told = rng.beta(2, 5, count)
    return told, rng.random(count) < told, rng.integers(0, count // 4, count)


def test_chances_that_come_true_raise_no_alarm_oftener_than_they_should() -> None:
    found = [calibration(*drawn(400, seed)) for seed in range(200)]
    assert sum(one.drifted for one in found) <= 7, "1% is expected"
    assert sum(one.whole.off for one in found) <= 20, "5% is expected"
    assert np.mean([one.ece for one in found]) == pytest.approx(np.mean([one.ece_by_chance for one in found]), rel=0.1)


def test_newest_answers_that_left_the_told_chances_are_seen() -> None:
    told, accepted, who = drawn(1_000, 1)
    accepted[-200:] = np.random.default_rng(2).random(200) < told[-200:] / 2
    found = calibration(told, accepted, who)
    assert found.drifted
    assert found.recent.gap < -0.05
    assert found.recent.answers == 200


def test_answers_of_few_customers_widen_the_interval() -> None:
    told, accepted, _ = drawn(1_000, 3)
    alike = np.repeat(accepted[::50], 50)
    many, few = calibration(told, alike, np.arange(1_000)), calibration(told, alike, np.repeat(np.arange(20), 50))
    assert few.whole.high - few.whole.low > 3 * (many.whole.high - many.whole.low)


def test_too_few_answers_are_no_calibration() -> None:
    assert calibration(*(one[:199] for one in drawn(400, 1))) is None


def test_gain_is_proved_only_where_it_is() -> None:
    wrongly = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        before = rng.exponential(0.6, 300)
        wrongly += gain(before, before + rng.normal(0, 0.2, 300), rng.integers(0, 100, 300)).proved
    assert wrongly <= 20, "5% is expected"
    before = np.full(400, 0.6)
    better = gain(before, before - RNG.normal(0.05, 0.2, 400), np.arange(400))
    assert better.proved
    assert better.low < better.mean == pytest.approx(0.05, abs=0.03)


def test_few_answers_or_few_customers_prove_nothing() -> None:
    ones = np.ones(300)
    assert gain(ones[:199], ones[:199] / 2, np.arange(199)).low is None
    assert gain(ones, ones / 2, np.arange(300) % 19).low is None


def test_looking_until_something_is_proved_seldom_proves_what_is_not_there() -> None:
    rng = np.random.default_rng(4)
    saved, customers = rng.normal(size=(200, 2_000)), np.arange(2_000)
    looks = range(200, 2_001, 200)

    def false_proofs(until: int) -> int:
        """Of 200 models that save nothing, how many are found to at any look."""
        return sum(
            any(gain(one[:n], np.zeros(n), customers[:n], looks_until=until).proved for n in looks) for one in saved
        )

    assert false_proofs(0) > 0.1 * 200
    assert false_proofs(2_000) <= 0.05 * 200
    assert gain(saved[0] + 0.2, np.zeros(2_000), customers, looks_until=2_000).proved


def test_delays_are_learnt_though_many_offers_are_still_open() -> None:
    rng = np.random.default_rng(5)
    count, window, share, rate = 4_000, 72.0, 0.3, 1 / 20
    age, will, after = rng.uniform(0, 120, count), rng.random(count) < share, rng.exponential(1 / rate, count)
    accepted = will & (after <= np.minimum(age, window))
    elapsed = np.where(accepted, after, np.minimum(age, window))
    closed = age >= window
    found = delay(elapsed, accepted, accepted | closed, closed, window)
    assert found.eventually == pytest.approx(share, abs=0.03)
    assert found.rate == pytest.approx(rate, rel=0.1)
    to_come = (will & ~accepted & (after <= window)).sum()
    assert found.expected == pytest.approx(to_come, abs=3 * np.sqrt(to_come))
    assert found.after == pytest.approx(np.exp(-rate * window), abs=0.01)
    assert not found.too_short
    whole = found.arrived(np.array([0.0, 20.0, 72.0]))
    expected = (1 - np.exp(-rate * np.array([0, 20, 72]))) / (1 - np.exp(-rate * window))
    np.testing.assert_allclose(whole, expected, atol=0.05)


def test_a_window_that_cuts_answers_off_is_called_too_short() -> None:
    rng = np.random.default_rng(6)
    after = rng.exponential(100.0, 3_000)
    accepted = after <= 24.0
    closed = np.ones(3_000, dtype=bool)
    found = delay(np.minimum(after, 24.0), accepted, closed, closed, 24.0)
    assert found.too_short
    assert found.last == pytest.approx(0.09, abs=0.03)
    assert found.after > 0.5


def test_few_acceptances_teach_no_delay() -> None:
    accepted = np.arange(100) < 19
    closed = np.ones(100, dtype=bool)
    assert delay(np.full(100, 5.0), accepted, closed, closed, 24.0) is None


def test_an_input_that_knows_the_answer_is_found_and_an_honest_one_is_not() -> None:
    rng = np.random.default_rng(8)
    accepted = rng.random(600) < 0.3
    after = np.where(accepted, rng.normal(5, 1, 600), np.nan)
    honest = accepted + rng.normal(0, 1.0, 600)
    bought = accepted + rng.normal(0, 0.4, 600)
    found = leaks(
        [("after", after, False), ("honest", honest, False), ("bought", bought, False), ("count", bought, False)],
        accepted,
        frozenset({"count"}),
    )
    assert [(one.input, one.answering) for one in found] == [("after", False), ("count", True)]
    assert found[0].auc == 1.0


def test_a_category_for_every_customer_does_not_look_like_a_leak() -> None:
    accepted = np.random.default_rng(9).random(400) < 0.5
    unique, told = np.arange(400.0), accepted.astype(float)
    found = leaks([("id", unique, True), ("verdict", told, True)], accepted, frozenset())
    assert [one.input for one in found] == ["verdict"]


def test_too_few_or_equal_answers_accuse_nobody() -> None:
    accepted = np.arange(199) < 50
    assert leaks([("x", accepted.astype(float), False)], accepted, frozenset()) == []
    assert leaks([("x", np.arange(300.0), False)], np.ones(300, dtype=bool), frozenset()) == []
    assert alone(np.full(5, np.nan), np.array([True, False, True, False, True])) == 0.5
