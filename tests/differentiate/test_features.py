"""Declared features, live: each measure by example, and the laws of the fold."""

from __future__ import annotations

import random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from rapport.core.errors import InvalidDefinition
from rapport.differentiate.features import FeatureFold
from rapport.workspace.definitions import Feature

ORDER = "Order Completed"


def value(feature: Feature, events: list[Any], as_of_us: int, zone: str = "UTC") -> Any:
    fold = FeatureFold({"x": feature}, ZoneInfo(zone))
    state: dict[str, Any] = {}
    for seq, event in enumerate(events, start=1):
        fold.add(state, event, seq)
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(state))
    return fold.values(state, as_of_us)["x"]


@pytest.mark.parametrize(
    ("measure", "of", "expected"),
    [
        ("count", "", 3),
        ("exists", "", True),
        ("sum", "properties.revenue", 22.25),
        ("mean", "properties.revenue", 11.125),
        ("min", "properties.revenue", 9.75),
        ("max", "properties.revenue", 12.5),
        ("distinct", "context.channel", 2),
        ("first", "context.channel", "web"),
        ("last", "context.channel", "web"),
        ("days_since", "", 2),
        ("count", "properties.products[].sku", 3),
        ("distinct", "properties.products[].sku", 2),
        ("first", "properties.products[].sku", "a"),
        ("last", "properties.products[].sku", "b"),
        ("sum", "properties.products[].price", 5.5),
    ],
)
def test_each_measure_says_what_it_counts(make, moment, measure, of, expected):
    orders = [
        make("2024-05-01T10:00:00", properties={"revenue": 12.5, "products": [{"sku": "a", "price": 2}]}),
        make("2024-05-02T10:00:00", properties={"revenue": "n/a"}, context={"channel": "shop"}),
        make("2024-05-03T10:00:00", properties={"revenue": "9.75"}, context={"channel": "web"}),
    ]
    orders[0] = msgspec.structs.replace(orders[0], context={"channel": "web"})
    orders[1] = msgspec.structs.replace(
        orders[1], properties={"revenue": "n/a", "products": [{"sku": "a", "price": 3.5}, {"sku": "b"}]}
    )
    feature = Feature(event=ORDER, measure=measure, of=of)
    assert value(feature, orders, moment("2024-05-05T00:00:00")) == expected


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("count", 0),
        ("distinct", 0),
        ("exists", False),
        ("sum", None),
        ("mean", None),
        ("last", None),
        ("days_since", None),
    ],
)
def test_what_nothing_counts_as(moment, measure, expected):
    feature = Feature(event=ORDER, measure=measure, of="properties.revenue" if measure != "days_since" else "")
    assert value(feature, [], moment("2024-05-05T00:00:00")) == expected


def test_a_window_counts_local_days_with_today_as_the_first(make, moment):
    late_evening_in_shanghai = make("2024-05-01T15:59:00")
    next_morning_there = make("2024-05-01T16:00:00")
    two_days = Feature(event=ORDER, measure="count", window="2d")
    events = [late_evening_in_shanghai, next_morning_there]
    assert value(two_days, events, moment("2024-05-02T10:00:00"), "Asia/Shanghai") == 2
    assert value(two_days, events, moment("2024-05-02T16:00:00"), "Asia/Shanghai") == 1
    assert value(two_days, events, moment("2024-05-03T16:00:00"), "Asia/Shanghai") == 0


def test_a_window_of_hours_counts_utc_hours(make, moment):
    events = [make("2024-05-01T10:59:59"), make("2024-05-01T11:00:00")]
    assert value(Feature(event=ORDER, measure="count", window="1h"), events, moment("2024-05-01T11:30:00")) == 1
    assert value(Feature(event=ORDER, measure="count", window="2h"), events, moment("2024-05-01T11:30:00")) == 2


def test_an_event_is_matched_by_name_by_type_or_at_all(make, moment):
    events = [
        make("2024-05-01T10:00:00"),
        make("2024-05-01T10:00:01", "Home", type="page"),
        make("2024-05-01T10:00:02", "page"),
        make("2024-05-01T10:00:03", "", type="identify"),
    ]
    now = moment("2024-05-01T12:00:00")
    assert value(Feature(event="Completed Order", measure="count"), events, now) == 1
    assert value(Feature(event="page", measure="count"), events, now) == 1
    assert value(Feature(event="identify", measure="count"), events, now) == 1
    assert value(Feature(event="*", measure="count"), events, now) == 4


def test_where_compares_texts_and_finds_one_among_many(make, moment):
    events = [
        make("2024-05-01T10:00:00", properties={"n": 3, "products": [{"category": "book"}, {"category": "game"}]}),
        make("2024-05-01T11:00:00", properties={"n": "3"}),
        make("2024-05-01T12:00:00", properties={"n": 3.5}),
    ]
    now = moment("2024-05-01T12:00:00")
    count = Feature(event=ORDER, measure="count")
    assert value(msgspec.structs.replace(count, where={"properties.n": 3}), events, now) == 2
    assert value(msgspec.structs.replace(count, where={"properties.products[].category": "game"}), events, now) == 1
    assert value(msgspec.structs.replace(count, where={"properties.n": None}), events, now) == 0


def test_neither_order_nor_merging_changes_the_state(make):
    draw = random.Random(7)
    day = 86_400_000_000
    events = [
        (seq, make(draw.randrange(60) * day + seq, properties={"revenue": draw.random() * 100, "sku": f"s{seq % 9}"}))
        for seq in range(1, 200)
    ]
    fold = FeatureFold(
        {
            f"{measure}_{window}": Feature(event=ORDER, measure=measure, of=of, window=window)
            for window in ("", "7d", "30h")
            for measure, of in [
                ("count", ""), ("sum", "properties.revenue"), ("mean", "properties.revenue"),
                ("distinct", "properties.sku"), ("first", "properties.sku"), ("last", "properties.sku"),
                ("days_since", ""), ("max", "properties.revenue"),
            ]
        },
        ZoneInfo("Europe/Paris"),
    )  # fmt: skip

    def folded(part):
        state: dict[str, Any] = {}
        for seq, event in part:
            fold.add(state, event, seq)
        return state

    whole = folded(events)
    assert folded(draw.sample(events, len(events))) == whole
    shuffled = draw.sample(events, len(events))
    left, right = folded(shuffled[:80]), folded(shuffled[80:])
    kept = msgspec.msgpack.encode(right)
    fold.merge(left, right)
    assert left == whole
    assert msgspec.msgpack.encode(right) == kept
    empty: dict[str, Any] = {}
    fold.merge(empty, whole)
    assert empty == whole
    fold.add(empty, events[0][1], 1)
    assert folded(events) == whole


def test_a_window_bounds_the_state(make):
    fold = FeatureFold({"x": Feature(event=ORDER, measure="count", window="3d")}, ZoneInfo("UTC"))
    state: dict[str, Any] = {}
    for day in range(1_000):
        fold.add(state, make(day * 86_400_000_000), day)
    newest, oldest, buckets = state["x"]
    assert (newest, oldest, sorted(buckets)) == (999, 997, [997, 998, 999])


@pytest.mark.parametrize(
    "wrong", [{"of": ""}, {"window": "3w"}, {"of": "revenue"}, {"of": "properties"}, {"of": "properties.a..b"}]
)
def test_what_cannot_be_measured_is_an_error(wrong):
    with pytest.raises(InvalidDefinition):
        FeatureFold(
            {"x": Feature(event=ORDER, measure="sum", **({"of": "properties.revenue"} | wrong))}, ZoneInfo("UTC")
        )
