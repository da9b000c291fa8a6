"""The report on selection and modes: both matrices, where thresholds come from, and what came of each mode."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from rapport.core.errors import Conflict
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports.selection import selection
from tests.loop.conftest import Shop, identify, track

CAPABILITIES = """
capabilities:
  books: {serves: last_genre = 'novel', able: 0.9, cost: 2}
  maps: {serves: last_genre = 'map', able: 0.1}
value_from: 50
differ_by: [city]
diversity_from: 0.5
modes: {mass: {contacts: 1, configure: none}, one_to_one: {contacts: 3, configure: full}}
"""
ACTIONS = "call: {slots: [homepage], contact: true, cost: 2, value: 5}\n"
FILES = {"capabilities.yaml": CAPABILITIES, "actions/offers.yaml": ACTIONS}


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(**FILES)


def people(shop: Shop) -> None:
    """Five who want novels, one a map; the dear ones live in a city of their own."""
    for user, spent, genre, city in (
        ("ann", 90, "novel", "Ulm"), ("bob", 5, "novel", "Bonn"), ("cid", 6, "novel", "Bonn"),
        ("dee", 7, "novel", "Bonn"), ("eve", 80, "map", "Bonn"), ("fay", 8, "novel", "Bonn"),
    ):  # fmt: skip
        shop.happen(
            identify(user, None, city=city),
            track("Product Viewed", user, category=genre),
            track("Order Completed", user, revenue=spent),
        )
    refresh(shop.rt)


def test_without_a_declaration_and_before_a_refresh_it_says_what_to_do(open_shop: Callable[..., Shop]) -> None:
    with pytest.raises(Conflict, match=r"no capabilities\.yaml"):
        selection(open_shop("plain").rt)
    with pytest.raises(Conflict, match="run rapport refresh"):
        selection(open_shop("early", **FILES).rt)


def test_the_cells_add_up(shop: Shop) -> None:
    people(shop)
    told = selection(shop.rt)
    assert {one["name"]: one["customers"] for one in told["selection"]} == {
        "prioritise": 1, "later": 1, "develop": 0, "hold": 4, "exclude": 0,
    }  # fmt: skip
    assert {one["name"]: one["customers"] for one in told["modes"]} == {
        "one_to_one": 1, "frequency": 0, "mass": 4, "abandon": 0,
    }  # fmt: skip
    money = {one["name"]: one["monetary"] for one in told["selection"]}
    assert money == {"prioritise": 90.0, "later": 80.0, "develop": None, "hold": 26.0, "exclude": None}
    assert told["value"]["source"] == "set"
    books, maps = told["capabilities"]
    assert (books["needed_by"], maps["needed_by"], maps["limits"], maps["limits_monetary"]) == (5, 1, 1, 80.0)
    assert told["not_judged"]["because"] == ["of 4 servable customers of low value no growth is known: hold"]
    assert json.loads(json.dumps(told)) == told


def test_what_came_of_each_mode(shop: Shop) -> None:
    people(shop)
    for user, outcome in (("ann", "accepted"), ("bob", "rejected"), ("cid", "accepted"), ("eve", "accepted")):
        decided = decide(shop.rt, Ask(customer={"userId": user}, slot="homepage"))
        decided.saved.result()
        respond(shop.rt, Answer(decision_id=decided.decision.id, action="call", outcome=outcome, value=7.0)).result()
        catch_up(shop.rt)
    later, mass, one_to_one = selection(shop.rt)["effect"]
    assert later["mode"] == "later"
    assert mass == {
        "mode": "mass", "customers": 2, "decisions": 2, "contacts": 2, "offers": 2, "settled": 2, "accepted": 1,
        "acceptance": {"share": 0.5, "low": 0.0945, "high": 0.9055}, "cost": 2.0, "value": 7.0,
    }  # fmt: skip
    assert one_to_one["acceptance"] == {"share": 1.0, "low": 0.2065, "high": 1.0}
    shop.clock.pass_days(91)
    assert selection(shop.rt)["effect"] == []


def test_live_scores_are_the_refresh_s(shop: Shop) -> None:
    """An event after the refresh moves a customer across the matrix as another refresh would."""
    people(shop)
    shop.happen(track("Order Completed", "bob", revenue=100))
    live = decide(shop.rt, Ask(customer={"userId": "bob"}, slot="homepage")).decision.treatment
    refresh(shop.rt)
    again = decide(shop.rt, Ask(customer={"userId": "bob"}, slot="homepage")).decision.treatment
    assert live is not None
    assert live.mode == "frequency"
    assert again is not None
    assert again.mode == "frequency"


def test_who_switched_personalisation_off_is_in_no_cell(shop: Shop) -> None:
    people(shop)
    off = {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}
    shop.happen(identify("ann", None) | off)
    refresh(shop.rt)
    told = selection(shop.rt)
    assert told["customers"] == 5
    assert {one["name"]: one["customers"] for one in told["selection"]}["prioritise"] == 0
