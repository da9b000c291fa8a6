"""Selection: the cells of value × fit, exactly."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from rapport.differentiate import fit, selection
from rapport.workspace.capabilities import Capability
from tests.differentiate.serve.cases import DAY, LEARNED, customers, run, wanting, workspace

CAN = wanting(easy=1.0, hard=0.0)


def parts(**said):  # type: ignore[no-untyped-def]
    one, columns = workspace(**said)
    made = [fit.build(one, columns), selection.build(one, columns)]
    assert None not in made
    return made


def test_the_four_cells() -> None:
    made = customers(wants=["easy", "hard", "easy", "hard"], monetary=[100, 100, 1, 1], size=[1] * 4)
    run(parts(capabilities=CAN, value_from=50.0), made)
    assert made.scores["selection"].tolist() == ["prioritise", "later", "hold", "exclude"]


def test_low_and_servable_is_developed_where_growth_is_more_than_what_it_costs() -> None:
    able = {"easy": Capability(serves="wants = 'easy'", cost=60.0)}
    grown = customers(wants=["easy"] * 3, monetary=[1, 1, 1], size=[101, 100, None])
    run(parts(capabilities=able, value_from=50.0, growth="size", develop_cost=40.0), grown)
    assert grown.scores["selection"].tolist() == ["develop", "hold", "hold"]


def test_growth_is_the_year_to_come_less_the_year_that_was() -> None:
    bought = {"c0": [(DAY - 10, 30.0), (DAY - 9, -10.0), (DAY - 400, 999.0)]}
    made = customers(1, wants=["easy"], value_current=[0.1], potential_spend=[50.0], size=[1], bought=bought)
    run(parts(capabilities=CAN, value=LEARNED, value_from=0.5), made)
    assert made.scores["expected_growth"].tolist() == [(50.0 * 365 / 73 - 20.0) * 0.5]
    assert made.scores["selection"].tolist() == ["develop"]


def test_refunds_above_sales_leave_room_to_grow() -> None:
    bought = {"c0": [(DAY - 10, 30.0), (DAY - 9, -80.0)]}
    made = customers(1, wants=["easy"], value_current=[0.1], potential_spend=[0.0], size=[1], bought=bought)
    run(parts(capabilities=CAN, value=LEARNED, value_from=0.5), made)
    assert made.scores["expected_growth"].tolist() == [25.0]


def test_nothing_is_said_of_whom_nothing_is_known() -> None:
    made = customers(wants=["easy", None, "easy"], monetary=[None, 5, 9], size=[1] * 3, impersonal=["c2"])
    (_, model) = run(parts(capabilities=CAN, value_from=5.0), made)
    assert made.scores["selection"].tolist() == [None, None, None]
    assert (model.customers, model.value_unknown, model.fit_unknown) == (2, 1, 1)


def test_without_growth_or_a_potential_nothing_is_invested() -> None:
    made = customers(wants=["easy"], monetary=[1], size=[1])
    (_, model) = run(parts(capabilities=CAN, value_from=5.0), made)
    assert made.scores["selection"].tolist() == ["hold"]
    assert math.isnan(made.scores["expected_growth"][0])
    assert model.growth_unknown == 1


def test_two_groups_of_customers_divide_themselves() -> None:
    worth = [10.0 + place % 5 for place in range(60)] + [90.0 + place % 5 for place in range(30)]
    made = customers(wants=["easy"] * 90, monetary=worth, size=[1] * 90)
    (_, model) = run(parts(capabilities=CAN), made)
    assert model.value.source == "natural break"
    assert model.value.at == 52.0
    assert (made.scores["selection"] == "prioritise").sum() == 30


@pytest.mark.parametrize(("worth", "said"), [([7.0] * 50, "all 50 customers"), ([1.0, 2.0], "2 customers are too few")])
def test_where_the_data_carry_no_division_nobody_is_judged(worth: list[float], said: str) -> None:
    made = customers(wants=["easy"] * len(worth), monetary=worth, size=[1] * len(worth))
    one = parts(capabilities=CAN)
    models = run(one, made)
    assert made.scores["selection"].tolist() == [None] * len(worth)
    first = customers(wants=["easy"], monetary=worth[:1], size=[1])
    for part, model in zip(one, models, strict=True):
        first.scores.update(part.score(model, first))
    assert said in one[1].told(models[1], first)["because"]


def test_it_tells_every_number_it_rests_on() -> None:
    made = customers(wants=["easy"], monetary=[20.0], size=[10])
    one = parts(capabilities=CAN, value_from=50.0, growth="size")
    models = run(one, made)
    told = one[1].told(models[1], made)
    assert told["because"] == (
        "value 20 is below 50 (set), fit 1.00 reaches 0.5; "
        "growth of 10.00 a year is more than the 0.00 that serving and developing cost"
    )
    assert told["selection"] == "develop"
    assert msgspec.json.decode(msgspec.json.encode(told)) == told


def test_models_survive_storage() -> None:
    made = customers(wants=["easy"] * 30, monetary=list(range(30)), size=[1] * 30)
    for model in run(parts(capabilities=CAN), made):
        assert msgspec.json.decode(msgspec.json.encode(model), type=type(model)) == model
    assert np.isin(made.scores["selection"].astype(str), ["prioritise", "hold"]).all()
