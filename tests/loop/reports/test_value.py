"""Value after refreshes: the report, each customer's history, and movement between quadrants."""

from __future__ import annotations

import pytest

from rapport.core.errors import Conflict, NotFound
from rapport.core.time import DAY_US
from rapport.differentiate.value import history_sql
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports import value, value_history
from rapport.loop.view import find
from tests.loop.conftest import identify, track

VALUE = """
current:
  indicators:
    spend: {of: monetary}
    orders: {of: frequency}
  weights: ahp
  judgements: {spend: {orders: 3}}
potential:
  indicators:
    viewed: {of: genres}
quadrants:
  high_low: {name: Gold, treatment: Thank them.}
"""


@pytest.fixture
def shop(open_shop):
    return open_shop(**{"value.yaml": VALUE})


def buy(user: str, revenue: float):
    return track("Order Completed", user, revenue=revenue)


def view(user: str, *genres: str):
    return [track("Product Viewed", user, category=genre) for genre in genres]


def four(shop):
    """Customers in all four quadrants."""
    shop.happen(buy("top", 900), *view("top", "crime", "art"), buy("gold", 500))
    shop.happen(*view("hope", "crime", "art"), identify("idle"))


def refreshed(shop):
    as_of = refresh(shop.rt).as_of
    value_history.after_refresh(shop.rt, as_of)
    return as_of


def history(shop, user: str):
    return [one["value_quadrant"] for one in value.of_customer(shop.rt, {"user_id": user})["history"]]


def moves(shop):
    return {(row["before"], row["after"]): row["customers"] for row in value_history.movement(shop.rt)["rows"]}


def test_there_is_no_report_without_indicators_or_before_a_refresh(open_shop, shop):
    with pytest.raises(Conflict, match="no indicator of value is declared"):
        value.report(open_shop("bare").rt)
    with pytest.raises(Conflict, match="has not been measured"):
        value.report(shop.rt)


def test_the_report_counts_customers_and_money_by_quadrant(shop):
    four(shop)
    refreshed(shop)
    found = value.report(shop.rt)
    rows = {row["quadrant"]: row for row in found["quadrants"]}
    assert {key: row["customers"] for key, row in rows.items()} == dict.fromkeys(rows, 1)
    assert rows["high_high"]["monetary_share"] == pytest.approx(900 / 1400)
    assert (rows["high_low"]["name"], rows["high_low"]["treatment"]) == ("Gold", "Thank them.")
    assert rows["low_low"]["treatment"].startswith("Serve well")
    assert (found["customers"], found["valued"], found["movement"]) == (4, 4, None)
    assert sum(count for *_, count in found["map"]["counts"]) == 4


def test_the_report_says_how_value_is_measured(shop):
    four(shop)
    refreshed(shop)
    found = value.report(shop.rt)
    current = found["dimensions"]["current"]
    assert [(one["name"], one["weight"], one["known"]) for one in current["indicators"]] == [
        ("spend", pytest.approx(0.75), 1), ("orders", pytest.approx(0.25), 1),
    ]  # fmt: skip
    assert current["consistency"][0]["consistent"]
    assert found["dimensions"]["potential"]["indicators"][0]["note"] == ""


def test_an_inconsistent_matrix_is_told_with_what_to_write(open_shop):
    inconsistent = """
current:
  indicators: {a: {of: monetary}, b: {of: frequency}, c: {of: genres}}
  weights: ahp
  judgements: {a: {b: 3, c: 0.2}, b: {c: 3}}
"""
    shop = open_shop(**{"value.yaml": inconsistent})
    four(shop)
    refreshed(shop)
    (told,) = value.report(shop.rt)["dimensions"]["current"]["consistency"]
    assert not told["consistent"]
    assert told["hint"] == "the others imply a: {c: 9} rather than c: {a: 5}; the ratio would be 0.00"


def test_nobody_known_is_a_report_too(shop):
    refreshed(shop)
    found = value.report(shop.rt)
    assert (found["valued"], found["map"]["counts"]) == (0, [])
    assert {row["share"] for row in found["quadrants"]} == {None}


def test_refunds_above_sales_have_no_share(shop):
    shop.happen(buy("top", 10), track("Order Refunded", "top", revenue=50), identify("idle"))
    refreshed(shop)
    assert {row["monetary_share"] for row in value.report(shop.rt)["quadrants"]} == {None}


