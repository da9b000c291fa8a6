"""The hidden Markov model: its likelihood, what it recovers, and when it is not used."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from rapport.differentiate.stage import hmm as chains
from rapport.differentiate.stage.hmm import Chain, anchors, buys_within, fit
from rapport.differentiate.stage.model import Hmm
from rapport.differentiate.stage.sequence import filtered
from rapport.workspace.stages import Stages
from tests.differentiate.stage.shop import BOUGHT, TODAY, customers, part

STEPS = 6


def by_hand(chain: Chain, symbols: list[int]) -> float:
    """The likelihood of one sequence: every path of states, one by one."""
    total = 0.0
    for path in itertools.product(range(8), repeat=len(symbols)):
        share = chain.start[path[0]] * chain.emissions[path[0], symbols[0]]
        for before, now, symbol in zip(path, path[1:], symbols[1:], strict=False):
            share *= chain.transitions[before, now] * chain.emissions[now, symbol]
        total += share
    return float(total)


def test_the_likelihood_is_the_sum_over_all_paths() -> None:
    chain = anchors()
    sequences = [[4, 5, 6, 7], [7, 0, 0, 1], [0, 0, 2, 0]]
    rows = np.array(sequences)
    _, told = chains._expected(rows, np.zeros(3, dtype=np.int64), np.ones(3), chain)
    assert told == pytest.approx(sum(np.log(by_hand(chain, one)) for one in sequences), abs=1e-9)


def test_a_sequence_begins_where_something_is_seen() -> None:
    chain = anchors()
    _, late = chains._expected(np.array([[0, 0, 4, 5]]), np.array([2]), np.ones(1), chain)
    _, short = chains._expected(np.array([[4, 5]]), np.array([0]), np.ones(1), chain)
    assert late == pytest.approx(short, abs=1e-12)


def test_the_filter_is_the_last_forward_step() -> None:
    chain = anchors()
    symbols = np.zeros((2, 26), dtype=np.int64)
    symbols[0, -3:], symbols[1, -2:] = (4, 5, 6), (7, 0)
    states = filtered(symbols, np.array([23, 24]), chain.start, chain.transitions, chain.emissions)
    assert states.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert states.argmax(axis=1).tolist() == [3, 5]
    weights = [by_hand(chain, [4, 5, 6]), by_hand(Chain(np.eye(8)[3], chain.transitions, chain.emissions), [6])]
    assert all(0 < one < 1 for one in weights)


def test_every_round_gains_and_anchors_keep_the_states_names() -> None:
    symbols, begin = drawn(anchors(), 400)
    told = [fit(symbols, begin, points=0.0, rounds=rounds).log_likelihood for rounds in (1, 3, 9)]
    assert told == sorted(told)
    fitted = np.array(fit(symbols, begin).emissions)
    assert (fitted[4].argmax(), fitted[1].argmax(), fitted[3].argmax()) == (7, 4, 6)


def test_equal_sequences_are_counted_not_repeated() -> None:
    symbols, begin = drawn(anchors(), 30)
    once, thrice = fit(symbols, begin, points=0.0, rounds=5), fit(np.tile(symbols, (3, 1)), np.tile(begin, 3), points=0.0, rounds=5)  # fmt: skip  # noqa: E501
    assert thrice.log_likelihood == pytest.approx(3 * once.log_likelihood)
    assert np.array(thrice.transitions) == pytest.approx(np.array(once.transitions), abs=1e-9)


def test_the_chance_of_a_purchase_is_one_minus_that_of_none() -> None:
    two = Hmm(start=[0.0] * 8, transitions=np.eye(8).tolist(), emissions=np.full((8, 8), 1 / 8).tolist(),
              log_likelihood=0.0, sequences=0, rounds=0)  # fmt: skip
    assert buys_within(two, np.eye(8)[:1], 2) == pytest.approx([1 - (7 / 8) ** 2])


def test_where_purchases_are_mere_chance_the_rules_stay_and_say_so() -> None:
    stages = Stages(method="hmm")
    rng = np.random.default_rng(3)
    told = {f"c{n}": {BOUGHT: {"tea": sorted(rng.choice(np.arange(TODAY - 180, TODAY), 9, replace=False).tolist())}}
            for n in range(300)}  # fmt: skip
    model = part(method="hmm").fit(customers(told, stages=stages))
    assert (model.method, model.hmm) == ("rules", None)
    assert model.because.startswith("the hidden Markov model does not predict better")
    assert model.judged is not None
    assert model.judged.low < model.judged.difference < model.judged.high
    assert model.judged.high >= 0.0


def test_where_the_order_of_weeks_tells_the_model_is_used() -> None:
    """Everybody buys once in five weeks or not any more: the newest weeks tell, a decayed sum does not."""
    stages = Stages(method="hmm")
    rng = np.random.default_rng(5)
    told = {}
    for n in range(1500):
        days, day = [], TODAY - 180 - int(rng.integers(0, 60))
        while day <= TODAY:
            burst = rng.uniform() < 0.5
            days += [day, day + 7, day + 14] if burst else [day]
            day += 14 + int(rng.integers(50, 70))
        told[f"c{n}"] = {BOUGHT: {"tea": [one for one in days if one <= TODAY]}}
    model = part(method="hmm").fit(customers(told, stages=stages))
    assert model.judged is not None
    assert (model.method == "hmm") == (model.judged.high < 0.0)
    if model.method == "hmm":
        assert model.hmm is not None
        found = part(method="hmm").score(model, customers({"c0": told["c0"]}, stages=stages))
        assert 0.0 < found["buying_probability"][0] <= 1.0


def drawn(chain: Chain, size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    symbols = np.zeros((size, STEPS), dtype=np.int64)
    for one in range(size):
        state = rng.choice(8, p=chain.start)
        for step in range(STEPS):
            symbols[one, step] = rng.choice(8, p=chain.emissions[state])
            state = rng.choice(8, p=chain.transitions[state])
    return symbols, np.zeros(size, dtype=np.int64)
