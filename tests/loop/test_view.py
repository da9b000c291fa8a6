"""One customer, seen whole."""

from __future__ import annotations

import pytest

from rapport.core.errors import InvalidInput, NotFound
from rapport.loop.decide import Ask, decide
from rapport.loop.view import export, lessons, listing, show, timeline
from tests.loop.conftest import Shop, identify, track


def happened(shop: Shop, *days: int) -> None:
    for day in days:
        when = f"2024-09-{day:02d}T08:00:00Z"
        shop.happen(track("Product Viewed", "ann", category=str(day)) | {"timestamp": when}, live=False)


def test_the_timeline_follows_when_things_happened(shop: Shop) -> None:
    happened(shop, 2, 9, 5)
    first = timeline(shop.rt, {"userId": "ann"}, limit=2)
    second = timeline(shop.rt, {"userId": "ann"}, before=first["next_cursor"], limit=2)
    assert [event["properties"]["category"] for event in first["data"] + second["data"]] == ["9", "5", "2"]
    assert second["next_cursor"] is None


def test_a_cursor_of_one_s_own_is_refused(shop: Shop) -> None:
    happened(shop, 2)
    with pytest.raises(InvalidInput, match="next_cursor"):
        timeline(shop.rt, {"userId": "ann"}, before="yesterday")


def test_traits_say_where_they_come_from_and_what_for(shop: Shop) -> None:
    shop.happen(identify("ann", "a1", city="Bonn"))
    seen = show(shop.rt, {"userId": "ann"})
    assert seen["traits"]["city"]["value"] == "Bonn"
    assert seen["traits"]["city"]["source"] == "test"
    assert seen["traits"]["city"]["purpose"] == "nearest shop"
    (link,) = seen["links"]
    assert {link["a"], link["b"]} == {"user_id:ann", "anonymous_id:a1"}


def test_somebody_we_never_met_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound, match="user_id:nobody"):
        show(shop.rt, {"userId": "nobody"})


def test_the_export_holds_events_and_decisions(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5))
    decide(shop.rt, Ask(customer={"userId": "ann"}, slot="homepage")).saved.result()
    exported = export(shop.rt, {"userId": "ann"})
    assert [event["event"] for event in exported["events"]] == ["Order Completed"]
    assert len(exported["decisions"]) == 1
    assert lessons(shop.rt, {"userId": "ann"}) == {"data": [], "next_cursor": None}


def test_customers_are_listed_a_page_at_a_time(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5), track("Order Completed", "bob", revenue=5))
    first = listing(shop.rt, limit=1)
    second = listing(shop.rt, after=first["next_cursor"], limit=1)
    assert {first["data"][0]["id"], second["data"][0]["id"]} == {row.id for row in shop.rt.store.scan_customers()}
