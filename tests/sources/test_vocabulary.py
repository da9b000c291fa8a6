from __future__ import annotations

import pytest

from rapport.sources.vocabulary import currency, matches


def best(heading: str) -> str:
    """The role a heading names best; empty for none."""
    found = matches(heading)
    return max(found, key=lambda role: found[role].score, default="")


@pytest.mark.parametrize(
    "heading", ["cust_ref", "custNo", "client-code", "KundenNr", "Kunden ref", "klant_nr", "kundin_id", "acheteur id"]
)
def test_customers_by_parts(heading):
    assert best(heading) == "customer"


@pytest.mark.parametrize(
    "heading", ["basket", "basketNo", "Beleg", "beleg_nr", "bestell-id", "orderno", "facture_no", "pedidoId", "ticket"]
)
def test_orders_by_parts(heading):
    assert best(heading) == "order"


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("unit_gbp", "price"), ("unit_price_eur", "price"), ("priceUSD", "price"), ("Stückpreis EUR", "price"),
        ("prix_chf", "price"), ("total_gbp", "amount"), ("netto", "amount"), ("Betrag (EUR)", "amount"),
        ("montant_eur", "amount"), ("sum_cny", "amount"), ("umsatz_eur", "amount"),
    ],
)  # fmt: skip
def test_money_with_its_currency(heading, role):
    assert best(heading) == role


@pytest.mark.parametrize("heading", ["order_date", "invoice_date", "ticket_price", "total_gbp", "customer_name"])
def test_what_is_said_of_an_order_is_not_its_number(heading):
    assert best(heading) not in ("order", "customer")


def test_a_heading_that_only_names_a_thing_counts_for_less_than_its_number():
    assert matches("basket_no")["order"].score > matches("basket")["order"].score


def test_currencies_of_headings_and_values():
    assert [currency(text) for text in ("unit_gbp", "8,00 €", "Total", "£3")] == ["GBP", "EUR", "", "GBP"]
