"""Bills and quotes: exact sums, quantity prices, and a statement of work that promises what was chosen."""

from __future__ import annotations

import msgspec
import pytest

from rapport.core.errors import InvalidInput, NotFound
from rapport.customize.configure.answering.reasoners import reasoner_of
from rapport.customize.configure.product import of_product
from rapport.customize.configure.selling.approved import account_named, approved_for
from rapport.customize.configure.selling.bill import Bill, bill_of, price_each
from rapport.customize.configure.selling.quote import Quote, quote_data, quote_of
from rapport.customize.configure.selling.quote_text import quote_text
from rapport.workspace.accounts import Account
from rapport.workspace.products import Product

DESK = msgspec.convert(
    {
        "name": "desk",
        "title": "Desk | oak",
        "price": 100.0,
        "cost": 60.0,
        "groups": {
            "top": {"options": {"oak": {"price": 0.1, "cost": 0.05, "lead_time": "5d", "common": True}}},
            "lamp": {"options": {"led": {"title": "LED lamp", "price": 0.2, "partner": "Lux", "digital": True}}},
            "delivery": {
                "around": "delivery",
                "options": {"lift": {"title": "to your floor", "price": 30, "partner": "Haul", "lead_time": "7d"}},
            },
            "terms": {"around": "payment_terms", "options": {"net30": {"title": "within 30 days"}}},
        },
        "bundles": {"lit": {"when": "lamp = 'led'", "price": -5.0, "title": "Lamp with a desk"}},
        "quantities": [{"pieces": 10, "off": 0.05}, {"pieces": 50, "off": 0.1}],
        "variants": {
            "plain": {"choices": {"top": "oak"}},
            "acme_desk": {"choices": {"top": "oak"}, "approved": ["acme"]},
        },
    },
    Product,
)
MODEL = of_product(DESK)


def only() -> list[int]:
    return reasoner_of(MODEL).sample([], 1, seed=1)[0]


def bill(language: str = "") -> Bill:
    return bill_of(MODEL, only(), language)


def quote(pieces: int, **said: object) -> Quote:
    fixed = {"number": "Q-7", "valid_until": "2026-12-31", "currency": "EUR", "seller": "Deskers"}
    return quote_of(MODEL, DESK, only(), pieces, **(fixed | said))


def test_a_bill_adds_up_exactly():
    said = bill()
    assert [line.title for line in said.lines] == [
        "Desk | oak", "oak", "LED lamp", "to your floor", "within 30 days", "Lamp with a desk",
    ]  # fmt: skip
    assert said.total == 1_253_000


def test_a_bill_tells_who_supplies_what_and_when_the_slowest_is_there():
    said = bill()
    assert said.lead_days == 7.0
    assert [(line.title, line.partner) for line in said.chosen if line.partner] == [
        ("LED lamp", "Lux"), ("to your floor", "Haul"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pieces", "off", "each", "total"),
    [(1, (), 1_253_000, 1_253_000), (10, (0.05,), 1_190_400, 11_904_000), (50, (0.1,), 1_127_700, 56_385_000)],
)
def test_larger_quantities_cost_less_each_rounded_to_a_coin(pieces, off, each, total):
    said = quote(pieces)
    assert (said.offs, said.each, said.total) == (off, each, total)


def test_an_accounts_own_share_comes_on_top():
    said = quote(10, account=Account(title="Acme Ltd", off=0.02))
    assert said.offs == (0.05, 0.02)
    assert said.each == price_each(1_253_000, [0.05, 0.02], "EUR") == 1_166_500
    assert said.buyer == "Acme Ltd"
    assert [(tier.pieces, tier.each) for tier in said.tiers] == [(50, 1_105_100)]


@pytest.mark.parametrize("pieces", [0, -1, 10_000_001])
def test_a_number_of_pieces_that_nobody_orders_is_refused(pieces):
    with pytest.raises(InvalidInput, match="pieces"):
        quote(pieces)


def test_the_statement_of_work_promises_the_goods_what_partners_supply_and_each_service_once():
    assert [one.sentence for one in quote(2).work] == [
        "Deskers delivers 2 pieces of Desk | oak, as configured, within 5 days of the order.",
        "Lux supplies lamp: LED lamp.",
        "Haul brings the goods: to your floor, within 7 days of the order.",
        "The buyer pays Deskers: within 30 days.",
    ]
    assert [one.sentence for one in quote(1, language="zh").work][1:] == [
        "Lux供应lamp：LED lamp。",
        "Haul负责送货：to your floor，订购后7天内。",
        "买方向Deskers付款：within 30 days。",
    ]


def test_a_quote_reads_as_a_whole_and_its_words_break_no_table():
    text = quote_text(quote(10, buyer="A|B <b>\nCo"))
    assert text.startswith("# Quote Q-7\n\n- For: A\\|B &lt;b> Co\n- From: Deskers\n- Valid until: 2026-12-31\n")
    assert "| top: oak | 0.10 |\n| lamp: LED lamp (by Lux) | 0.20 |" in text
    assert "| List price of each | 125.30 |\n| Taken off | −5% |\n| **Price of each** | **119.04** |" in text
    assert "- from 50 pieces: 112.77 EUR" in text
    assert text.endswith("4. The buyer pays Deskers: within 30 days.\n")


def test_a_quote_for_a_program_keeps_the_companys_costs_to_itself():
    said = quote_data(quote(10))
    assert (said["each"], said["total"], said["tiers"]) == (119.04, 1190.4, [{"pieces": 50, "each": 112.77}])
    assert "cost" not in msgspec.json.encode(said).decode()


def test_a_quote_names_the_product_in_its_language_and_partners_for_people_and_programs():
    chinese = msgspec.structs.replace(DESK, titles={"zh": "书桌"})
    said = quote_of(MODEL, chinese, only(), 1, number="Q", valid_until="", currency="EUR", seller="S", language="zh")
    text = quote_text(said)
    assert "| 书桌 | 100.00 |" in text
    assert "lamp: LED lamp（由Lux提供）" in text
    assert "Desk" not in text.replace("Lamp with a desk", "")
    assert [line["partner"] for line in quote_data(said)["lines"]] == ["", "", "Lux", "Haul", "", ""]


def test_prices_in_yen_have_no_decimals():
    assert price_each(1_234_500, [0.05], "JPY") == 1_170_000


def test_an_account_is_shown_what_was_approved_for_it_and_others_the_rest():
    assert list(approved_for(DESK, "acme")) == ["acme_desk"]
    assert list(approved_for(DESK)) == list(approved_for(DESK, "other")) == ["plain"]


def test_an_account_that_nobody_declared_is_refused():
    assert account_named({}, "") is None
    with pytest.raises(NotFound, match="no account 'acne'"):
        account_named({"acme": Account()}, "acne")
