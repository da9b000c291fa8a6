"""Thirty modules, 1800 windows, and what is offered around them."""

from __future__ import annotations

import pytest

from rapport.customize.configure.product import core_literals
from rapport.customize.configure.selling.bill import bill_of
from tests.examples.configured import configured

WINDOW = configured("windows")
STANDARD = WINDOW.model.literals(WINDOW.product.standard)


def test_thirty_modules_make_1800_windows():
    assert WINDOW.own == 5 + 10 + 3 + 12 == 30
    assert WINDOW.reasoner.count(core_literals(WINDOW.model, STANDARD)) == 1800


def test_the_services_multiply_them_as_their_rules_allow():
    reasoner = WINDOW.reasoner
    brought_and_fitted = (4 + 3) * 2 + 2 * 2 * 2  # Fitted by oneself: film or crate, course or not; by us: to the room.
    services = brought_and_fitted * (3 + 1) * 3 * 3 * 3
    assert reasoner.count([]) == 1800 * services
    assert reasoner.count(WINDOW.literals({"frame": "oak", "picture": "own"})) == 30 * services


def test_a_window_costs_from_117_to_977_50():
    prices = WINDOW.reasoner.prices([])
    assert (prices.low[0] + WINDOW.model.price, prices.high[0] + WINDOW.model.price) == (1_170_000, 9_775_000)


@pytest.mark.parametrize(
    ("choices", "possible"),
    [
        ({"fitting": "fitted", "delivery": "floor"}, True),
        ({"fitting": "fitted", "delivery": "kerb"}, False),
        ({"packaging": "crate", "delivery": "kerb"}, True),
        ({"packaging": "crate", "delivery": "pickup"}, False),
        ({"course": ["diy"], "fitting": "none"}, True),
        ({"course": ["diy"], "fitting": "fitted"}, False),
        ({"financing": "months12", "terms": "days14"}, True),
        ({"financing": "months12", "terms": "prepaid"}, False),
    ],
)
def test_each_rule_lets_through_and_holds_back(choices, possible):
    assert WINDOW.has(choices) is possible
    assert (WINDOW.reasoner.count(WINDOW.literals(choices)) > 0) is possible


def test_whoever_has_all_done_saves_by_the_bundle():
    bill = bill_of(WINDOW.model, WINDOW.whole(WINDOW.product.variants["all_done"].choices))
    assert bill.lines[-1].title == "Carefree: fitting and repair together"
    assert bill.lines[-1].price == -250_000
    assert [line.title for line in bill.chosen if line.partner == "Maler Huber"] == ["The same, plastered and painted"]


def test_the_standard_and_every_variant_can_be_made():
    assert WINDOW.has(WINDOW.product.standard)
    assert len(WINDOW.product.variants) == 5
    assert all(WINDOW.has(variant.choices) for variant in WINDOW.product.variants.values())