def test_only_changes_are_kept(shop):
    four(shop)
    refreshed(shop)
    shop.clock.pass_days(1)
    refreshed(shop)
    assert history(shop, "idle") == ["low_low"]
    shop.clock.pass_days(1)
    shop.happen(buy("idle", 5_000))
    refreshed(shop)
    assert history(shop, "idle") == ["low_low", "high_low"]


def test_repeating_a_refresh_at_the_same_moment_changes_nothing(shop):
    four(shop)
    refreshed(shop)
    shop.clock.pass_days(1)
    shop.happen(buy("idle", 5_000))
    refreshed(shop)
    before = moves(shop), history(shop, "idle")
    refreshed(shop)
    assert (moves(shop), history(shop, "idle")) == before


def test_a_refresh_as_of_the_past_changes_nothing(shop):
    four(shop)
    first = refreshed(shop)
    shop.clock.pass_days(2)
    shop.happen(buy("idle", 5_000))
    refreshed(shop)
    before = moves(shop), value_history.course(shop.rt), history(shop, "idle")
    refresh(shop.rt, as_of_us=first + DAY_US)
    assert (moves(shop), value_history.course(shop.rt), history(shop, "idle")) == before
    assert before[2] == ["low_low", "high_low"]


def test_movement_counts_who_came_stayed_went_and_changed(shop):
    four(shop)
    refreshed(shop)
    shop.clock.pass_days(1)
    shop.happen(buy("idle", 5_000), identify("new"))
    refreshed(shop)
    found = moves(shop)
    assert found[("low_low", "high_low")] == 1
    assert found[("", "low_low")] == 1
    assert sum(found.values()) == 5
    assert value_history.movement(shop.rt)["moved"] >= 2
    assert not value_history.movement(shop.rt)["defined_anew"]
    assert [sum(one["quadrants"].values()) for one in value_history.course(shop.rt)] == [4, 5]


def test_who_switches_personalisation_off_leaves(shop):
    four(shop)
    refreshed(shop)
    shop.clock.pass_days(1)
    refusal = {"consent": {"categoryPreferences": {"personalization": False}}}
    shop.happen(track("Consent Updated", "gold") | {"context": refusal})
    assert history(shop, "gold") == [], "not even before the next refresh"
    gold = find(shop.rt, {"user_id": "gold"}).id
    assert len(value_history.of_customer(shop.rt, gold)) == 1
    refreshed(shop)
    assert not [move for move in moves(shop) if "" in move]
    assert value_history.of_customer(shop.rt, gold) == []
    assert value.of_customer(shop.rt, {"user_id": "gold"})["why_not"] == "switched personalisation off"
    assert value.report(shop.rt)["valued"] == 3


def test_the_erased_leave_no_history(shop):
    four(shop)
    refreshed(shop)
    erase(shop.rt, {"user_id": "gold"})
    ((left,),) = shop.rt.warehouse.query(f"SELECT COUNT(*) FROM {history_sql.HISTORY}")
    assert left == 3
    with pytest.raises(NotFound):
        value.of_customer(shop.rt, {"user_id": "gold"})
    shop.clock.pass_days(1)
    refreshed(shop)
    assert ("high_low", "") not in moves(shop)


def test_a_customer_keeps_a_bounded_history(shop, monkeypatch):
    monkeypatch.setattr(history_sql, "KEPT", 2)
    four(shop)
    for revenue in (0, 5_000, -5_000, 9_000):
        shop.clock.pass_days(1)
        shop.happen(buy("idle", revenue)) if revenue >= 0 else shop.happen(
            track("Order Refunded", "idle", revenue=-revenue)
        )
        refreshed(shop)
    assert len(history(shop, "idle")) == 2


def test_one_customer_is_told_with_reasons_and_history(shop):
    four(shop)
    refreshed(shop)
    told = value.of_customer(shop.rt, {"user_id": "gold"})
    assert (told["quadrant"], told["name"]) == ("high_low", "Gold")
    assert [one["name"] for one in told["dimensions"]["current"]["indicators"]] == ["spend", "orders"]
    assert told["dimensions"]["potential"]["lift"]["indicator"] == "viewed"
    assert len(told["history"]) == 1


def test_another_definition_is_told_beside_the_movement(open_shop, tmp_path):
    shop = open_shop(**{"value.yaml": VALUE})
    four(shop)
    refreshed(shop)
    shop.rt.close()
    again = open_shop(clock=shop.clock, **{"value.yaml": VALUE.replace("3", "5")})
    again.clock.pass_days(1)
    refreshed(again)
    assert value_history.movement(again.rt)["defined_anew"]
