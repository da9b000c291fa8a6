"""What a customer most probably needs: shrunk, faded, kept apart, and the same for one as for many."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from rapport.differentiate.needs import NeedsModel
from rapport.differentiate.readings import SEPARATOR, readings_of
from rapport.workspace.needs import NeedAttribute, Reading
from tests.differentiate.needs.shops import BOUGHT, TODAY, drawn, part, shop, taste_needs, workspace

TASTES = taste_needs()


def same(one: Any, many: Any) -> bool:
    return bool(one == many or (one != one and many != many))


def told_of(customer: dict[str, Any], bought: Any = (), others: dict[str, Any] | None = None, **needs: Any) -> Any:
    """What is told of a customer, learnt from him and others."""
    one = part(**needs)
    readings = readings_of(workspace(**needs))
    everybody = {"ann": customer, **(others or {})}
    model = one.fit(shop(one, everybody, {"ann": list(bought)}, readings=readings))
    mine = shop(one, {"ann": customer}, {"ann": list(bought)}, readings=readings)
    return {facet["facet"]: facet for facet in one.told(model, mine)["facets"]} | {
        "columns": {name: values[0] for name, values in one.score(model, mine).items()},
        "all": one.told(model, mine),
    }


def test_one_customer_alone_has_the_very_bits_that_he_has_among_many() -> None:
    shown, _ = drawn(2, 60, 9, 6, 4.0)
    bought = {name: [(TODAY - 300 + 13 * (n % 7), 5.0), (TODAY - n, 7.0)] for n, name in enumerate(shown)}
    segment = [["gold", "silver", None][n % 3] for n in range(60)]
    needs = {**TASTES, "segment_by": "tier"}
    one, readings = part(**needs), readings_of(workspace(**needs))
    frame = shop(one, shown, bought, readings=readings, columns={"tier": segment})
    model = one.fit(frame)
    scores = one.score(model, frame)
    for place, name in enumerate(shown):
        alone = shop(one, {name: shown[name]}, bought, readings=readings, columns={"tier": [segment[place]]})
        for column, values in one.score(model, alone).items():
            assert same(values[0], scores[column][place]), column


def test_a_model_survives_being_stored() -> None:
    shown, _ = drawn(2, 100, 6, 5, 4.0)
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    frame = shop(one, shown, readings=readings)
    model = one.fit(frame)
    again = msgspec.json.decode(msgspec.json.encode(model), type=NeedsModel)
    assert one.score(again, frame)["predictability"].tolist() == one.score(model, frame)["predictability"].tolist()


def test_the_prior_that_made_the_customers_is_found_again() -> None:
    shown, _ = drawn(7, 900, 20, 8, 6.0)
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    learnt = one.fit(shop(one, shown, readings=readings)).facets[0]
    assert learnt.learnt
    assert 4.0 < learnt.strength < 9.0
    assert sorted(learnt.shares[:8]) == pytest.approx((np.linspace(1, 3, 8) / 16).tolist(), abs=0.02)
    assert learnt.gain is not None
    assert learnt.gain.low > 0


def test_intervals_cover_and_probabilities_are_kept() -> None:
    shown, tastes = drawn(5, 400, 15, 8, 6.0)
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    model = one.fit(shop(one, shown, readings=readings))
    covered, said, true = [], [], []
    for place in range(400):
        facets = one.told(model, shop(one, {"x": shown[f"c{place}"]}, readings=readings))["facets"]
        for value in facets[0]["values"]:
            hidden = tastes[place][int(value["value"][1:])]
            covered.append(value["low"] <= hidden <= value["high"])
            said.append(value["probability"])
            true.append(hidden)
    assert 0.87 < np.mean(covered) < 0.94
    for low in (0.1, 0.2, 0.3, 0.4):
        level = (np.array(said) >= low) & (np.array(said) < low + 0.1)
        assert np.mean(np.array(said)[level]) == pytest.approx(np.mean(np.array(true)[level]), abs=0.03)


def test_habits_lean_on_the_segment_and_that_on_everybody() -> None:
    tea = {f"t{n}": {"what.0": {"tea": {TODAY - 40 - n % 5: 3, TODAY - n % 9: 1}}} for n in range(40)}
    coffee = {f"k{n}": {"what.0": {"coffee": {TODAY - 40 - n % 5: 3, TODAY - n % 9: 1}}} for n in range(40)}
    newcomer = {"new": {"what.0": {"coffee": {TODAY - 400: 1}}}}
    needs = {**TASTES, "segment_by": "house"}
    one, readings = part(**needs), readings_of(workspace(**needs))
    houses = ["tea house"] * 40 + ["coffee house"] * 40 + ["tea house"]
    frame = shop(one, tea | coffee | newcomer, readings=readings, columns={"house": houses})
    model = one.fit(frame)
    assert model.facets[0].segments["tea house"][model.facets[0].values.index("tea")] > 0.6
    stranger = shop(one, {"x": {}}, readings=readings, columns={"house": ["tea house"]})
    told = one.told(model, stranger)
    assert told["facets"][0]["values"][0]["value"] == "tea"
    assert told["facets"][0]["source"] == "mostly tea house"
    assert one.score(model, stranger)["need_what"][0] is None


def test_evidence_and_strength_are_kept_apart_and_fade_at_their_own_pace() -> None:
    customer = {
        "what.0": {"tea": {TODAY - 180: 1}},
        "what.1": {"coffee": {TODAY - 30: 1}},
        "what.2": {"cocoa": {TODAY - 720: 1}},
    }
    readings = [
        Reading(event=BOUGHT, of="properties.kind"),
        Reading(event="Product Viewed", of="properties.kind", strength="want"),
        Reading(event="Asked", of="properties.kind", strength="need", evidence="stated"),
    ]
    what = told_of(customer, attributes={"what": NeedAttribute(readings=readings)})["what"]
    assert what["by_strength"] == {
        "demand": {"value": "tea", "share": 1.0, "evidence": 0.5},
        "need": {"value": "cocoa", "share": 1.0, "evidence": 0.5},
        "want": {"value": "coffee", "share": 1.0, "evidence": 0.5},
    }
    assert {name: one["evidence"] for name, one in what["by_evidence"].items()} == {"observed": 1.0, "stated": 0.5}
    assert what["newest_days"] == 30


def test_what_is_needed_depends_on_the_occasion() -> None:
    trips = {f"business{SEPARATOR}aisle": {TODAY - 9: 1, TODAY - 3: 1}, f"holiday{SEPARATOR}window": {TODAY - 5: 1}}
    reading = Reading(event=BOUGHT, of="properties.seat", occasion="properties.trip")
    needs = {"attributes": {"what": NeedAttribute(readings=[reading], prior=1.0)}}
    what = told_of({"what.0": trips}, **needs)["what"]
    assert [(one["occasion"], one["value"]) for one in what["occasions"]] == [
        ("business", "aisle"),
        ("holiday", "window"),
    ]
    assert what["values"][0]["value"] == "aisle"


def test_one_product_for_several_needs_and_one_need_met_by_several_products() -> None:
    bought = {
        f"gift{SEPARATOR}tea": {TODAY - 9: 1},
        f"own use{SEPARATOR}tea": {TODAY - 3: 1},
        f"gift{SEPARATOR}cup": {TODAY - 5: 1},
    }
    reading = Reading(event=BOUGHT, of="properties.kind", occasion="properties.reason", half_life="100000d")
    together = told_of({"what.0": bought}, attributes={"what": NeedAttribute(readings=[reading])})["all"]["together"]
    assert together == {
        "same_product_different_needs": [{"product": "tea", "needs": {"gift": 0.5, "own use": 0.5}}],
        "same_need_different_products": [{"need": "gift", "products": {"cup": 0.5, "tea": 0.5}}],
    }


def test_a_purchase_speaks_for_the_value_to_which_a_ladder_leads() -> None:
    ladders = {"organic": {"fewer additives": "health"}}
    customer = {"what.0": {"organic": {TODAY: 4}}}
    told = told_of(customer, ladders=ladders, **TASTES)
    assert told["columns"]["need_why"] == "health"
    assert told["why"]["by_evidence"] == {"inferred": {"value": "health", "share": 1.0, "evidence": 0.2}}


def test_a_value_that_was_told_outweighs_those_that_are_inferred() -> None:
    customer = {
        "what.0": {"organic": {TODAY: 1, TODAY - 1: 1}},
        "why.0": {f"cheap{SEPARATOR}thrift": {TODAY: 1}},
    }
    told = told_of(customer, ladders={"organic": {"fewer additives": "health"}}, **TASTES)
    assert told["columns"]["need_why"] == "thrift"
    assert told["why"]["by_evidence"]["stated"]["evidence"] == 3.0


@pytest.mark.parametrize(
    ("gap", "band"), [(7, "weekly"), (14, "fortnightly"), (30, "monthly"), (90, "quarterly"), (360, "yearly")]
)
def test_how_often_is_read_off_the_purchases(gap: int, band: str) -> None:
    days = [(TODAY - gap * n, 10.0) for n in range(12, -1, -1)]
    assert told_of({}, days, **TASTES)["columns"]["need_frequency"] == band


def test_a_rhythm_that_broke_off_gives_way_to_a_longer_one() -> None:
    days = [(TODAY - 500 - 7 * n, 10.0) for n in range(3, -1, -1)]
    frequency = told_of({}, days, **TASTES)["frequency"]
    longer = [one for one in frequency["values"] if one["value"] in ("yearly", "rarer")]
    assert sum(one["probability"] for one in longer) > 0.25
    assert frequency["evidence"] < 3.0


def test_what_matters_most_is_more_common_than_with_others() -> None:
    others = {f"o{n}": {"product.1": {"": {TODAY - n: 30}}, "service.0": {"": {TODAY - n: 1}}} for n in range(50)}
    asker = {"product.1": {"": {TODAY: 9}}, "service.0": {"": {TODAY: 2, TODAY - 1: 2, TODAY - 2: 2}}}
    told = told_of(asker, others=others, **TASTES)
    assert told["columns"]["matters_most"] == "service"
    assert told["all"]["matters"]["lift"]["service"] > 1.1
    assert told_of({"service.0": {"": {TODAY: 1}}}, others=others, **TASTES)["columns"]["matters_most"] is None


def test_nothing_is_told_of_who_switched_personalisation_off() -> None:
    shown, _ = drawn(1, 3, 5, 4, 3.0)
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    frame = shop(one, shown, readings=readings, impersonal=["c0", "c1"])
    model = one.fit(frame)
    scores = one.score(model, frame)
    assert model.customers == 1
    assert model.facets[0].customers == 1
    assert scores["need_what"][0] is None
    assert np.isnan(scores["needs_known"][:2]).all()
    assert scores["need_what"][2] is not None
    alone = shop(one, {"c0": shown["c0"]}, readings=readings, impersonal=["c0"])
    assert one.told(model, alone) == {"refused": "the customer switched personalisation off"}


@pytest.mark.parametrize(
    ("customers", "bought"),
    [
        ({}, {}),
        ({"a": {}}, {}),
        ({"a": {}}, {"a": [(TODAY, 5.0)]}),
        ({"a": {}}, {"a": [(TODAY - 1, 5.0), (TODAY, -50.0)]}),
        ({"a": {}}, {"a": [(TODAY + 400, 5.0)]}),
        ({"a": {"what.0": {"tea": {TODAY: 1}}}}, {}),
        ({name: {"what.0": {"tea": {TODAY - 3: 1, TODAY: 1}}} for name in "abcdefgh"}, {}),
        ({str(n): {"what.0": {"tea": {TODAY - 3: 1, TODAY: 1}}} for n in range(200)}, {}),
    ],
    ids=["nobody", "no history", "one purchase", "refunds above sales", "future", "one event", "alike", "many alike"],
)
def test_poor_data_is_said_to_be_poor(customers: Any, bought: Any) -> None:
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    frame = shop(one, customers, bought, readings=readings)
    model = one.fit(frame)
    scores = one.score(model, frame)
    assert len(scores) == 12
    assert all(len(values) == len(customers) for values in scores.values())
    if len(customers) < 60:
        assert not any(facet.learnt for facet in model.facets)
    if customers:
        assert "facets" in one.told(model, frame) or len(customers) > 1


def test_a_value_nobody_had_shown_at_the_refresh_is_kept_as_another() -> None:
    shown, _ = drawn(1, 30, 5, 4, 3.0)
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    model = one.fit(shop(one, shown, readings=readings))
    new = {"x": {"what.0": {"never seen": {TODAY: 2}, "v1": {TODAY: 1}}}}
    assert one.score(model, shop(one, new, readings=readings))["need_what"][0] in model.facets[0].values


def test_ten_lines_of_one_order_are_not_ten_orders() -> None:
    rng = np.random.default_rng(3)
    shown = {}
    for n in range(300):
        days: dict[str, dict[int, int]] = {}
        for day in range(6):
            days.setdefault(f"v{rng.integers(4)}", {})[TODAY - 20 * day] = 10
        shown[f"c{n}"] = {"what.0": days}
    one, readings = part(**TASTES), readings_of(workspace(**TASTES))
    frame = shop(one, shown, readings=readings)
    model = one.fit(frame)
    assert model.facets[0].alike > 0.9
    told = one.told(model, shop(one, {"c0": shown["c0"]}, readings=readings))
    assert told["facets"][0]["evidence"] == pytest.approx(6.0, rel=0.15)
