"""A computer shop: sockets, forms, watts and lengths, and quotes for companies."""

from __future__ import annotations

import pytest

from rapport.customize.configure.selling.approved import approved_for
from rapport.customize.configure.selling.quote import quote_data, quote_of
from rapport.customize.configure.selling.quote_text import quote_text
from tests.examples.configured import configured

PC = configured("computers")
SERVICES = {
    "bundle", "packaging", "packaging_style", "delivery", "repair", "calibration", "enhanced_service", "training",
    "financing", "pricing", "invoicing", "payment_terms",
}  # fmt: skip


def test_every_option_can_be_chosen_and_every_kind_of_service_is_there():
    assert len(PC.model.visible) == 112
    assert all(PC.solver.solve(assumptions=[number]) for number in PC.model.visible)
    assert {group.around for group in PC.model.groups} - {""} == SERVICES


def test_so_many_computers_can_be_built():
    by_loops_over_the_parts = 4_231_521_593_671_680
    assert PC.reasoner.count([]) == by_loops_over_the_parts


@pytest.mark.parametrize(
    ("choices", "possible"),
    [
        ({"processor": "a6", "board": "a_matx"}, True),
        ({"processor": "a6", "board": "b_matx"}, False),
        ({"housing": "cube", "board": "a_itx"}, True),
        ({"housing": "cube", "board": "a_atx"}, False),
        ({"processor": "a16", "cooler": "double"}, True),
        ({"processor": "a16", "cooler": "tower"}, False),
        ({"board": "a_matx", "memory": "d5_128"}, True),
        ({"board": "a_itx", "memory": "d5_128"}, False),
        ({"housing": "midi", "graphics": "g4"}, True),
        ({"housing": "midi", "graphics": "g5"}, False),
        ({"supply": "w1000", "graphics": "g5"}, True),
        ({"supply": "w400", "graphics": "g5"}, False),
        ({"drives": ["m2_500"], "board": "b_itx"}, True),
        ({"drives": ["m2_500", "m2_1000"], "board": "b_itx"}, False),
        ({"system": "pro", "encryption": "on"}, True),
        ({"system": "linux", "encryption": "on"}, False),
        ({"keyboard": "none", "layout": []}, True),
        ({"keyboard": "wired", "layout": []}, False),
    ],
)
def test_what_fits_is_offered_and_what_does_not_is_not(choices, possible):
    assert PC.has(choices) is possible


def test_forty_school_computers_are_quoted_with_what_was_promised():
    school = PC.product.variants["school_2026"].choices
    said = {
        "colour": "black", "cooler": "flat", "supply": "w400", "packaging": "box", "packaging_style": "plain",
        "delivery": "desk", "burn_in": "hours1", "training": ["start"], "financing": "none", "agreement": "list",
        "invoicing": "monthly", "payment": "days30",
    }  # fmt: skip
    quote = quote_of(
        PC.model, PC.product, PC.whole(school | said), 40, number="Q-1", valid_until="2026-12-31", currency="EUR",
        seller=PC.workspace.settings.name, account=PC.workspace.accounts["city_schools"],
    )  # fmt: skip
    told = quote_data(quote)
    assert (told["buyer"], told["off"]) == ("City Schools", [0.06, 0.04])
    assert (told["list_price"], told["each"], told["total"]) == (1248.0, 1126.2, 45048.0)
    assert told["tiers"] == [{"pieces": 100, "each": 1090.25}]
    assert [one["sentence"] for one in told["work"]] == [
        "Bitwerk Computers delivers 40 pieces of Desktop computer, as configured, within 3 days of the order.",
        "Microsoft supplies Operating system: Windows Pro.",
        "Panelworks supplies Screen: 24 inches, within 3 days of the order.",
        "Tastenfabrik supplies Keyboard and mouse: With cable, within 1 day of the order.",
        "Bitwerk Computers supplies with it: Classroom: lock, headset, within 3 days of the order.",
        "Bitwerk Computers packs the goods: Cardboard box.",
        "The packaging looks as chosen: Plain, made by Bitwerk Computers.",
        "Bitwerk Computers brings the goods: To the desk, set up, within 3 days of the order.",
        "Bitwerk Computers repairs: Five years, at the desk.",
        "Bitwerk Computers provides Testing: One hour.",
        "Bitwerk Computers trains the buyer's staff: First steps, two hours, within 14 days of the order.",
        "Prices are as agreed with Bitwerk Computers: List prices.",
        "Bitwerk Computers invoices: One a month.",
        "The buyer pays Bitwerk Computers: Within 30 days.",
    ]
    assert "| Taken off | −6% |\n| Taken off | −4% |\n| **Price of each** | **1,126.20** |" in quote_text(quote)


def test_an_accounts_shop_has_its_approved_configurations_and_others_have_not():
    assert list(approved_for(PC.product, "city_schools")) == ["school_2026", "school_lab"]
    assert list(approved_for(PC.product, "harbour_bank")) == ["trading_desk"]
    assert list(approved_for(PC.product)) == ["office", "player", "studio", "living_room"]


def test_the_standard_and_every_variant_can_be_built():
    assert PC.has(PC.product.standard)
    assert all(PC.has(variant.choices) for variant in PC.product.variants.values())
