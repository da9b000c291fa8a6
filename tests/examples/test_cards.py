"""Nineteen modules, 200 credit cards."""

from __future__ import annotations

import pytest

from rapport.customize.configure.product import core_literals
from tests.examples.configured import configured

CARD = configured("cards")


def test_nineteen_modules_make_200_cards():
    assert CARD.own == 10 + 5 + 4 == 19
    assert CARD.reasoner.count(core_literals(CARD.model, CARD.model.literals(CARD.product.standard))) == 200


def test_a_lower_rate_costs_more():
    reasoner, rates = CARD.reasoner, CARD.product.groups["rate"].options
    low = reasoner.prices([]).low
    costs = [low[CARD.model.number("rate", rate)] for rate in rates]
    assert len(costs) == 10
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize(
    ("choices", "possible"),
    [
        ({"handover": "phone_only", "wrapping": []}, True),
        ({"handover": "phone_only", "wrapping": ["sleeve"]}, False),
        ({"handover": "post", "wrapping": ["letter"]}, True),
        ({"handover": "post", "wrapping": []}, False),
        ({"advice": ["debt"], "payback": "part"}, True),
        ({"advice": ["debt"], "payback": "full"}, False),
    ],
)
def test_each_rule_lets_through_and_holds_back(choices, possible):
    assert CARD.has(choices) is possible


def test_nearly_everything_about_a_card_is_digital():
    own = [number for group in CARD.model.groups if not group.around for number in group.options]
    assert sum(CARD.model.option(number).digital for number in own) == 15


def test_the_standard_and_every_variant_can_be_had():
    assert CARD.has(CARD.product.standard)
    assert all(CARD.has(variant.choices) for variant in CARD.product.variants.values())
