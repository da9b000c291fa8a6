"""Lifetime value as a part: what it computes, what it refuses, what it tells."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import pytest

from rapport.differentiate.lifetime import LifetimePart, ahead, bgnbd
from rapport.differentiate.lifetime.part import COLUMNS
from rapport.differentiate.lifetime.steps import steps
from rapport.workspace.value import Lifetime
from tests.differentiate.frames import frame
from tests.differentiate.lifetime.shops import contracts, shop

DAY = 500


@pytest.fixture(scope="module")
def bought():
    return shop(600)


@pytest.fixture(scope="module")
def whole(bought):
    return frame(bought, day=DAY)


@pytest.fixture(scope="module")
def part():
    return LifetimePart(Lifetime(margin=0.4, horizon="365d"))


@pytest.fixture(scope="module")
def model(part, whole):
    return part.fit(whole)


def codes(model):
    return [note.code for note in model.notes]


def test_one_customer_is_scored_as_all_are_to_the_last_bit(part, model, whole, bought):
    everybody = part.score(model, whole)
    kept = msgspec.json.decode(msgspec.json.encode(model), type=part.model)
    for place, name in enumerate(list(bought)[:60]):
        alone = part.score(kept, frame({name: bought[name]}, day=DAY))
        for column in COLUMNS:
            np.testing.assert_array_equal(alone[column], everybody[column][place : place + 1], strict=True)


def test_scores_hang_together(part, model, whole):
    score = part.score(model, whole)
    assert np.all(score["clv_low"] <= score["clv"])
    assert np.all(score["clv"] <= score["clv_high"])
    assert np.all((score["p_alive"] > 0) & (score["p_alive"] <= 1))
    assert np.all(score["expected_purchases"] >= 0)
    undiscounted = 0.4 * score["expected_spend"] * score["expected_purchases"]
    assert np.all(score["clv"] < undiscounted)
    assert score["clv"].sum() == pytest.approx(undiscounted.sum(), rel=0.06)


def test_the_test_on_the_past_is_kept_with_the_model(model):
    held = model.holdout
    assert (held.days, held.split) == (166, 334)
    assert held.purchases.mae < held.purchases.mae_before
    assert 0.85 < held.spend.covered <= 1.0
    assert sum(one.customers for one in held.buckets) == held.customers


def test_what_is_told_of_one_customer(part, model, bought):
    name = max(bought, key=lambda one: len(bought[one]))
    one = frame({name: bought[name]}, day=DAY)
    one.scores.update(part.score(model, one))
    told = part.told(model, one)
    assert told["because"]["repeat_purchases"] == len({day for day, _ in bought[name]}) - 1
    assert told["low"] <= told["value"] <= told["high"]
    assert [line["repeats"] for line in told["tested"]["by_repeats"]] == ["11+"]
    assert msgspec.json.decode(msgspec.json.encode(told)) == told


def test_who_bought_nothing_or_is_not_to_be_told_apart_has_none(part, model):
    one = frame({"a": [], "b": [(3, 10.0)], "c": [(3, 10.0)]}, day=DAY, impersonal=["c"])
    score = part.score(model, one)
    assert np.isnan(score["clv"]).tolist() == [True, False, True]
    nobody = frame({"a": []}, day=DAY)
    assert part.told(model, nobody) == {"known": False, "reason": "no purchase"}


def test_who_is_not_to_be_told_apart_teaches_nothing(part, model, bought):
    more = bought | {f"x{number}": [(day, 99.0) for day in range(0, 500, 10)] for number in range(50)}
    hidden = frame(more, day=DAY, impersonal=[name for name in more if name.startswith("x")])
    assert part.fit(hidden).fits == model.fits


@pytest.mark.parametrize("bought", [{}, {"a": []}, {"a": [(3, 10.0)]}, {str(n): [(n, 5.0)] for n in range(80)}])
def test_too_few_who_bought_again_is_said(part, bought):
    customers = frame(bought, day=DAY)
    model = part.fit(customers)
    assert model.reason == "sparse"
    assert all(np.isnan(values).all() for values in part.score(model, customers).values())
    if bought and any(bought.values()):
        one = frame({"a": [(3, 10.0)]}, day=DAY)
        assert "0 customers have bought again, and 50 are needed" in part.told(model, one)["reason"]


def test_refunds_above_sales_count_as_nothing_and_are_told(part, bought):
    gone = {name: [*days, (DAY, -10_000.0)] for name, days in list(bought.items())[:40]}
    customers = frame(bought | gone, day=DAY)
    model = part.fit(customers)
    assert "refunds" in codes(model)
    score = part.score(model, customers)
    assert np.all(score["clv"] >= 0)
    assert score["clv"][0] < part.score(model, frame({"c0": bought["c0"]}, day=DAY))["clv"][0]


def test_a_refund_before_any_purchase_is_nobodys(part, model):
    one, other = frame({"a": [(3, 10.0), (9, 8.0)]}, day=DAY), frame({"a": [(1, -5.0), (3, 10.0), (9, 8.0)]}, day=DAY)
    assert part.score(model, one)["clv"].tolist() == part.score(model, other)["clv"].tolist()


def test_days_to_come_do_not_count(part, model):
    past, ahead = frame({"a": [(3, 10.0)]}, day=DAY), frame({"a": [(3, 10.0), (DAY + 9, 8.0)]}, day=DAY)
    assert part.score(model, past)["clv"].tolist() == part.score(model, ahead)["clv"].tolist()


def test_purchases_that_are_all_worth_the_same(part, bought):
    alike = {name: [(day, 10.0) for day, _ in {day: 0 for day, _ in days}.items()] for name, days in bought.items()}
    customers = frame(alike, day=DAY)
    model = part.fit(customers)
    assert "alike" in codes(model)
    np.testing.assert_allclose(part.score(model, customers)["expected_spend"], 10.0)


def test_everybody_alike_neither_fails_nor_warns(part):
    customers = frame({str(number): [(day, 5.0) for day in (0, 30, 60)] for number in range(100)}, day=90)
    score = part.score(part.fit(customers), customers)
    assert np.unique(score["clv"]).size == 1
    assert np.isfinite(score["clv"]).all()


def test_where_nobody_leaves_dropout_is_not_claimed(part):
    loyal = frame(shop(300, leave=0.0), day=DAY)
    model = part.fit(loyal)
    score = part.score(model, loyal)
    assert "no_dropout" in codes(model)
    assert not model.fits[""].purchasing.dropout
    assert np.isnan(score["p_alive"]).all()
    assert np.isfinite(score["clv"]).all()
    rate = (model.fits[""].purchasing.r + 3) / (model.fits[""].purchasing.alpha + 400)
    one = frame({"a": [(100, 9.0), (150, 9.0), (200, 9.0), (400, 9.0)]}, day=DAY)
    assert part.score(model, one)["expected_purchases"][0] == pytest.approx(365 * rate, rel=1e-3)


def test_amounts_in_unknown_currencies_are_left_out_of_spend(part, model, bought):
    customers = frame(bought, day=DAY)
    foreign = customers.purchases.foreign
    foreign[::7] = 1
    customers.purchases.revenue[::7] = 0
    assert {"foreign"} <= set(codes(part.fit(customers)))
    score, usual = part.score(model, customers), part.score(model, frame(bought, day=DAY))
    np.testing.assert_array_equal(score["expected_purchases"], usual["expected_purchases"])


def test_groups_are_fitted_apart_where_they_are_large_enough(bought):
    often, seldom = shop(600, rate=0.06, seed=1), shop(600, rate=0.01, seed=2)
    few = shop(60, seed=4)
    shops = {"o": often, "s": seldom, "f": few}
    named = [(f"{group}{name}", days) for group, one in shops.items() for name, days in one.items()]
    columns = {"channel": [name[0] if number % 50 else None for number, (name, _) in enumerate(named)]}
    customers = frame(dict(named), day=DAY, columns=columns)
    part = LifetimePart(Lifetime(by="channel"))
    model = part.fit(customers)
    assert set(model.fits) == {"", "o", "s"}
    assert list(model.small) == ["f"]
    assert "small" in codes(model)
    rates = {name: one.purchasing.r / one.purchasing.alpha for name, one in model.fits.items()}
    assert rates["o"] > 2 * rates["s"]
    score = part.score(model, customers)
    place = 701
    alone = frame({"x": named[place][1]}, day=DAY, columns={"channel": ["s"]})
    assert part.score(model, alone)["clv"][0] == score["clv"][place]
    alone.scores.update(part.score(model, alone))
    assert part.told(model, alone)["fitted_to"] == "s"


def test_cohorts_are_the_quarters_of_the_first_purchase(bought):
    customers = frame(bought, day=DAY)
    model = LifetimePart(Lifetime(by="cohort")).fit(customers)
    assert set(model.fits) | set(model.small) == {"", "1970-Q1", "1970-Q2"}


def test_contracts_run_until_they_end():
    bought, running = contracts(1_500)
    part = LifetimePart(Lifetime(contract="runs", horizon="360d"))
    customers = frame(bought, day=900, columns={"runs": running})
    model = part.fit(customers)
    terms = model.fits[""].terms
    assert (terms.alpha, terms.beta) == (pytest.approx(0.7, abs=0.15), pytest.approx(5.0, abs=1.5))
    score = part.score(model, customers)
    assert score["p_alive"].tolist() == running
    ended = np.array(running) == 0
    assert np.all(score["clv"][ended] == 0)
    assert np.all(score["clv_low"] <= score["clv"])
    assert np.all(score["clv"] <= score["clv_high"])
    assert np.all(score["expected_purchases"] <= 12)
    assert score["expected_spend"][0] == pytest.approx(10.0)
    held = model.holdout.purchases
    assert held.expected == pytest.approx(held.actual, rel=0.06)
    assert held.mae < held.mae_before
    long, short = (frame({"a": [(day, 10.0) for day in range(900 - 30 * n, 900, 30)]}, day=900, columns={"runs": [1.0]})
                   for n in (20, 1))  # fmt: skip
    assert part.score(model, long)["clv"][0] > part.score(model, short)["clv"][0]


def test_a_contract_that_nobody_knows_of_is_not_valued():
    bought, running = contracts(400)
    part = LifetimePart(Lifetime(contract="runs"))
    model = part.fit(frame(bought, day=900, columns={"runs": running}))
    score = part.score(model, frame({"a": [(3, 10.0)]}, day=900, columns={"runs": [None]}))
    assert np.isnan(score["clv"][0])
    few = part.fit(frame(dict(list(bought.items())[:20]), day=900, columns={"runs": running[:20]}))
    assert few.reason == "sparse_contracts"


def test_a_contract_in_a_currency_without_a_rate_is_worth_what_is_known_of_it():
    bought, running = contracts(1_500)
    part = LifetimePart(Lifetime(contract="runs"))
    model = part.fit(frame(bought, day=900, columns={"runs": running}))
    known = {"a": [(830, 10.0), (860, 10.0), (890, 10.0)]}
    some = frame(known, day=900, columns={"runs": [1.0]})
    mixed = dataclasses.replace(some, purchases=foreign(some, [0, 1, 1]))
    unknown = dataclasses.replace(some, purchases=foreign(some, [1, 1, 1]))
    assert part.score(model, mixed)["clv"][0] == pytest.approx(part.score(model, some)["clv"][0])
    assert np.isnan(part.score(model, unknown)["clv"][0])
    ended = dataclasses.replace(unknown, read=lambda _: np.zeros(1))
    assert part.score(model, ended)["clv"][0] == 0


def foreign(customers, which):
    """Purchases of which some are in a currency without a rate."""
    orders, away = customers.purchases, np.array(which, np.int64)
    return dataclasses.replace(orders, revenue=np.where(away > 0, 0, orders.revenue), foreign=away)


def test_without_a_contract_at_the_start_of_the_test_there_is_no_test():
    bought = {f"c{n}": [(0, 10.0)] for n in range(60)} | {f"n{n}": [(800 + n, 10.0)] for n in range(60)}
    part = LifetimePart(Lifetime(contract="runs", horizon="360d"))
    model = part.fit(frame(bought, day=900, columns={"runs": [0.0] * 60 + [1.0] * 60}))
    assert model.fits
    assert model.holdout is None
    assert "no_contracts_then" in [one.code for one in model.notes]
    assert msgspec.json.decode(msgspec.json.encode(model), type=type(model)) == model


def test_many_purchases_and_a_long_silence_leave_nobody_alive(whole):
    buying = LifetimePart(Lifetime()).fit(whole).fits[""].purchasing
    buying = msgspec.structs.replace(buying, a=0.8, b=2.5)
    x, t_x, t = (np.array([value]) for value in (500.0, 510.0, 4_000.0))
    assert bgnbd.p_alive(buying, x, t_x, t)[0] == pytest.approx(0.0)
    assert ahead.look(buying, None, steps(365.0, 0.0), x=x, t_x=t_x, t=t).purchases[0] == pytest.approx(0.0)
