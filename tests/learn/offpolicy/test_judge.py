"""One policy judged: what it earns more than what was in force, and every reason why nothing is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rapport.learn.offpolicy import Judge, text
from rapport.learn.offpolicy.leaks import leaks
from rapport.learn.offpolicy.lists import by_place
from rapport.learn.offpolicy.policies import general
from rapport.learn.offpolicy.reward_model import cross_fitted
from tests.learn.offpolicy.worlds import ACTIONS, EARNED, TRUTH, world


def judged(log, wanted):
    return Judge(log, ACTIONS, level=0.95, seed=1).judge(wanted)


def test_a_better_policy_is_told_with_its_gain():
    log, wanted = world(400, 3)
    told = judged(log, wanted)
    assert told.refusal is None
    assert told.gain.low < TRUTH - EARNED < told.gain.high
    assert told.gain.low > 0.0
    assert told.gain.high - told.gain.low < told.estimates["dr"].high - told.estimates["dr"].low
    assert told.support.effective < log.decisions


def test_what_was_in_force_gains_nothing_and_loses_no_sample():
    log, _ = world(100, 4)
    told = judged(log, log.chances)
    assert told.support.effective == pytest.approx(log.decisions)
    assert (told.gain.value, told.gain.error) == (0.0, 0.0)


def test_what_had_no_chance_is_refused_with_the_share():
    log, wanted = world(100, 5)
    chances = log.chances.copy()
    chances[2::6] = 0.0
    told = judged(replace(log, chances=chances, picked=log.picked - log.actions[log.picked]), wanted)
    assert told.refusal.code == "unsupported"
    assert told.refusal.facts == {"action": "book", "share": "50.0%"}
    assert told.estimates == {}
    assert "nobody knows what that earns" in text(told.refusal)


def test_thin_evidence_is_refused():
    log, wanted = world(20, 6)
    assert judged(log, wanted).refusal.code == "few_customers"
    log, wanted = world(40, 6)
    assert judged(replace(log, rewards=np.zeros(log.decisions)), wanted).refusal.code == "few_accepted"
    log, wanted = world(40, 6, each=2)
    assert judged(log, wanted).refusal.code == "few_effective"


def test_one_lucky_decision_is_refused():
    log, wanted = world(200, 7)
    chances = log.chances.copy()
    chances[log.picked[0]] = 0.005
    told = judged(replace(log, chances=chances), wanted)
    assert told.refusal.code in {"one_weight", "few_effective"}
    assert told.support.largest > 0.05


def test_few_lucky_acceptances_are_refused():
    log, wanted = world(400, 8)
    rewards = np.zeros(log.decisions)
    rewards[np.flatnonzero(log.actions[log.picked] == 0)[:30]] = 1.0
    chances = log.chances.copy()
    for lucky in log.picked[rewards > 0][:5]:
        chances[lucky] = 0.02
    told = judged(replace(log, chances=chances, rewards=rewards), wanted)
    assert told.refusal.code == "few_effective_accepted"


def test_everybody_alike_is_learnt_from_others():
    log, _ = world(300, 9)
    wanted = general(log, np.ones(len(log.actions)))
    assert log.by_decision(wanted).tolist() == [1.0] * log.decisions
    assert len(np.unique(log.actions[wanted > 0])) == 1, "one action is the best of all for everybody"


def test_the_reward_model_tells_kinds_of_customers_apart():
    log, _ = world(300, 10, worth=5.0)
    expected = cross_fitted(log).reshape(-1, 3)
    kinds = log.inputs[:, 0] > 0
    assert expected[~kinds].mean(axis=0).argmax() == 0
    assert expected[kinds].mean(axis=0).argmax() == 2
    assert expected[~kinds, 0].mean() == pytest.approx(3.0, abs=0.6)


def test_a_column_that_knows_the_answer_is_found():
    accepted = np.arange(300) % 3 == 0
    noise = np.random.default_rng(1).normal(size=300)
    found = leaks(["noise", "answered"], np.stack([noise, -1.0 * accepted], axis=1), accepted)
    assert [(place, note.code, note.facts["column"]) for place, note in found] == [(1, "leaked", "answered")]
    assert leaks(["answered"], accepted[:150, None].astype(float), accepted[:150]) == [], "too few to tell"


def test_later_places_of_a_list_need_support_of_their_own():
    rng = np.random.default_rng(2)
    ratios = rng.choice([0.6, 1.4], size=(400, 3))
    ratios[:, 2] = rng.choice([0.0, 60.0], p=[59 / 60, 1 / 60], size=400)
    rewards = rng.random((400, 3))
    rewards[200:, 1:] = np.nan
    told = by_place(ratios, rewards, np.arange(400), level=0.95, seed=1)
    assert [one.lists for one in told] == [400, 200, 200]
    assert told[0].estimate.low < 0.5 < told[0].estimate.high
    assert [one.refusal.code if one.refusal else None for one in told] == [None, None, "few_effective"]
