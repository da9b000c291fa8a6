"""What a proposal asks to have confirmed, and what it reads by the whole file rather than by one column."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.core.errors import InvalidInput
from rapport.sources.examine import examine
from rapport.sources.propose import Proposal
from rapport.workspace.definitions import Identity, SourceField


@pytest.fixture
def proposed(tmp_path: Path):
    """The proposal for a file of these lines."""

    def go(*lines: str) -> Proposal:
        path = tmp_path / "export.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return examine(path, Identity(), {}, ())

    return go


def notes(proposal: Proposal) -> str:
    return "\n".join(proposal.assumptions)


BASKETS = (
    "cust_ref,placed_on,basket,sku,qty,unit_gbp",
    "C-1,2025-04-01T12:11:14+00:00,B1,S1,1,14.00",
    "C-1,2025-04-01T12:11:14+00:00,B1,S2,2,9.50",
    "C-2,2025-04-02T09:00:00+00:00,B2,S1,1,14.00",
)


def test_an_export_that_no_heading_list_knows_is_read_by_parts(proposed):
    proposal = proposed(*BASKETS)
    source = proposal.source
    assert (source.group_by, source.totals) == (["basket"], {"revenue": "qty * unit_gbp"})
    assert source.identifiers == {"user_id": SourceField(column="cust_ref")}
    assert "'unit_gbp' is in GBP" in notes(proposal)
    assert "no order number" not in notes(proposal)
    assert "no amount" not in notes(proposal)


def test_a_bare_basket_shared_by_customers_is_no_order(proposed):
    proposal = proposed(
        "cust_ref,placed_on,basket,sku,qty,price",
        "C-1,2025-04-01,small,S1,1,14.00",
        "C-2,2025-04-02,small,S2,2,9.50",
        "C-3,2025-04-03,large,S1,1,14.00",
    )
    assert proposal.source.group_by == []
    assert "each row counts as an order of its own" in notes(proposal)


def test_orders_without_an_amount_are_said_to_be(proposed):
    proposal = proposed("order no,date,customer,sku", "1,2025-04-01,c1,S1", "2,2025-04-02,c2,S1")
    assert "no amount was found" in notes(proposal)


def test_many_rows_that_would_be_rejected_are_said_with_the_reason(proposed):
    known = [f"{n},2025-04-{n:02d},c{n % 5},3.50" for n in range(1, 19)]
    proposal = proposed("order no,date,customer,total", *known, "19,2025-04-19,,3.50", "20,2025-04-20,,3.50")
    assert "10% of the rows would be rejected: no customer (2 rows)" in notes(proposal)
    fewer = proposed("order no,date,customer,total", *known, "19,2025-04-19,c1,3.50", "20,2025-04-20,c2,3.50")
    assert "rejected" not in notes(fewer)


def test_a_second_column_of_customers_is_pointed_out(proposed):
    proposal = proposed(
        "Kunden-Nr;Kundin;Beleg-Nr;Datum;Betrag", "1;Groß;R1;01.04.2025;3,50", "2;Müller;R2;13.04.2025;4,50"
    )
    assert "'Kundin' looks like a customer too" in notes(proposal)


def test_without_a_customer_the_likeliest_columns_are_drafted(proposed):
    with pytest.raises(InvalidInput, match="no column that could name a customer") as raised:
        proposed(
            "wer,datum,rechnung,betrag,laune",
            "A1,2025-04-01,R1,3.50,gut",
            "A2,2025-04-02,R2,4.50,gut",
            "A3,2025-04-03,R3,5.50,mau",
            "A1,2025-04-04,R4,5.50,gut",
        )
    hint = raised.value.hint
    assert "the likeliest are 'wer', 'laune'" in hint
    assert "save the draft below as sources/export.yaml" in hint
    assert "  user_id:\n    column: wer" in hint
    assert "supposed: nothing says so" in hint


def test_other_columns_prove_the_decimal_mark_of_a_thousand(proposed):
    proposal = proposed(
        "Kunde\tBeleg\tDatum\tMenge\tPreis",
        "1\tR1\t13.04.2025\t1.200\t8,90",
        "2\tR2\t14.04.2025\t10\t12,50",
        "1\tR3\t15.04.2025\t1\t3,50",
    )
    assert proposal.source.lines["quantity"] == SourceField(column="Menge", type="integer", decimal=",")
    assert "is read as" not in notes(proposal)


def test_a_total_that_is_not_quantity_times_price_is_the_revenue(proposed):
    proposal = proposed(
        "order no,date,customer,sku,qty,price,total",
        "1,2025-04-13,c1,S1,1,10.00,12.00",
        "1,2025-04-13,c1,S2,2,10.00,24.00",
        "2,2025-04-14,c2,S1,3,10.00,36.00",
    )
    assert proposal.source.totals == {"revenue": "total"}
    assert "'qty' times 'price' is not 'total' in 100% of the rows" in notes(proposal)


@pytest.mark.parametrize("slip", ["k.A.", "32.13.2025"])
def test_one_slip_neither_makes_dates_text_nor_mixes_their_order(proposed, slip):
    days = [f"{n};c{n % 3};{n}.04.2025;3,50" for n in (3, 13, 21, 28)]
    proposal = proposed("Beleg-Nr;Kunde;Datum;Betrag", *days, f"9;c1;{slip};3,50")
    assert proposal.source.time == SourceField(column="Datum", type="date", format="%d.%m.%Y")
    assert "mixes two orders" not in notes(proposal)


def test_two_orders_are_mixed_when_dates_prove_both(proposed):
    proposal = proposed("order no,customer,date,total", "1,c1,13/04/2025,3.50", "2,c2,04/13/2025,3.50")
    assert "mixes two orders" in notes(proposal)
