"""Histories: the live fold and the warehouse tell the same days, values and amounts, in whatever order events came."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.event import encode_event
from rapport.core.time import DAY_US, HOUR_US, local_day
from rapport.differentiate import history_sql
from rapport.differentiate.history import NOTHING, HistoryFold, decode_history, gather, read_history
from rapport.differentiate.interests import KEPT_MAX, interests_of
from rapport.differentiate.readings import readings_of
from rapport.warehouse.columns import EVENTS_OF_LOG, with_columns
from rapport.workspace.catalogue import Catalogue, Interest
from rapport.workspace.definitions import Identity, Settings, Workspace
from rapport.workspace.needs import NeedAttribute, Needs, Reading
from rapport.workspace.stages import Stages

RATES = {"USD": 0.92, "JPY": 0.0061}
NEEDS = Needs(
    attributes={
        "what": NeedAttribute(
            readings=[
                Reading(event="Order Completed", of="properties.products[].category", half_life="10d"),
                Reading(event="identify", of="traits.taste", strength="need", evidence="stated"),
                Reading(event="Product Viewed", of="properties.category", where={"properties.channel": "web"}),
                Reading(event="*", of="source", where={"type": "track", "event": "Cart Viewed"}),
            ]
        ),
        "when": NeedAttribute(
            readings=[Reading(event="Order Completed", of=of) for of in ("@weekday", "@daypart", "@month")]
        ),
        "price": NeedAttribute(
            readings=[
                Reading(event="Order Completed", of="properties.products[].price", bands=[5, 10.5, 20]),
                Reading(event="*", of="properties.price", bands=[0], occasion="properties.trip"),
            ]
        ),
    }
)
SHOP = Workspace(root="", version="", settings=Settings(), identity=Identity(), traits={}, features={}, actions={},
                 sources={}, needs=NEEDS, stages=Stages())  # fmt: skip
READINGS = readings_of(SHOP)
INTERESTS = interests_of(
    Workspace(root="", version="", settings=Settings(), identity=Identity(), traits={}, features={}, actions={},
              sources={}, catalogue=Catalogue(interests=[
                  Interest(event="Product Viewed", of="properties.category", where={"properties.channel": "web"}),
                  Interest(event="Order Completed", of="properties.products[].category", owned=True),
              ]))
)  # fmt: skip
NOON = 19_700 * DAY_US + DAY_US // 2
OWNERS = {"user_id:ann": "c1", "anonymous_id:a": "c1", "user_id:bob": "c2", "user_id:none": "c3"}

amounts = st.one_of(
    st.none(), st.integers(-5, 500), st.floats(-10, 900).map(lambda one: round(one, 5)), st.just("12.5")
)
currencies = st.sampled_from([None, "EUR", "USD", "JPY", "XXX"])
products = st.lists(
    st.fixed_dictionaries({}, optional={"category": st.sampled_from(["tea", "cups", 7, None]), "price": amounts}),
    max_size=3,
)
properties = st.fixed_dictionaries(
    {},
    optional={
        "revenue": amounts, "total": amounts, "currency": currencies, "products": products, "price": amounts,
        "category": st.sampled_from(["tea", "cups", ""]), "channel": st.sampled_from(["web", "shop"]),
        "trip": st.sampled_from(["business", "holiday", None]),
    },
)  # fmt: skip
names = st.sampled_from(["Order Completed", "Order Refunded", "Order Cancelled", "Product Viewed", "Products Searched",
                         "Cart Viewed", "Other"])  # fmt: skip
happenings = st.lists(
    st.tuples(st.sampled_from(sorted(OWNERS)[:3]), names, st.integers(-90 * 24 * 4, 0), properties), max_size=25
)


@settings(max_examples=30, deadline=None)
@given(happenings, st.sampled_from(["UTC", "Europe/Paris", "Asia/Shanghai", "America/New_York"]))
def test_live_and_offline_histories_agree(make, happenings, zone):
    events = _events(make, happenings)
    zone = ZoneInfo(zone)
    fold = HistoryFold(READINGS, zone, "EUR", RATES, INTERESTS)
    states = {"c1": {}, "c2": {}, "c3": {}}
    for seq, event in enumerate(events, start=1):
        fold.add(states[OWNERS[event.subject]], event, seq)
    states = [read_history(fold.encode(state)) for state in states.values()]
    offline = _offline(events, zone)
    shown = [(place, *(getattr(one, name) for name in one.__struct_fields__))
             for place, state in enumerate(states) for one in state.shown]  # fmt: skip
    assert shown == offline.pop("interests")
    assert _rows(*gather(states, READINGS, local_day(NOON, zone), NOON)) == offline


@settings(max_examples=30, deadline=None)
@given(happenings, st.randoms(use_true_random=False), st.integers(0, 25))
def test_neither_order_nor_merging_changes_a_history(make, happenings, shuffle, cut):
    fold = HistoryFold(READINGS, ZoneInfo("UTC"), "EUR", RATES, INTERESTS)
    placed = list(enumerate(_events(make, happenings), start=1))
    shuffled = list(placed)
    shuffle.shuffle(shuffled)
    whole, first, second = {}, {}, {}
    for seq, event in placed:
        fold.add(whole, event, seq)
    for state, part in ((first, shuffled[:cut]), (second, shuffled[cut:])):
        for seq, event in part:
            fold.add(state, event, seq)
    fold.merge(first, second)
    assert bytes(fold.encode(first)) == bytes(fold.encode(whole))


def test_an_order_in_a_currency_without_a_rate_counts_but_adds_nothing(make):
    fold = HistoryFold([], ZoneInfo("UTC"), "EUR", {"USD": 0.5})
    state = {}
    for seq, properties in enumerate(
        ({"revenue": 10}, {"revenue": 10, "currency": "USD"}, {"revenue": 9, "currency": "XXX"})
    ):
        fold.add(state, make(NOON, properties=properties), seq)
    purchases, _, _ = gather([fold.kept(state)], [], 19_700, NOON)
    assert (purchases.orders[0], purchases.revenue[0], purchases.foreign[0]) == (3, 150_000, 1)


def test_days_after_the_moment_do_not_count(make):
    fold = HistoryFold([], ZoneInfo("UTC"), "EUR")
    state = {}
    fold.add(state, make(NOON + 3 * DAY_US, properties={"revenue": 10}), 1)
    assert gather([fold.kept(state)], [], 19_700, NOON)[0].day.size == 0
    assert gather([fold.kept(state)], [], 19_704, NOON + 4 * DAY_US)[0].day.tolist() == [19_703]


def test_a_reading_forgets_what_lies_beyond_its_horizon(make):
    fold = HistoryFold(READINGS, ZoneInfo("UTC"), "EUR")
    state = {}
    for days in (0, 200):
        bought = {"products": [{"category": "tea"}]}
        fold.add(state, make(NOON + days * DAY_US, properties=bought), days + 1)
    kept = decode_history(fold.encode(state))["t"]
    assert list(kept["what.0"]["tea"]) == [19_900]
    assert list(kept["when.0"]["Saturday"]) == [19_700]


def test_only_the_newest_interests_stay_in_whatever_order_they_came(make):
    fold = HistoryFold([], ZoneInfo("UTC"), "EUR", interests=INTERESTS)
    looked = [
        make(NOON - place % 7 * DAY_US, "Product Viewed", properties={"category": f"b{place:04}", "channel": "web"})
        for place in range(KEPT_MAX + 200)
    ]
    bodies = []
    for events in (looked, looked[::-1]):
        state = {}
        for half in (events[:400], events[400:]):
            for event in half:
                fold.add(state, event, 1)
            state = decode_history(fold.encode(state))
        bodies.append(bytes(fold.encode(state)))
    assert bodies[0] == bodies[1]
    kept = read_history(bodies[0]).shown
    assert len(kept) == KEPT_MAX
    assert min(one.day for one in kept) == 19_700 - 4


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
def test_nobody_has_no_history(zone):
    purchases, tallies, recent = gather([NOTHING], READINGS, 19_700, NOON)
    assert purchases.day.size == tallies.day.size == recent.time_us.size == 0
    assert purchases.revenue.dtype == np.int64


def _events(make, happenings):
    return [
        make(
            NOON + quarters * HOUR_US // 4, name, subject, properties=properties,
            **({"type": "identify", "event": "", "traits": {"taste": "green"}} if name == "Other" else {}),
        )
        for subject, name, quarters, properties in happenings
    ]  # fmt: skip


def _offline(events, zone):
    database = duckdb.connect(config={"threads": 2})
    database.execute("SET TimeZone = 'UTC'")
    bodies = [encode_event(event).decode() for event in events]
    seqs = pa.array(range(1, len(events) + 1), pa.int64())
    log = pa.table({"seq": seqs, "message_id": pa.array([str(seq) for seq in seqs], pa.string()),
                    "body": pa.array(bodies, pa.string())})  # fmt: skip
    database.register("log", log)
    columns = history_sql.history_columns([*READINGS, *INTERESTS])
    database.execute(f"CREATE TABLE events AS {with_columns(f'({EVENTS_OF_LOG})', (), columns)}")
    owners = pa.table({"subject": list(OWNERS), "customer_id": list(OWNERS.values())})
    database.register("identifiers", owners)
    database.execute("CREATE TABLE measured AS SELECT 'c' || (i + 1) AS customer_id, i AS place FROM range(3) AS t(i)")

    def ask(sql, picked):
        return database.execute(f"SELECT {picked} FROM ({sql})").fetchall()

    return {
        "purchases": sorted(ask(history_sql.purchases_query("measured", zone, NOON, "EUR", RATES),
                                'place, day, orders, revenue, refunds, "foreign"')),
        "tallies": sorted(ask(history_sql.tallies_query("measured", READINGS, zone, NOON),
                              "place, reading, value, day, count")),
        "recent": ask(f"SELECT * FROM ({history_sql.recent_query('measured', READINGS, NOON)}) ORDER BY place, number",
                      "place, reading, time_us"),
        "interests": ask(history_sql.interests_query("measured", INTERESTS, zone, NOON),
                         "place, item, day, interest, count"),
    }  # fmt: skip


def _rows(purchases, tallies, recent):
    p, t, r = purchases, tallies, recent
    return {
        "purchases": list(zip(*(one.tolist() for one in (p.customer, p.day, p.orders, p.revenue, p.refunds, p.foreign)),
                              strict=True)),
        "tallies": sorted(zip(t.customer.tolist(), t.reading.tolist(), (t.values[one] for one in t.value),
                              t.day.tolist(), t.count.tolist(), strict=True)),
        "recent": list(zip(r.customer.tolist(), r.reading.tolist(), r.time_us.tolist(), strict=True)),
    }  # fmt: skip
