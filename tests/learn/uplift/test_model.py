"""What an offer adds is measured, told apart where it is shown, and refused where nothing carries it."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import pytest

from rapport.learn.uplift import Effect, Model, learn
from tests.learn.uplift.trials import drawn


def test_the_average_effect_is_that_of_the_lot_not_of_who_was_shown() -> None:
    trial = drawn(0.12)
    naive = trial.outcome[trial.shown].mean() - trial.outcome[~trial.shown].mean()
    model = learn(trial, 1)
    assert model.effect is not None
    low, high = model.effect.interval
    assert low < 0.12 < high < naive, "those shown would have done it more often anyway"
    assert model.effect.own_share == pytest.approx(0.12 / (0.12 + model.effect.without), abs=0.2)


def test_who_is_changed_is_told_apart_only_where_it_is_shown() -> None:
    level, steep = learn(drawn(0.15), 1), learn(drawn(0.25, by=0.2), 1)
    assert not level.tells_apart
    assert steep.tells_apart
    assert steep.learner in ("dr", "x")
    assert steep.added.slopes[0] < -0.05
    assert steep.qini is not None
    assert steep.qini.low > 0.0
    likely, unlikely = steep.own_share(np.array([[1.5, 0.0], [-1.5, 0.0]]))
    assert likely < 0.2 < 0.6 < unlikely


def test_an_offer_that_adds_nothing_counts_for_little_where_that_is_sure() -> None:
    sure = Effect(decisions=9_000, customers=9_000, shown=4_000, without=0.3, added=0.0, error=0.005)
    vague = msgspec.structs.replace(sure, error=0.3)
    assert sure.own_share < 0.01
    assert 0.4 < vague.own_share < 1.0
    assert Model(refusal="nothing known").own_share(np.zeros((2, 0))).tolist() == [1.0, 1.0]


def test_one_customer_reads_as_in_a_crowd() -> None:
    trial = drawn(0.25, by=0.2)
    model = learn(trial, 1)
    crowd = model.own_share(trial.x[:50])
    assert [model.own_share(trial.x[n : n + 1])[0] for n in range(50)] == crowd.tolist()


def test_it_survives_being_written_down() -> None:
    model = learn(drawn(0.25, by=0.2, decisions=1_000), 1)
    assert msgspec.json.decode(msgspec.json.encode(model), type=Model) == model


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"chance": lambda trial: np.full(len(trial), 0.999)}, "nearly certain, or nearly impossible"),
        ({"shown": lambda trial: np.arange(len(trial)) < 30}, "effective decisions with it"),
        ({"outcome": lambda trial: np.zeros(len(trial))}, "0 reached the goal with it"),
        ({"outcome": lambda trial: np.ones(len(trial))}, "did not reach the goal with it"),
    ],
)
def test_what_carries_no_claim_is_refused(changed, said: str) -> None:
    trial = drawn(0.1, decisions=600)
    (name, made), *_ = changed.items()
    model = learn(dataclasses.replace(trial, **{name: made(trial)}), 1)
    assert model.effect is None
    assert said in model.refusal


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """20 trials of a constant effect; by chance alone fewer than 16 of 20 would hold once in 400."""
    held = 0
    for seed in range(20):
        trial = drawn(0.1, decisions=400, seed=seed)
        kept = trial.overlap()
        from rapport.learn.uplift.judge import scores_of
        from rapport.learn.uplift.scores import mean_effect

        mean, error = mean_effect(scores_of(kept, seed), kept.customer)
        held += abs(mean - 0.1) < 1.96 * error
    assert held >= 16
