"""Lifetime value after a refresh: the report, one customer's, and that live events move it from the same model."""

from __future__ import annotations

import math

import pytest

from rapport.core.errors import Conflict, NotFound
from rapport.core.time import DAY_US, iso
from rapport.loop.refreshing.differentiate import models, report_frame
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports import lifetime
from tests.differentiate.lifetime.shops import shop as made_up
from tests.loop.conftest import track

VALUE = "lifetime: {horizon: 365d, margin: 0.5}\n"


@pytest.fixture
def shop(open_shop):
    return open_shop(**{"value.yaml": VALUE})


def trade(shop, customers: int = 120, days: int = 200):
    """A made-up shop's purchases of the days until now."""
    start_us = shop.clock.time_us
    shop.clock.pass_days(days)
    bought = made_up(customers, days=days, rate=0.06)
    shop.send(
        *(
            track("Order Completed", name, revenue=amount) | {"timestamp": iso(start_us + day * DAY_US)}
            for name, purchases in bought.items()
            for day, amount in purchases
        )
    )


def test_the_report_holds_what_was_learnt_and_how_it_fared(shop):
    trade(shop)
    refresh(shop.rt)
    found = lifetime.report(shop.rt)
    assert found["refused"] is None
    assert [one["group"] for one in found["fits"]] == ["everybody"]
    assert [one["name"] for one in found["fits"][0]["purchases"]["parameters"]] == ["r", "alpha", "a", "b"]
    assert found["tested"]["customers"] > 60
    spread = found["spread"]
    assert sum(spread["histogram"]["counts"]) == spread["customers"] == 120
    assert math.isclose(sum(one["share"] for one in spread["deciles"]), 1.0)
    assert spread["deciles"][0]["share"] > spread["deciles"][-1]["share"]


def test_one_customer_live_is_what_the_refresh_stored(shop):
    trade(shop)
    refresh(shop.rt)
    ((stored,),) = shop.rt.warehouse.query(
        "SELECT c.clv FROM customers AS c JOIN identifiers AS i ON i.customer_id = c.customer_id"
        " WHERE i.subject = 'user_id:c3'"
    )
    told = lifetime.of_customer(shop.rt, {"user_id": "c3"})
    assert told["value"] == stored
    assert told["low"] <= told["value"] <= told["high"]
    shop.happen(track("Order Completed", "c3", revenue=80.0))
    assert lifetime.of_customer(shop.rt, {"user_id": "c3"})["value"] > stored
    assert report_frame(shop.rt, {"user_id": "c3"}).scores["clv"][0] > stored


def test_who_switched_personalisation_off_has_none(shop):
    trade(shop)
    consent = {"consent": {"categoryPreferences": {"personalization": False}}}
    shop.happen(track("Order Completed", "c3", revenue=80.0) | {"context": consent})
    refresh(shop.rt)
    assert lifetime.of_customer(shop.rt, {"user_id": "c3"})["reason"] == "personalisation is switched off"
    assert lifetime.report(shop.rt)["learnt_from"] == 119


def test_what_cannot_be_said_is_refused_with_a_reason(shop, open_shop):
    with pytest.raises(Conflict, match="run `rapport refresh` first"):
        lifetime.report(shop.rt)
    shop.happen(track("Order Completed", "ann", revenue=8.0))
    refresh(shop.rt)
    assert models(shop.rt)["lifetime"].reason == "sparse"
    found = lifetime.report(shop.rt)
    assert "only 0 customers have bought again" in found["refused"]
    assert found["spread"] is None
    assert lifetime.of_customer(shop.rt, {"user_id": "ann"})["known"] is False
    with pytest.raises(NotFound):
        lifetime.of_customer(shop.rt, {"user_id": "nobody"})
    with pytest.raises(Conflict, match="is not asked for"):
        lifetime.report(open_shop("plain").rt)
