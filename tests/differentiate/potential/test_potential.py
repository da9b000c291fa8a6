"""Potential value: learnt from the past alone, judged on what it had not seen, refused where it cannot be known."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from rapport.differentiate.frame import Frame
from rapport.differentiate.past import histories, until
from rapport.differentiate.potential import Potential, PotentialModel, build
from rapport.differentiate.potential.inputs import Kinds, inputs
from rapport.differentiate.potential.part import because
from rapport.differentiate.potential.predictor import Calibration, calibrated, exported, money
from rapport.differentiate.potential.ranking import Estimate
from rapport.differentiate.potential.validation import LEARNT, PAST_SPEND, Judged
from rapport.workspace.value import Value
from tests.differentiate.declared import workspace
from tests.differentiate.frames import frame
from tests.differentiate.histories import TODAY, Bought, shop

WORKSPACE = workspace(value=Value(learned_horizon="60d"))


def part() -> Potential:
    made = build(WORKSPACE, {})
    assert made is not None
    return made


@pytest.fixture(scope="module")
def bought() -> Bought:
    return shop(600)


@pytest.fixture(scope="module")
def everybody(bought: Bought) -> Frame:
    return frame(bought, day=TODAY)


@pytest.fixture(scope="module")
def learnt(everybody: Frame) -> PotentialModel:
    model = part().fit(everybody)
    return msgspec.json.decode(msgspec.json.encode(model), type=PotentialModel)


def test_without_value_yaml_there_is_no_part() -> None:
    assert build(workspace(), {}) is None


def test_it_expects_what_customers_go_on_to_spend(learnt: PotentialModel, everybody: Frame) -> None:
    after = shop(600, last=TODAY + 60)
    spent = np.array([sum(amount for day, amount in rows if day > TODAY) for rows in after.values()])
    expected = part().score(learnt, everybody)["potential_spend"]

    assert abs(expected.sum() / spent.sum() - 1) < 0.25
    assert expected[spent > 0].mean() > 2 * expected[spent == 0].mean()


def test_the_holdouts_say_how_well_it_ranks(learnt: PotentialModel) -> None:
    judged = learnt.ahead_in_time
    assert judged is not None
    score = judged.scores["learnt"].spearman

    assert score.low < score.value < score.high
    assert [one.customers for one in judged.tenths] == [60] * 10
    assert judged.tenths[0].spent < judged.tenths[-1].spent


def test_what_comes_after_the_day_is_never_read(bought: Bought, everybody: Frame, learnt: PotentialModel) -> None:
    """A later purchase changes neither the inputs of a past day nor what was learnt before it."""
    rows = everybody.purchases
    nothing = Kinds(np.zeros(601, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))
    cut = TODAY - 90
    whole = inputs(histories(rows, 600), nothing, cut, 60, 10_000.0)
    past = inputs(histories(until(rows, cut), 600), nothing, cut, 60, 10_000.0)

    np.testing.assert_array_equal(whole, past)


def test_one_customer_alone_is_scored_as_among_all(bought: Bought, everybody: Frame, learnt: PotentialModel) -> None:
    together = part().score(learnt, everybody)["potential_spend"]
    alone = [
        part().score(learnt, frame({name: bought[name]}, day=TODAY))["potential_spend"][0] for name in list(bought)[:50]
    ]

    np.testing.assert_array_equal(together[:50], alone)


def test_the_exported_trees_answer_as_scikit_learn() -> None:
    from sklearn.ensemble import HistGradientBoostingRegressor

    from rapport.differentiate.potential.inputs import NAMES
    from rapport.differentiate.potential.predictor import Predictor, both, compiled

    rng = np.random.default_rng(3)
    known = rng.normal(size=(800, len(NAMES)))
    model = HistGradientBoostingRegressor(max_iter=30, random_state=0).fit(
        known, np.exp(known[:, 0]) + known[:, 1] ** 2
    )
    ours = both(compiled(Predictor(0.0, [0.0] * len(NAMES), exported(model))), known)

    np.testing.assert_allclose(np.exp(ours[:, 1] / 3), np.maximum(model.predict(known), 0.05), rtol=1e-12)


def test_told_names_what_moves_the_expectation(bought: Bought, learnt: PotentialModel) -> None:
    one = frame({"c0": bought["c0"]}, day=TODAY)
    one.scores.update(part().score(learnt, one))
    told = part().told(learnt, one)

    assert told["potential_spend"] == round(float(one.scores["potential_spend"][0]), 2)
    assert told["reasons"]
    assert told["like_this_one"]["low"] <= told["like_this_one"]["high"]
    msgspec.json.encode(told)


def test_nobody_is_profiled_who_does_not_want_it(bought: Bought, learnt: PotentialModel) -> None:
    few = {name: bought[name] for name in ("c0", "c1")}
    scored = part().score(learnt, frame(few, day=TODAY, impersonal=["c1"]))["potential_spend"]

    assert np.isnan(scored[1])
    assert not np.isnan(scored[0])


def test_who_switched_it_off_teaches_nothing(bought: Bought) -> None:
    off = frame(bought, day=TODAY, impersonal=list(bought)[:450])

    assert part().fit(off).customers == 150


UNFIT: dict[str, Any] = {
    "nobody": {},
    "empty history": {"a": []},
    "one purchase": {"a": [(TODAY, 10.0)]},
    "one customer only": {"a": [(TODAY - day, 10.0) for day in range(300, 0, -10)]},
    "refunds above sales": {f"c{n}": [(TODAY - 300, 10.0), (TODAY - 10, -50.0)] for n in range(300)},
    "short history": {f"c{n}": [(TODAY - n % 20, 10.0)] for n in range(300)},
    "worth nothing": {f"c{n}": [(TODAY - 200, 0.0), (TODAY - 20, 0.0)] for n in range(300)},
}


@pytest.mark.parametrize("bad", UNFIT)
def test_it_refuses_what_the_data_cannot_carry(bad: str) -> None:
    model = part().fit(frame(UNFIT[bad], day=TODAY))
    alone = frame({"x": [(TODAY - 5, 10.0)]}, day=TODAY)
    alone.scores.update(part().score(model, alone))

    assert model.refused
    assert np.isnan(alone.scores["potential_spend"]).all()
    assert part().told(model, alone)["refused"] == model.refused


def test_everybody_alike_is_no_better_than_past_spend_and_says_so() -> None:
    alike = {f"c{n}": [(TODAY - 400 + 25 * k, 30.0) for k in range(16)] for n in range(300)}
    everybody = frame(alike, day=TODAY)
    model = part().fit(everybody)
    scored = part().score(model, everybody)["potential_spend"]

    assert model.method == PAST_SPEND
    assert "did not rank better" in model.because
    assert len(set(scored.tolist())) == 1
    assert 30.0 < scored[0] < 150.0


def test_a_lead_within_chance_is_not_shown_to_be_better(learnt: PotentialModel) -> None:
    judged = learnt.across_customers
    assert judged is not None
    behind = judged.scores[PAST_SPEND]

    def led(low: float) -> Judged:
        past = msgspec.structs.replace(behind, spearman_behind=Estimate(0.01, low, 0.02))
        at = msgspec.structs.replace(behind, spearman=Estimate(behind.spearman.value + 0.01, 0.0, 1.0))
        return msgspec.structs.replace(judged, scores=judged.scores | {PAST_SPEND: past, LEARNT: at})

    assert (led(-0.001).ahead, led(-0.001).shown, led(0.001).shown) == (True, False, True)
    assert "not shown" in because(led(-0.001), in_time=True)
    assert "ranked better than past spend" in because(led(0.001), in_time=True)


def test_more_refunds_than_sales_are_no_negative_potential(bought: Bought, learnt: PotentialModel) -> None:
    odd = frame({"a": [(TODAY - 50, 10.0), (TODAY - 10, -500.0)]}, day=TODAY)

    assert part().score(learnt, odd)["potential_spend"][0] >= 0.0


def test_who_was_silent_for_longer_than_history_is_like_nobody_learnt_from(learnt: PotentialModel) -> None:
    gone = frame({"a": [(TODAY - 3_000, 10.0)]}, day=TODAY)
    gone.scores.update(part().score(learnt, gone))

    assert "silent" in part().told(learnt, gone)["refused"]


def test_money_rises_with_the_score_beyond_the_knots_as_well() -> None:
    rng = np.random.default_rng(5)
    score = rng.normal(size=1_000)
    line = calibrated(score, np.exp(score) * rng.gamma(2.0, 0.5, 1_000))
    at = money(line, np.linspace(-6, 6, 400))

    assert (np.diff(at) > 0).all()
    assert (money(Calibration(), np.array([1.0, np.nan]))[:1] == 0.0).all()
