from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from rapport.core.money import SCALE, to_units
from rapport.loop.intake.load import load
from rapport.loop.reports import selection, value
from tests.examples.alike import assert_live_is_batch

KEPT = "CustomerID IS NOT NULL AND UnitPrice > 0 AND InvoiceNo NOT LIKE 'A%'"
AMOUNT = "CAST(CAST(Quantity AS DECIMAL(18, 0)) * CAST(UnitPrice AS DECIMAL(18, 3)) AS DECIMAL(28, 3))"
FILE = "data('onlineretail.parquet')"
BY_CUSTOMER = (
    "SELECT CustomerID, max(CAST(InvoiceDate AS DATE)) FILTER (bought) AS newest, "
    "count(DISTINCT InvoiceNo) FILTER (bought) AS orders, count(DISTINCT InvoiceNo) FILTER (NOT bought) AS refunds, "
    "avg(Quantity) FILTER (bought) AS units, coalesce(sum(amount) FILTER (bought), 0) AS spend, "
    "coalesce(sum(amount) FILTER (NOT bought), 0) AS refunded "
    f"FROM (SELECT *, InvoiceNo NOT LIKE 'C%' AS bought, {AMOUNT} AS amount FROM {FILE} WHERE {KEPT}) GROUP BY 1"
)

pytestmark = pytest.mark.xdist_group("online_retail")
# What came back of purchases from before the file begins is nobody's loss: who has only refunds is worth nothing.
WORTH = "CASE WHEN orders > 0 THEN spend + refunded ELSE 0 END"


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


@pytest.fixture(scope="session")
def told_apart(retail):
    return retail.refreshed("2011-12-09")


def test_live_is_batch(told_apart):
    assert_live_is_batch(told_apart.rt)


def test_recency_frequency_and_money_are_those_of_the_file(told_apart):
    found = told_apart.rt.warehouse.query("SELECT recency_days, frequency, monetary FROM customers")
    raw = told_apart.raw(f"SELECT DATE '2011-12-09' - newest, orders, {WORTH} FROM ({BY_CUSTOMER})")
    assert _sorted(found) == _sorted(raw)


def test_who_belongs_to_a_segment_can_be_counted_in_the_file(told_apart):
    trade, returners = "(units >= 24 OR spend / nullif(orders, 0) >= 800)", "(refunds >= 3 AND -refunded > 0.1 * spend)"
    quiet = "(DATE '2011-12-09' - newest > 120 AND orders >= 2)"
    rules = ", ".join(f"count(*) FILTER ({rule})" for rule in (trade, returners, quiet, f"{trade} AND {quiet}"))
    columns = ", ".join(f"count(*) FILTER ({name})" for name in ("trade", "returners", "quiet", "trade_gone_quiet"))
    (found,) = told_apart.rt.warehouse.query(f"SELECT {columns} FROM customers")
    (raw,) = told_apart.raw(f"SELECT {rules} FROM ({BY_CUSTOMER})")
    assert found == raw
    assert all(raw)


def test_the_money_of_the_quadrants_is_that_of_the_file(told_apart):
    report = value.report(told_apart.rt)
    ((total, customers),) = told_apart.raw(f"SELECT sum({WORTH}), count(*) FROM ({BY_CUSTOMER})")
    assert sum(one["customers"] for one in report["quadrants"]) == report["valued"] == customers
    assert sum(one["monetary"] for one in report["quadrants"]) == pytest.approx(float(total), abs=0.001)


def test_everybody_is_selected_or_not_and_the_selected_have_a_mode(told_apart):
    found = selection.selection(told_apart.rt)
    by_name = {one["name"]: one["customers"] for one in found["selection"]}
    assert sum(by_name.values()) == found["customers"] == told_apart.rt.store.count_customers()
    selected = by_name["prioritise"] + by_name["hold"] + by_name["develop"]
    assert sum(one["customers"] for one in found["modes"]) + found["not_judged"]["mode"] == selected


def _sorted(rows):
    return sorted((-1 if days is None else days, orders, round(float(money), 3)) for days, orders, money in rows)
