"""Everybody at once: what the warehouse computes is what the live fold holds, and scores come back to the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from rapport.core.customer import decode_profile
from rapport.core.errors import InvalidInput, InvalidRule
from rapport.differentiate.rfm import segment
from rapport.loop.columns import customer_row
from rapport.loop.intake.fold import catch_up
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports.segments import count
from rapport.loop.runtime import Runtime
from rapport.workspace.columns import PART_COLUMNS
from tests.loop.conftest import Shop, identify, track


def everybody(rt: Runtime, now_us: int) -> dict[str, dict[str, Any]]:
    """Every customer's row as the online plane has it."""
    rows = {
        stored.id: customer_row(rt, stored.id, decode_profile(stored.profile), stored.scores, now_us)
        for stored in rt.store.scan_customers()
    }
    for row in rows.values():
        row.update((name, value.replace(tzinfo=None)) for name, value in row.items() if isinstance(value, datetime))
    return rows


def trade(shop: Shop) -> None:
    """A few weeks of a small shop: ann buys often, bob once, one visitor looks on and opts out."""
    consent = {"consent": {"categoryPreferences": {"marketing": False, "personalization": False}}}
    shop.send(identify("ann", "a1", city="Bonn"), track("Product Viewed", None, "a2", category="tea"))
    for week in range(5):
        shop.clock.pass_days(7)
        shop.send(track("Order Completed", "ann", revenue=10.5 + week), track("Product Viewed", "ann", category="tea"))
    shop.send(track("Order Completed", "bob", total=3.25), track("Home", None, "a2") | {"context": consent})
    shop.clock.pass_days(2)


def test_the_customer_table_is_what_the_live_fold_holds(shop: Shop) -> None:
    trade(shop)
    report = refresh(shop.rt)
    names = sorted(shop.rt.columns)
    offline = {row[0]: dict(zip(names, row[1:], strict=True)) for row in shop.rt.warehouse.customer_rows(names)}
    assert offline == everybody(shop.rt, report.as_of)
    assert report.customers == len(offline) == 3


def test_scores_come_back_to_the_store(shop: Shop) -> None:
    trade(shop)
    report = refresh(shop.rt)
    by_spend = sorted(everybody(shop.rt, report.as_of).values(), key=lambda row: row["monetary"], reverse=True)
    ann, bob, visitor = ({name: row[name] for name in PART_COLUMNS["rfm"]} for row in by_spend)
    assert (ann["frequency"], ann["monetary"], ann["recency_days"]) == (5, 62.5, 2)
    assert ann["rfm_segment"] == segment(ann["r_score"], ann["f_score"], ann["m_score"])
    assert ann["f_score"] > bob["f_score"]
    assert (bob["frequency"], bob["monetary"], bob["recency_days"]) == (1, 3.25, 2)
    assert (visitor["rfm_segment"], visitor["frequency"], visitor["r_score"]) == (None, 0, None)
    assert sum(report.segments.values()) == 2


def test_a_refresh_says_what_it_did_and_remembers(shop: Shop) -> None:
    assert last_refresh(shop.rt) is None
    trade(shop)
    told: list[str] = []
    report = refresh(shop.rt, lambda doing, share: told.append(doing))
    assert report.events == shop.rt.store.last_seq()
    assert list(report.seconds) == [
        "fold",
        "hand over",
        "measure",
        "histories",
        "learn",
        "score",
        "write back",
        "examine",
        "retain",
        "answers",
    ]
    assert {"handing over events", "measuring customers", "building the customer table"} <= set(told)
    state = last_refresh(shop.rt)
    assert state is not None
    assert (state.as_of, state.customers, state.definitions) == (report.as_of, 3, shop.rt.workspace.version)
    assert msgspec.json.decode(msgspec.json.encode(report))["segments"] == report.segments


def test_a_second_refresh_hands_over_only_what_is_new(shop: Shop) -> None:
    trade(shop)
    refresh(shop.rt)
    shop.send(track("Order Completed", "bob", revenue=90))
    report = refresh(shop.rt)
    assert report.events == 1
    assert any(row["monetary"] == 93.25 for row in everybody(shop.rt, report.as_of).values())


def test_a_merge_after_the_hand_over_reaches_the_table(shop: Shop) -> None:
    shop.send(track("Order Completed", None, "a1", revenue=1), track("Order Completed", "ann", revenue=2))
    assert refresh(shop.rt).customers == 2
    shop.send(identify("ann", "a1"))
    report = refresh(shop.rt)
    assert report.customers == 1
    assert next(iter(everybody(shop.rt, report.as_of).values()))["spend"] == 3


def test_an_empty_workspace_refreshes_to_nobody(shop: Shop) -> None:
    report = refresh(shop.rt)
    assert (report.customers, report.events, report.segments) == (0, 0, {})
    assert count(shop.rt, "TRUE").count == 0


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("orders_90d >= 2", 1),
        ("city = 'Bonn' OR anonymous", 1),
        ("NOT personalized AND opted_out", 0),
        ("spend > 3", 1),
    ],
)
def test_a_segment_counts_the_same_before_and_after_a_refresh(shop: Shop, rule: str, expected: int) -> None:
    trade(shop)
    catch_up(shop.rt)
    before = count(shop.rt, rule)
    refresh(shop.rt)
    after = count(shop.rt, rule)
    assert before.count == after.count == expected
    assert before.sample == after.sample


def test_a_segment_by_score_needs_a_refresh(shop: Shop) -> None:
    trade(shop)
    catch_up(shop.rt)
    assert count(shop.rt, "frequency >= 5").count == 0
    refresh(shop.rt)
    assert count(shop.rt, "frequency >= 5").count == 1
    with pytest.raises(InvalidRule):
        count(shop.rt, "rfm_segmnt = 'Champions'")


def test_a_refresh_as_of_an_earlier_day_does_not_know_what_came_later(shop: Shop) -> None:
    shop.send(track("Order Completed", "ann", revenue=1))
    then = shop.clock.now_us()
    shop.clock.pass_days(10)
    shop.send(track("Order Completed", "ann", revenue=2))
    report = refresh(shop.rt, as_of_us=then)
    (row,) = everybody(shop.rt, then).values()
    assert (report.as_of, row["monetary"], row["recency_days"]) == (then, 1.0, 0)


def test_a_refresh_as_of_tomorrow_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidInput, match="still to come"):
        refresh(shop.rt, as_of_us=shop.clock.now_us() + 1)
