"""Value as a part: scores, quadrants, and what is told of one customer."""

from __future__ import annotations

from functools import reduce
from operator import add

import msgspec
import numpy as np
import pytest

from rapport.differentiate.value import build
from rapport.differentiate.value.model import ValueModel
from rapport.workspace.value import Dimension, Indicator, Quadrant, Value
from tests.differentiate.declared import workspace
from tests.differentiate.frames import frame

COLUMNS = {"spend": "number", "orders": "integer", "growth": "number"}
DAY = 20_000


def part(value: Value):
    return build(workspace(value=value), COLUMNS)


def people(impersonal=(), **columns):
    size = len(next(iter(columns.values())))
    names = [f"c{place}" for place in range(size)]
    empty = {name: [None] * size for name in COLUMNS}
    return frame({name: [] for name in names}, day=DAY, columns=empty | columns, impersonal=impersonal)


def one(**indicator) -> Dimension:
    return Dimension(indicators={"it": Indicator(**{"of": "spend"} | indicator)})


SIMPLE = Value(current=one(), potential=one(of="growth"))


def scores(value, given):
    made = part(value)
    return made.score(made.fit(given), given)


def current(dimension: Dimension, **columns):
    return scores(Value(current=dimension), people(**columns))["value_current"].tolist()


def test_no_indicator_no_part():
    assert part(Value()) is None
    assert build(workspace(), COLUMNS) is None


def test_quantile_scores_are_shares_of_customers_with_less_ties_halved():
    assert current(one(), spend=[0, 0, 10, 900]) == [0.25, 0.25, 0.625, 0.875]
    assert current(one(better="less"), spend=[0, 0, 10, 900]) == [0.75, 0.75, 0.375, 0.125]


def test_refunds_above_sales_rank_below_nothing():
    assert current(one(), spend=[-50, 0, 10]) == pytest.approx([1 / 6, 3 / 6, 5 / 6])


def test_many_values_are_kept_to_a_hundredth():
    rng = np.random.default_rng(0)
    spend = rng.lognormal(sigma=2, size=5_000)
    exact = (spend.argsort().argsort() + 0.5) / spend.size
    assert np.abs(np.array(current(one(), spend=list(spend))) - exact).max() < 0.01


def test_linear_and_steps_go_by_their_bounds():
    assert current(one(scoring="linear", bounds=[0, 100]), spend=[-5, 25, 500]) == [0, 0.25, 1]
    less = one(scoring="linear", bounds=[0, 100], better="less")
    assert current(less, spend=[-5, 25, 500]) == [1, 0.75, 0]
    assert current(one(scoring="steps", bounds=[1, 5]), spend=[0, 1, 4.9, 5]) == [0, 0.5, 0.5, 1]


@pytest.mark.parametrize(
    ("missing", "expected"), [("worst", [0.0, 0.375]), ("middle", [0.25, 0.375]), ("left out", [0.0, 0.375])]
)
def test_what_is_not_known_scores_as_said(missing, expected):
    dimension = Dimension(
        indicators={
            "a": Indicator(of="spend", missing=missing, scoring="linear", bounds=[0, 100]),
            "b": Indicator(of="orders", scoring="linear", bounds=[0, 8]),
        }
    )
    assert current(dimension, spend=[None, 25], orders=[0, 4]) == expected


def test_left_out_gives_its_weight_to_the_others_and_to_nobody_where_all_are():
    dimension = Dimension(
        indicators={
            "a": Indicator(of="spend", missing="left out", scoring="linear", bounds=[0, 1]),
            "b": Indicator(of="orders", missing="left out", scoring="linear", bounds=[0, 8]),
        }
    )
    first, second = current(dimension, spend=[None, None], orders=[4, None])
    assert first == 0.5
    assert np.isnan(second)


def test_everybody_alike_scores_one_half_and_nobody_is_high():
    made, given = part(SIMPLE), people(spend=[7, 7, 7], growth=[1, 1, 1])
    model = made.fit(given)
    assert model.dimensions["current"].indicators["it"].alike
    found = made.score(model, given)
    assert found["value_current"].tolist() == [0.5, 0.5, 0.5]
    assert found["value_quadrant"].tolist() == ["low_low"] * 3


@pytest.mark.parametrize("spend", [[None, None], []])
def test_nothing_known_of_anybody(spend):
    made, given = part(SIMPLE), people(spend=spend, growth=spend)
    model = made.fit(given)
    assert model.dimensions["current"].indicators["it"].known == 0
    assert made.score(model, given)["value_current"].tolist() == [0] * len(spend)


def test_one_customer_is_nobody_special():
    found = scores(SIMPLE, people(spend=[5], growth=[None]))
    assert (found["value_current"][0], found["value_potential"][0]) == (0.5, 0)
    assert found["value_quadrant"][0] == "low_low"


def test_infinite_numbers_are_not_known():
    made = part(Value(current=one()))
    given = people(spend=[1, 2, float("inf")])
    assert made.score(made.fit(given), given)["value_current"].tolist() == [0.25, 0.75, 0]


def test_quadrants_split_at_what_is_said_or_closest_to_half():
    given = people(spend=[1, 2, 3, 4], growth=[4, 1, 3, 2])
    assert scores(SIMPLE, given)["value_quadrant"].tolist() == ["low_high", "low_low", "high_high", "high_low"]
    strict = Value(
        current=Dimension(indicators={"it": Indicator(of="spend")}, high_from=0.8), potential=one(of="growth")
    )
    assert scores(strict, given)["value_quadrant"].tolist() == ["low_high", "low_low", "low_high", "high_low"]


