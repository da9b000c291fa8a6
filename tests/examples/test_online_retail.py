from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from rapport.core.money import SCALE, to_units
from rapport.loop.load import load

KEPT = "CustomerID IS NOT NULL AND UnitPrice > 0 AND InvoiceNo NOT LIKE 'A%'"
AMOUNT = "CAST(CAST(Quantity AS DECIMAL(18, 0)) * CAST(UnitPrice AS DECIMAL(18, 3)) AS DECIMAL(28, 3))"
FILE = "data('onlineretail.parquet')"


@pytest.fixture(scope="session")
def retail(real_data, load_example):
    return load_example("online_retail", real_data / "online_retail" / "onlineretail.parquet")


@pytest.fixture(scope="session")
def events(retail):
    return list(retail.events())


def test_every_line_is_loaded_or_rejected(retail):
    (file,) = retail.report.files
    ((rows, kept, nobody, free, bad_debt),) = retail.raw(
        f"SELECT count(*), count(*) FILTER ({KEPT}), count(*) FILTER (CustomerID IS NULL AND InvoiceNo NOT LIKE 'A%'), "
        "count(*) FILTER (CustomerID IS NOT NULL AND UnitPrice <= 0), "
        f"count(*) FILTER (InvoiceNo LIKE 'A%') FROM {FILE}"
    )
    assert (rows, kept) == (541_909, 406_789)
    assert (file.rows_read, file.rows_loaded) == (rows, kept)
    assert file.rejected == {
        "no customer": nobody,
        "no price (a sample, a gift or a stock correction)": free,
        "bad-debt adjustment": bad_debt,
    }
    assert file.rows_read == file.rows_loaded + file.rows_rejected


def test_every_rejected_line_is_in_the_file_of_rejects(retail):
    (file,) = retail.report.files
    ((written, lines),) = retail.raw(f"SELECT count(*), count(DISTINCT line) FROM read_csv('{file.rejects_file}')")
    assert written == lines == file.rows_rejected


def test_every_invoice_is_one_event(retail, events):
    expected = dict(
        retail.raw(
            "SELECT CASE WHEN InvoiceNo LIKE 'C%' THEN 'Order Refunded' ELSE 'Order Completed' END, "
            f"count(DISTINCT InvoiceNo) FROM {FILE} WHERE {KEPT} GROUP BY 1"
        )
    )
    assert Counter(event.event for event in events) == expected == retail.report.files[0].events
    assert sum(len(event.properties["products"]) for event in events) == 406_789
    assert len({event.message_id for event in events}) == len(events)


def test_revenue_reconciles_to_the_cent_for_every_customer(retail, events):
    raw = retail.raw(
        f"SELECT CAST(CAST(CustomerID AS BIGINT) AS VARCHAR), InvoiceNo LIKE 'C%', sum({AMOUNT}) "
        f"FROM {FILE} WHERE {KEPT} GROUP BY 1, 2"
    )
    expected = {(customer, refunded): Decimal(total) for customer, refunded, total in raw}
    found: Counter[tuple[str, bool]] = Counter()
    for event in events:
        units = to_units(event.properties["revenue"])
        found[event.identifiers["user_id"], event.event == "Order Refunded"] += units
    assert {key: Decimal(units) / SCALE for key, units in found.items()} == expected
    ((total,),) = retail.raw(f"SELECT sum({AMOUNT}) FROM {FILE} WHERE {KEPT}")
    assert Decimal(found.total()) / SCALE == total


def test_lines_are_those_of_the_file(retail, events):
    ((pieces, articles),) = retail.raw(
        f"SELECT CAST(sum(Quantity) AS BIGINT), count(DISTINCT StockCode) FROM {FILE} WHERE {KEPT}"
    )
    products = [line for event in events for line in event.properties["products"]]
    assert sum(line["quantity"] for line in products) == pieces
    assert len({line["product_id"] for line in products}) == articles


def test_times_are_those_of_london(retail, events):
    ((first, last),) = retail.raw(
        f"SELECT epoch_us(timezone('Europe/London', min(InvoiceDate))), "
        f"epoch_us(timezone('Europe/London', max(InvoiceDate))) FROM {FILE} WHERE {KEPT}"
    )
    assert min(event.time for event in events) == first
    assert max(event.time for event in events) <= last
    assert not any(event.live for event in events)


def test_loading_it_again_adds_nothing(retail):
    before = retail.rt.store.last_seq()
    again = load(retail.rt, [retail.data / "onlineretail.parquet"])
    assert (again.appended, again.duplicates) == (0, 22_186)
    assert retail.rt.store.last_seq() == before
