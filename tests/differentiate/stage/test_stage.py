"""Where customers are in the buying cycle: what each signal moves, and what says nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rapport.differentiate.frame import Frame
from rapport.differentiate.readings import STAGES
from rapport.differentiate.stage import StageModel
from rapport.differentiate.stage.weighing import place, weigh
from rapport.workspace.stages import Stages
from tests.differentiate.stage.shop import (
    ADDED,
    BOUGHT,
    PAGE,
    PAID,
    REVIEWED,
    SHARED,
    SHARED_FIRST,
    TODAY,
    VIEWED,
    WISHED,
    customers,
    part,
    workspace,
)

MONTHLY = StageModel(gap_days=30.0)


def scored(frame: Frame, model: StageModel = MONTHLY) -> dict[str, list[Any]]:
    return {name: values.tolist() for name, values in part().score(model, frame).items()}


def stage(did: Any, **more: Any) -> tuple[str | None, str | None]:
    found = scored(customers({"ann": did}, **more))
    return found["buying_stage"][0], found["buying_category"][0]


def test_without_stages_yaml_there_is_no_part() -> None:
    from rapport.differentiate.stage import build

    assert build(workspace(None), {}) is None


@pytest.mark.parametrize(
    ("did", "expected"),
    [
        ({PAGE: {"": [TODAY] * 3}}, ("need", None)),
        ({VIEWED: {"tea": [TODAY]}}, ("research", "tea")),
        ({VIEWED: {"tea": [TODAY] * 15}, WISHED: {"tea": [TODAY]}}, ("evaluation", "tea")),
        ({VIEWED: {"tea": [TODAY] * 15}, ADDED: {"tea": [TODAY] * 2}, PAID: {"tea": [TODAY]}}, ("selection", "tea")),
        ({BOUGHT: {"tea": [TODAY]}}, ("after_sales", "tea")),
        ({BOUGHT: {"tea": [TODAY - 10]}}, ("feedback", "tea")),
        ({BOUGHT: {"tea": [TODAY - 10]}, REVIEWED: {"tea": [TODAY]}}, ("feedback", "tea")),
        ({BOUGHT: {"tea": range(TODAY - 196, TODAY, 30)}}, ("loyalty", "tea")),
        ({BOUGHT: {"tea": [TODAY - 45]}}, ("need", "tea")),
        ({BOUGHT: {"tea": [TODAY - 9]}, SHARED: {"tea": [TODAY]}, SHARED_FIRST: {"tea": [TODAY]}}, ("advocacy", "tea")),
        ({SHARED: {"tea": [TODAY]}, SHARED_FIRST: {"tea": [TODAY]}}, ("evaluation", "tea")),
    ],
)  # fmt: skip
def test_what_speaks_for_each_stage(did: Any, expected: tuple[str, str | None]) -> None:
    assert stage(did) == expected


def test_probabilities_sum_to_one_in_every_category_and_over_all() -> None:
    frame = customers({"ann": {VIEWED: {"tea": [TODAY], "coffee": [TODAY - 3]}, BOUGHT: {"jam": [TODAY - 20]}}})
    told = part().told(MONTHLY, frame)
    assert sum(told["probabilities"].values()) == pytest.approx(1.0, abs=1e-3)
    assert [one["category"] for one in told["categories"]] != []
    assert all(sum(one["probabilities"].values()) == pytest.approx(1.0, abs=1e-3) for one in told["categories"])
    assert sum(one["weight"] for one in told["categories"]) == pytest.approx(1.0, abs=1e-3)


def test_each_event_moves_the_probability() -> None:
    steps = [{VIEWED: {"tea": [TODAY]}}, {VIEWED: {"tea": [TODAY] * 2}}, {VIEWED: {"tea": [TODAY] * 3}}]
    found = [scored(customers({"ann": did}))["buying_probability"][0] for did in steps]
    assert found == sorted(found)
    assert len(set(found)) == 3


def test_signals_fade_and_a_purchase_closes_what_led_to_it() -> None:
    assert stage({VIEWED: {"tea": [TODAY - 50]}}) == (None, None)
    bought = {BOUGHT: {"tea": [TODAY - 1]}, PAID: {"tea": [TODAY - 1] * 3}, VIEWED: {"tea": [TODAY - 2] * 9}}
    assert stage(bought) == ("after_sales", "tea")
    assert stage(bought | {VIEWED: {"coffee": [TODAY] * 5}}) == ("research", "coffee")


def test_a_look_after_buying_on_the_same_day_counts_and_one_before_does_not() -> None:
    did = {BOUGHT: {"tea": [TODAY]}, VIEWED: {"tea": [TODAY] * 4}}
    before = customers({"ann": did}, newest={"ann": [(5, VIEWED), (4, VIEWED), (3, VIEWED), (2, VIEWED), (1, BOUGHT)]})
    after = customers({"ann": did}, newest={"ann": [(5, BOUGHT), (4, VIEWED), (3, VIEWED), (2, VIEWED), (1, VIEWED)]})
    research = STAGES.index("research")

    def share(frame: Frame) -> float:
        weighed = weigh(part()._signals, MONTHLY, frame)
        return float(place(part()._signals, MONTHLY, frame, weighed).overall[0, research])

    assert share(before) < 0.1 < share(after)


def test_the_own_gap_shrinks_to_the_categorys() -> None:
    model = StageModel(gap_days=30.0, gaps={"tea": 10.0, "sofa": 2000.0})
    frame = customers({"ann": {BOUGHT: {"tea": [TODAY - 12], "sofa": [TODAY - 12]}}})
    told = {one["category"]: one for one in part().told(model, frame)["categories"]}
    assert (told["tea"]["stage"], told["sofa"]["stage"]) == ("need", "after_sales")
    often = customers({"ann": {BOUGHT: {"sofa": range(TODAY - 100, TODAY, 10)}}})
    (sofa,) = part().told(model, often)["categories"]
    assert 10 < sofa["purchases"]["gap_days"] < 2000
    assert sofa["purchases"]["position"] < 0.1


def test_purchases_without_a_category_tell_too_and_old_ones_fall_silent() -> None:
    assert stage({}, bought={"ann": [TODAY - 45]}) == ("need", None)
    assert stage({PAGE: {"": [TODAY - 60]}}, bought={"ann": [TODAY - 10]}) == ("feedback", None)
    assert stage({}, bought={"ann": [TODAY - 900]}) == (None, None)


def test_empty_history_one_event_and_events_to_come() -> None:
    frame = customers({"nobody": {}, "one": {VIEWED: {"tea": [TODAY]}}, "early": {VIEWED: {"tea": [TODAY + 1]}}},
                      bought={"early": [TODAY + 3]})  # fmt: skip
    found = scored(frame)
    assert found["buying_stage"] == [None, "research", None]
    assert np.isnan(found["buying_probability"]).tolist() == [True, False, True]
    assert found["visit_intent"] == [None, None, None]
    assert part().told(MONTHLY, customers({"nobody": {}}))["because"]
    assert scored(customers({})) == {name: [] for name in found}


def test_who_switched_personalisation_off_is_not_told_and_teaches_nothing() -> None:
    did = {BOUGHT: {"tea": range(TODAY - 50, TODAY, 5)}, VIEWED: {"tea": [TODAY]}}
    frame = customers({"ann": did}, impersonal=["ann"], newest={"ann": [(0.1, VIEWED)]})
    found = scored(frame)
    assert (found["buying_stage"], found["buying_category"], found["visit_intent"]) == ([None], [None], [None])
    assert np.isnan(found["buying_probability"]).all()
    assert part().told(MONTHLY, frame)["stage"] is None
    assert part().fit(frame) == part().fit(customers({}))


def test_many_are_scored_as_one_by_one() -> None:
    rng = np.random.default_rng(7)
    readings, texts = [PAGE, VIEWED, WISHED, ADDED, PAID, BOUGHT, REVIEWED, SHARED], ["", "tea", "jam", "coffee"]
    told = {
        f"c{number}": {
            str(reading): {str(text): sorted(rng.integers(TODAY - 100, TODAY + 1, rng.integers(1, 6)).tolist())
                           for text in rng.choice(texts, rng.integers(1, 4), replace=False)}
            for reading in rng.choice(readings, rng.integers(0, 6), replace=False)
        }
        for number in range(150)
    }  # fmt: skip
    newest = {name: [(float(hours), VIEWED) for hours in rng.uniform(0, 3, 4)] for name in list(told)[::2]}
    model = part().fit(customers(told))
    for fitted in (model, part(method="hmm").fit(customers(told))):
        many = part().score(fitted, customers(told, newest=newest))
        for place_, (name, did) in enumerate(told.items()):
            one = part().score(fitted, customers({name: did}, newest=newest))
            assert all(str(one[column][0]) == str(many[column][place_]) for column in many)


def test_fitting_learns_the_gaps_of_categories_and_of_everybody() -> None:
    told = {f"c{n}": {BOUGHT: {"tea": range(TODAY - 90, TODAY, 10), "sofa": [TODAY - 600, TODAY - 100]}}
            for n in range(40)}  # fmt: skip
    model = part().fit(customers(told))
    assert 10 <= model.gaps["tea"] < model.gap_days < model.gaps["sofa"]
    assert (model.method, sum(model.base)) == ("rules", pytest.approx(1.0))
    assert sum(one.customers for one in model.meaning) == 40
    assert all(one.bought <= one.customers for one in model.meaning)


@pytest.mark.parametrize("method", ["rules", "hmm"])
def test_nobody_and_somebody_alone_can_be_fitted(method: str) -> None:
    for told in ({}, {"ann": {BOUGHT: {"tea": [TODAY - 5]}}}, {"a": {VIEWED: {"": [TODAY]}}}):
        model = part(method=method).fit(customers(told, stages=Stages(method=method)))
        assert model.method == "rules"
        assert model.gap_days == 90.0
    if method == "hmm":
        assert "too few to judge" in model.because


def test_what_moved_is_told_with_its_day() -> None:
    frame = customers({"ann": {BOUGHT: {"tea": [TODAY - 40]}, VIEWED: {"coffee": [TODAY - 3, TODAY - 2]}}})
    told = part().told(MONTHLY, frame)
    assert (told["stage"], told["category"]) == ("research", "coffee")
    newest = told["moves"][0]
    assert (newest["from"], newest["to"], newest["to_category"]) == ("need", "research", "coffee")
    (coffee,) = [one for one in told["categories"] if one["category"] == "coffee"]
    assert coffee["signals"] == [
        {"event": "Product Viewed", "stage": "research", "times": 2, "last_day": "2024-10-02"},
    ]