def test_a_crowd_of_prospects_is_not_called_high():
    made, given = part(Value(current=one())), people(spend=[0] * 6 + [1, 2, 3])
    assert made.fit(given).dimensions["current"].high_from == pytest.approx(6.5 / 9)


def test_one_dimension_alone_has_no_quadrant():
    found = scores(Value(current=one()), people(spend=[1, 2]))
    assert np.isnan(found["value_potential"]).all()
    assert found["value_quadrant"].tolist() == [None, None]


def test_who_switched_personalisation_off_is_neither_scored_nor_counted():
    made = part(SIMPLE)
    given = people(impersonal=["c2"], spend=[1, 2, 1000], growth=[1, 2, 1000])
    model = made.fit(given)
    found = made.score(model, given)
    assert model.customers == 2
    assert found["value_current"].tolist()[:2] == [0.25, 0.75]
    assert np.isnan(found["value_current"][2])
    assert found["value_quadrant"][2] is None


def many(size: int = 400):
    rng = np.random.default_rng(3)
    holes = lambda values: [None if rng.uniform() < 0.2 else float(one) for one in values]  # noqa: E731
    return {
        "spend": holes(rng.lognormal(size=size)),
        "orders": [float(one) for one in rng.poisson(2, size=size)],
        "growth": holes(rng.normal(size=size)),
    }


RICH = Value(
    current=Dimension(
        indicators={
            "spend": Indicator(of="spend", missing="left out"),
            "orders": Indicator(of="orders", scoring="steps", bounds=[1, 3]),
            "growth": Indicator(of="growth * 3", missing="middle", better="less"),
        }
    ),
    potential=Dimension(
        indicators={"growth": Indicator(of="growth", missing="left out"), "orders": Indicator(of="orders")},
        weights="entropy", cap=0.9,
    ),
)  # fmt: skip


def test_one_customer_alone_scores_as_among_all_bit_for_bit():
    columns = many()
    made, given = part(RICH), people(**columns)
    model = made.fit(given)
    together = made.score(model, given)
    for place in range(given.size):
        alone = made.score(model, people(**{name: [values[place]] for name, values in columns.items()}))
        for name, values in together.items():
            assert np.array_equal(alone[name][:1], values[place : place + 1], equal_nan=name != "value_quadrant")


def test_the_model_survives_json():
    made, given = part(RICH), people(**many())
    model = made.fit(given)
    assert msgspec.json.decode(msgspec.json.encode(model), type=ValueModel) == model


def test_contributions_add_up_to_the_score_exactly():
    columns = many(60)
    made = part(RICH)
    model = made.fit(people(**columns))
    for place in range(60):
        given = people(**{name: [values[place]] for name, values in columns.items()})
        told = made.told(model, given)
        score = made.score(model, given)["value_current"][0]
        contributed = [indicator["contribution"] for indicator in told["dimensions"]["current"]["indicators"]]
        assert reduce(add, contributed) == told["dimensions"]["current"]["score"] == score


def test_it_tells_quadrant_treatment_and_what_would_bring_most():
    value = Value(current=SIMPLE.current, potential=SIMPLE.potential, quadrants={"low_high": Quadrant(name="Rising")})
    made = part(value)
    model = made.fit(people(spend=[1, 2, 3, 4], growth=[4, 1, 3, 2]))
    told = made.told(model, people(spend=[1], growth=[4]))
    assert (told["quadrant"], told["name"]) == ("low_high", "Rising")
    assert told["treatment"].startswith("Invest")
    lift = told["dimensions"]["current"]["lift"]
    assert lift == {"indicator": "it", "value": 1, "to": 3.5, "gain": 0.625, "becomes_high": True}
    assert told["dimensions"]["potential"]["lift"] is None


@pytest.mark.parametrize(
    ("value", "impersonal", "why"),
    [
        (SIMPLE, ["c0"], "switched personalisation off"),
        (Value(current=one()), [], "value.yaml declares one dimension only"),
        (
            Value(current=one(missing="left out"), potential=one(of="growth")),
            [],
            "no indicator of a dimension is known",
        ),
    ],
)
def test_it_tells_why_there_is_no_quadrant(value, impersonal, why):
    made = part(value)
    model = made.fit(people(spend=[1, 2], growth=[1, 2]))
    told = made.told(model, people(spend=[None], growth=[1], impersonal=impersonal))
    assert (told["quadrant"], told["why_not"]) == (None, why)


def test_indicators_that_say_the_same_are_told_with_an_interval():
    spend = [float(one) for one in range(50)]
    value = Value(
        current=Dimension(indicators={"spend": Indicator(of="spend"), "again": Indicator(of="spend * spend")}),
        potential=one(of="growth"),
    )
    model = part(value).fit(people(spend=spend, growth=[one % 7 for one in spend]))
    (pair,) = model.alike
    assert (pair.one, pair.other, pair.dimensions, pair.customers) == ("spend", "again", ["current", "current"], 50)
    assert pair.low < pair.rho == pytest.approx(1)
    assert model.together is not None
    assert model.together.low < model.together.rho < model.together.high
