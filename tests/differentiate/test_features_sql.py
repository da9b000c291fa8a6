"""Online = offline: the live fold and the warehouse's query agree, value for value."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.core.time import DAY_US, HOUR_US
from rapport.differentiate.features_sql import customer_query
from rapport.workspace.definitions import Feature, Identity, Trait
from rapport.workspace.survivorship import survivorship

ORDER = "Order Completed"
OWNERS = {"user_id:ann": "c1", "anonymous_id:a1": "c1", "user_id:bob": "c2", "anonymous_id:a2": "c3"}
ZONES = ("UTC", "Europe/Paris", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia")
MEASURED = [
    ("count", ""), ("exists", ""), ("days_since", ""), ("count", "properties.v"), ("days_since", "properties.v"),
    ("sum", "properties.v"), ("mean", "properties.v"), ("min", "properties.v"), ("max", "properties.v"),
    ("distinct", "properties.v"), ("first", "properties.v"), ("last", "properties.v"), ("last", "context.page.path"),
    ("count", "properties.products[].v"), ("exists", "properties.products[].v"), ("sum", "properties.products[].v"),
    ("mean", "properties.products[].v"), ("min", "properties.products[].v"), ("distinct", "properties.products[].v"),
    ("first", "properties.products[].v"), ("last", "properties.products[].v"), ("last", "properties.tags[]"),
    ("days_since", "properties.products[].v"), ("distinct", "source"),
]  # fmt: skip
EVERY_MEASURE = {
    f"f{number}_{window or 'ever'}": Feature(event=event, measure=measure, of=of, window=window, where=where)
    for window in ("", "3d", "40d", "5h")
    for number, (measure, of, event, where) in enumerate(
        [(measure, of, ORDER, {}) for measure, of in MEASURED]
        + [
            ("count", "", "*", {}),
            ("count", "", "page", {}),
            ("count", "", ORDER, {"properties.v": 3}),
            ("sum", "properties.v", ORDER, {"properties.products[].v": "it's", "context.page.path": "/"}),
            ("sum", "properties.products[].v", ORDER, {"properties.products[].v": 1.5}),
        ]
    )
}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.sampled_from([0, 1, 3, -0.0, 1.5, 2.00005, 1e16, 123456789.12345, 1e-6, 5e-7, 1e300, 99999999999999.99996]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(["3", " 2.5 ", "1_000", "１２", "1e3", "it's", "n/a", "-.5", "5.", "0x10", "true", "é\0😀"]),
)
values = st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(st.sampled_from("ab"), scalars, max_size=1))
products = st.one_of(
    scalars, st.lists(st.one_of(st.fixed_dictionaries({}, optional={"v": values}), scalars), max_size=3)
)
START_US = 1_325_000_000_000_000  # 2011-12-27: days before Samoa skipped one
histories = st.lists(
    st.fixed_dictionaries(
        {
            "offset": st.integers(0, 60 * 24 * 4).map(lambda quarter: quarter * HOUR_US // 4 + quarter % 7),
            "subject": st.sampled_from(list(OWNERS)),
            "kind": st.sampled_from(
                [("track", ORDER), ("track", ORDER), ("track", "Other"), ("page", "Home"), ("identify", "")]
            ),
            "properties": st.fixed_dictionaries({}, optional={"v": values, "products": products, "tags": products}),
            "context": st.fixed_dictionaries({}, optional={"page": st.one_of(scalars, st.just({"path": "/"}))}),
            "source": st.sampled_from(["", "web", "shop"]),
        }
    ),
    max_size=12,
)


def events_of(history: list[dict[str, Any]], make: Any, reread: Any) -> list[Any]:
    return [
        reread(
            make(
                START_US + item["offset"],
                item["kind"][1],
                item["subject"],
                type=item["kind"][0],
                properties=item["properties"],
                context=item["context"],
                source=item["source"],
            )
        )
        for item in history
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    history=histories,
    names=st.sets(st.sampled_from(sorted(EVERY_MEASURE)), min_size=8, max_size=12),
    zone=st.sampled_from(ZONES),
    ahead=st.integers(0, 60 * 24).map(lambda hours: hours * HOUR_US),
)
def test_live_equals_warehouse_on_any_history(sides, make, reread, history, names, zone, ahead):
    features = {name: EVERY_MEASURE[name] for name in sorted(names)}
    both = sides(events_of(history, make, reread), OWNERS)
    as_of_us = START_US + ahead
    live, offline = (side(features, zone, as_of_us) for side in (both.live, both.offline))
    for customer, row in live.items():
        assert {name: offline[customer][name] for name in row} == row
        assert {name: type(offline[customer][name]) for name in row} == {name: type(held) for name, held in row.items()}


def test_system_columns_and_traits(sides, make, moment):
    def consent(**given: Any) -> dict[str, Any]:
        return {"consent": {"categoryPreferences": given}}

    events = [
        make("2024-05-01T10:00:00", properties={"revenue": 10.5, "total": 12}, traits={"age": 40, "city": "Lyon"}),
        make("2024-05-03T23:30:00", properties={"total": 7}, context=consent(personalization=False, marketing=True)),
        make("2024-05-02T10:00:00", "", type="identify", traits={"age": 41, "born": "1983-02-01", "vip": True}),
        make("2024-05-02T11:00:00", subject="anonymous_id:a2", context=consent(marketing=False)),
        make("2024-05-02T12:00:00", "Seen", subject="anonymous_id:a2", context=consent(marketing="maybe")),
        make("2024-05-09T10:00:00", properties={"revenue": 1_000}),
    ]
    traits = {
        "age": Trait(type="integer"),
        "city": Trait(),
        "born": Trait(type="date"),
        "vip": Trait(type="boolean"),
        "joined": Trait(type="timestamp"),
    }
    rows = sides(events, OWNERS).offline({}, "Europe/Paris", moment("2024-05-05T12:00:00"), traits)
    assert rows["c1"] == {
        "customer_id": "c1", "age": 41, "city": "Lyon", "born": date(1983, 2, 1), "vip": True, "joined": None,
        "first_seen": datetime(2024, 5, 1, 10), "last_seen": datetime(2024, 5, 3, 23, 30), "events_total": 3,
        "anonymous": False, "personalized": False, "opted_out": False,
    }  # fmt: skip
    nobody = rows["c2"]
    assert nobody["events_total"] == 0
    assert (rows["c3"]["anonymous"], rows["c3"]["opted_out"], rows["c3"]["personalized"]) == (True, True, True)


def test_names_and_texts_of_a_definition_cannot_break_out(sides, make, moment):
    feature = Feature(event='It\'s "ours"', measure="count", where={"properties.a'b": "x'; DROP TABLE events; --"})
    event = make("2024-05-01T10:00:00", 'It\'s "ours"', properties={"a'b": "x'; DROP TABLE events; --"})
    rows = sides([event], OWNERS).offline({'odd "name"': feature}, "UTC", moment("2024-05-02T00:00:00"))
    assert rows["c1"]['odd "name"'] == 1


def test_the_query_carries_over_to_spark():
    zone = ZoneInfo("Europe/Paris")
    query = customer_query(EVERY_MEASURE, {"age": Trait(type="integer")}, survivorship(Identity()), zone, START_US)
    raising = sqlglot.ErrorLevel.RAISE
    assert "MAX_BY" in sqlglot.transpile(query, read="duckdb", write="spark", unsupported_level=raising)[0]


REAL = {
    "orders": Feature(event=ORDER, measure="count"),
    "orders_30d": Feature(event=ORDER, measure="count", window="30d"),
    "orders_48h": Feature(event=ORDER, measure="count", window="48h"),
    "revenue": Feature(event=ORDER, measure="sum", of="properties.revenue"),
    "revenue_90d": Feature(event=ORDER, measure="sum", of="properties.revenue", window="90d"),
    "mean_order": Feature(event=ORDER, measure="mean", of="properties.revenue"),
    "largest_180d": Feature(event=ORDER, measure="max", of="properties.revenue", window="180d"),
    "smallest_line": Feature(event=ORDER, measure="min", of="properties.products[].price"),
    "articles": Feature(event=ORDER, measure="distinct", of="properties.products[].sku"),
    "articles_60d": Feature(event=ORDER, measure="distinct", of="properties.products[].sku", window="60d"),
    "lines": Feature(event=ORDER, measure="count", of="properties.products[].sku"),
    "first_article": Feature(event=ORDER, measure="first", of="properties.products[].name"),
    "country": Feature(event="*", measure="last", of="context.country"),
    "idle": Feature(event="*", measure="days_since"),
    "cancelled": Feature(event="Order Cancelled", measure="exists", window="365d"),
    "from_france": Feature(event=ORDER, measure="count", where={"context.country": "France"}),
}


@pytest.fixture(scope="module")
def shop(real_data, make, reread) -> tuple[list[Any], dict[str, str]]:
    """The orders and cancellations of 600 real customers, one event an invoice."""
    import duckdb

    lines = duckdb.connect().execute(
        """
        SELECT CustomerID, InvoiceNo, MIN(epoch_us(CAST(InvoiceDate AS TIMESTAMP))), ANY_VALUE(Country),
            SUM(CAST(Quantity * UnitPrice AS DOUBLE)),
            LIST({sku: StockCode, name: Description, price: CAST(UnitPrice AS DOUBLE), quantity: Quantity})
        FROM read_parquet(?) WHERE CustomerID IS NOT NULL AND hash(CustomerID) % 8 = 0
        GROUP BY CustomerID, InvoiceNo ORDER BY InvoiceNo
        """,
        [str(real_data / "online_retail" / "onlineretail.parquet")],
    )
    events, owners = [], {}
    for customer, invoice, time, country, revenue, products in lines.fetchall():
        subject = f"user_id:{customer}"
        owners[subject] = f"c{customer}"
        name = "Order Cancelled" if str(invoice).startswith("C") else ORDER
        parts = {"properties": {"revenue": revenue, "products": products}, "context": {"country": country}}
        events.append(reread(msgspec.structs.replace(make(time, name, subject, **parts), message_id=str(invoice))))
    return events, owners


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "Asia/Shanghai"])
def test_live_equals_warehouse_on_a_real_shop(shop, sides, moment, zone):
    events, owners = shop
    assert len(owners) > 400
    for as_of in ("2011-03-27T00:59:59.999999", "2011-07-31T23:30:00", "2011-12-10T00:00:00"):
        live, offline = (
            side(REAL, zone, moment(as_of)) for side in (sides(events, owners).live, sides(events, owners).offline)
        )
        assert {customer: {name: offline[customer][name] for name in REAL} for customer in live} == live


def test_windows_are_whole_days_even_where_the_clock_changes(sides, make, moment):
    events = [make(moment("2024-03-29T22:00:00") + hours * HOUR_US) for hours in range(80)]
    features = {f"w{days}": Feature(event=ORDER, measure="count", window=f"{days}d") for days in range(1, 5)}
    both = sides(events, {"user_id:ann": "c1"})
    as_of_us = moment("2024-04-02T21:30:00")
    assert (
        both.live(features, "Europe/Paris", as_of_us)["c1"].items()
        <= both.offline(features, "Europe/Paris", as_of_us)["c1"].items()
    )
    assert both.live(features, "Europe/Paris", moment("2024-03-31T21:59:59"))["c1"]["w1"] == 23
    assert events[-1].time - events[0].time < 4 * DAY_US
