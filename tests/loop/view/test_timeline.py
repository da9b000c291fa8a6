"""A customer's events, page by page, and the acts of identity among them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.core.errors import InvalidInput
from rapport.loop.identities.identity import merge, unmerge
from rapport.loop.view import timeline
from tests.loop.conftest import Shop, identify, track

ANN = {"userId": "ann"}


def happened(shop: Shop, *days: int) -> None:
    for day in days:
        when = f"2024-09-{day:02d}T08:00:00Z"
        shop.happen(track("Product Viewed", "ann", category=str(day)) | {"timestamp": when}, live=False)


def test_the_timeline_follows_when_things_happened(shop: Shop) -> None:
    happened(shop, 2, 9, 5)
    first = timeline(shop.rt, ANN, limit=2)
    second = timeline(shop.rt, ANN, before=first["next_cursor"], limit=2)
    assert [event["properties"]["category"] for event in first["data"] + second["data"]] == ["9", "5", "2"]
    assert second["next_cursor"] is None


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(days=st.lists(st.integers(1, 9), max_size=9), size=st.integers(1, 4))
def test_pages_put_together_are_the_whole(open_shop, tmp_path_factory, days, size) -> None:
    shop = open_shop(tmp_path_factory.mktemp("paged").name)
    shop.happen(identify("ann"))
    happened(shop, *days)
    whole = [event["seq"] for event in timeline(shop.rt, ANN, limit=500)["data"]]
    pages, cursor = [], ""
    while cursor is not None:
        page = timeline(shop.rt, ANN, before=cursor, limit=size)
        pages += [event["seq"] for event in page["data"]]
        cursor = page["next_cursor"]
    assert pages == whole
    assert len(whole) == len(days) + 1


def test_a_cursor_of_one_s_own_is_refused(shop: Shop) -> None:
    happened(shop, 2)
    with pytest.raises(InvalidInput, match="next_cursor"):
        timeline(shop.rt, ANN, before="yesterday")


def test_an_act_stands_in_the_timeline_of_both_in_words(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5), track("Order Completed", anonymous="a1", revenue=5))
    merge(shop.rt, ANN, {"anonymousId": "a1"}, actor="desk", because="she showed her card")
    unmerge(shop.rt, ANN, {"anonymousId": "a1"}, actor="desk", because="it was her brother's")
    for who in (ANN, {"anonymousId": "a1"}):
        acts = [event for event in timeline(shop.rt, who)["data"] if event["type"] == "link"]
        assert [act["event"] for act in acts] == ["Identity Unlinked", "Identity Linked"]
        assert acts[1]["summary"].endswith("that anonymous_id:a1 and user_id:ann are one person: she showed her card")
