"""Where and why segments give up buying, and who should hear from a person."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.core.errors import Conflict
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports.abandonment import abandonment
from tests.loop.conftest import Shop, track

OFF = {"consent": {"categoryPreferences": {"personalization": False}}}


@pytest.fixture
def shop(open_shop: Any) -> Shop:
    return open_shop(**{"segments.yaml": "buyers: {rule: orders_90d >= 1}\n"})


def walk(who: str, *steps: str, **last: Any) -> list[dict[str, Any]]:
    calls = [track(step, who) for step in steps]
    calls[-1]["properties"] = last
    return calls


def browse(shop: Shop) -> None:
    """Forty look; thirty of them add; twenty go to checkout, of whom ten buy and five are denied a coupon."""
    calls: list[dict[str, Any]] = []
    for place in range(40):
        steps = ["Product Viewed", *(["Product Added"] if place < 30 else []),
                 *(["Checkout Started"] if place < 20 else [])]  # fmt: skip
        calls += walk(f"c{place}", *steps, *(["Order Completed"] if place < 10 else []))
        if 10 <= place < 15:
            calls += walk(f"c{place}", "Coupon Denied", reason="Expired")
    shop.happen(*calls)


def test_shares_are_lost_step_by_step_with_intervals(shop: Shop) -> None:
    browse(shop)
    shop.happen(track("Order Completed", "mail_order"))
    shop.clock.pass_days(3)
    refresh(shop.rt)
    found = abandonment(shop.rt)
    everybody = found["everybody"]
    assert (everybody["attempts"], everybody["bought"]) == (40, 10)
    assert [(one["step"], one["reached"], one["lost"], one["share"]) for one in everybody["steps"]] == [
        ("Product Viewed", 40, 10, 0.25), ("Product Added", 30, 10, 0.3333), ("Checkout Started", 20, 10, None),
    ]  # fmt: skip
    assert all(one["low"] < one["share"] < one["high"] for one in everybody["steps"] if one["share"])
    assert {(one["last_event"], one["reason"], one["attempts"]) for one in everybody["reasons"]} == {
        ("Product Viewed", "", 10), ("Product Added", "", 10), ("Checkout Started", "", 5),
        ("Coupon Denied", "expired", 5),
    }  # fmt: skip
    (buyers,) = found["segments"]
    assert (buyers["name"], buyers["attempts"], buyers["bought"]) == ("buyers", 10, 10)
    assert buyers["note"] == "10 attempts; 30 are needed for shares"
    assert found["hand_over"] == []


def test_a_day_of_silence_or_an_order_ends_an_attempt(shop: Shop) -> None:
    shop.happen(*walk("ann", "Product Viewed", "Order Completed", "Product Viewed"))
    shop.clock.pass_days(2)
    shop.happen(*walk("ann", "Product Viewed"))
    shop.clock.pass_days(0.5)
    shop.happen(*walk("ann", "Product Added"))
    shop.clock.pass_days(2)
    refresh(shop.rt)
    assert abandonment(shop.rt)["everybody"]["attempts"] == 3


def test_who_gave_up_lately_and_late_is_handed_to_a_person(shop: Shop) -> None:
    browse(shop)
    shop.happen(track("Home", "c16") | {"context": OFF})
    shop.clock.pass_days(1)
    refresh(shop.rt)
    listed = abandonment(shop.rt)["hand_over"]
    assert len(listed) == 9
    assert {one["why"] for one in listed} == {"expired, after Checkout Started", "stopped after Checkout Started"}
    assert all(one["segments"] == [] for one in listed)


def test_a_running_attempt_is_not_given_up(shop: Shop) -> None:
    shop.happen(*walk("ann", "Product Viewed"))
    refresh(shop.rt)
    assert abandonment(shop.rt)["everybody"]["attempts"] == 0


def test_before_the_first_refresh_it_says_what_to_do(shop: Shop) -> None:
    with pytest.raises(Conflict, match="refresh"):
        abandonment(shop.rt)


def test_nobody_at_all(shop: Shop) -> None:
    refresh(shop.rt)
    found = abandonment(shop.rt)
    assert found["everybody"]["steps"] == []
    assert found["hand_over"] == []
