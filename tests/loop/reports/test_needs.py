"""Needs through the whole loop: told in events, learnt at a refresh, moved live, decided on, reported."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from rapport.core.errors import Conflict, InvalidInput, NotFound
from rapport.core.time import DAY_US
from rapport.differentiate.needs.score import FALSE_ALARM
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.refreshing import differentiate
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports.needs import of_customer, report
from tests.loop.conftest import Shop, identify, track

NEEDS = """
attributes:
  what: {readings: [{event: Order Completed, of: "properties.products[].category"}]}
segment_by: ""
ladders:
  gift wrap: {a nice surprise: giving}
  refill bag: {less waste: thrift}
inferred_weight: 1.0
"""
OFFERS = """
gift_set: {slots: [homepage], rule: "need_why = 'giving'", value: 5}
refills: {slots: [homepage], rule: "need_why = 'thrift'", value: 5}
"""
DAYS = 40


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(**{"needs.yaml": NEEDS, "actions/offers.yaml": OFFERS})


def order(user: str, *categories: str, days_ago: int = 0, shop: Shop | None = None) -> dict[str, object]:
    call = track("Order Completed", user, revenue=10, products=[{"category": one, "quantity": 1} for one in categories])
    if days_ago and shop is not None:
        from rapport.core.time import iso

        call["timestamp"] = iso(shop.clock.time_us - days_ago * DAY_US)
    return call


def simulated(shop: Shop, customers: int = 40, seed: int = 3) -> dict[str, str]:
    """Buyers of one tea tin with a hidden need each, which shows only in what now and then goes with it."""
    rng = np.random.default_rng(seed)
    hidden = {f"u{n}": ("giving", "thrift")[int(rng.integers(2))] for n in range(customers)}
    for user, need in hidden.items():
        usual, other = ("gift wrap", "refill bag") if need == "giving" else ("refill bag", "gift wrap")
        for days_ago in sorted(rng.choice(DAYS, 5, replace=False).tolist(), reverse=True):
            with_it = usual if rng.random() < 0.85 else other
            shop.send(order(user, "tea tin", with_it, days_ago=int(days_ago), shop=shop))
    return hidden


def offered(shop: Shop, user: str) -> str | None:
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot="homepage"))
    decided.saved.result()
    return decided.decision.chosen[0].action if decided.decision.chosen else None


def test_two_buyers_of_one_product_with_different_hidden_needs_get_different_offers(shop: Shop) -> None:
    hidden = simulated(shop)
    refresh(shop.rt)
    giver = next(user for user, need in hidden.items() if need == "giving")
    saver = next(user for user, need in hidden.items() if need == "thrift")
    told = {user: of_customer(shop.rt, {"user_id": user}) for user in (giver, saver)}
    whys = {user: next(one for one in told[user]["facets"] if one["facet"] == "why")["values"][0] for user in told}
    assert (whys[giver]["value"], whys[saver]["value"]) == ("giving", "thrift")
    assert (offered(shop, giver), offered(shop, saver)) == ("gift_set", "refills")
    served = {user: offered(shop, user) for user in hidden}
    right = sum(served[user] == {"giving": "gift_set", "thrift": "refills"}[need] for user, need in hidden.items())
    assert right >= 34


def test_a_live_event_moves_a_need_as_a_refresh_would(shop: Shop) -> None:
    shop.happen(order("ann", "tea tin", "refill bag"))
    refresh(shop.rt)
    assert offered(shop, "ann") == "refills"
    shop.happen(*(order("ann", "gift wrap") for _ in range(4)), identify("ann"))
    shop.clock.pass_days(1)
    shop.happen(*(order("ann", "gift wrap") for _ in range(4)))
    assert offered(shop, "ann") == "gift_set"
    live = differentiate.report_frame(shop.rt, {"user_id": "ann"}).scores["need_what"][0]
    refresh(shop.rt)
    assert differentiate.report_frame(shop.rt, {"user_id": "ann"}).scores["need_what"][0] == live == "gift wrap"


def test_the_report_counts_needs_ladders_and_channels(shop: Shop) -> None:
    for n in range(6):
        told = {"attribute": "organic", "consequence": "fewer additives", "value": "health"}
        where = {"channel": "shop", "company": "ours"} if n < 4 else {"channel": "app", "company": "rival"}
        shop.send(track("Ladder Told", f"u{n}", **told, **where))
    shop.happen(order("u1", "organic"), order("u7", "organic"), order("u8", "crisps"))
    refresh(shop.rt)
    found = report(shop.rt)
    assert found["told_apart"] == 8
    assert found["changed"]["expected_by_chance"] == round(FALSE_ALARM * found["changed"]["asked"], 1)
    what = next(one for one in found["attributes"] if one["attribute"] == "what")
    assert what["known"] == 3
    assert {one["value"]: one["customers"] for one in what["needs"]}["organic"] >= 2
    assert found["ladders"]["asked"] == 6
    assert [(one["from"], one["to"], one["people"]) for one in found["ladders"]["links"]] == [
        ("fewer additives", "health", 6),
        ("organic", "fewer additives", 6),
    ]
    assert [(one["company"], one["channel"], one["asked"]) for one in found["ladders"]["channels"]] == [
        ("ours", "shop", 4),
        ("rival", "app", 2),
    ]
    assert found["goes_with"]["needs"] == []
    assert found["goes_with"]["refused"] > 0
    u7 = next(one for one in of_customer(shop.rt, {"user_id": "u7"})["facets"] if one["facet"] == "why")
    assert u7["by_evidence"]["inferred"]["value"] == "health"


def test_who_switched_personalisation_off_is_in_no_count(shop: Shop) -> None:
    off = {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}
    ladder = track("Ladder Told", "shy", attribute="a", consequence="b", value="c")
    shop.happen(identify("shy") | off, ladder, order("shy", "crisps"), order("ann", "tea tin"))
    refresh(shop.rt)
    found = report(shop.rt)
    assert (found["customers"], found["told_apart"], found["ladders"]["asked"]) == (2, 1, 0)
    assert of_customer(shop.rt, {"user_id": "shy"})["refused"]


def test_it_says_what_is_missing(open_shop: Callable[..., Shop]) -> None:
    with pytest.raises(Conflict, match="no needs are declared"):
        report(open_shop("bare").rt)
    shop = open_shop("declared", **{"needs.yaml": NEEDS, "actions/offers.yaml": OFFERS})
    with pytest.raises(Conflict, match="not been learnt"):
        report(shop.rt)
    shop.happen(order("ann", "tea tin"))
    refresh(shop.rt)
    with pytest.raises(InvalidInput, match="'need_what' is no numeric column"):
        report(shop.rt, by="need_what")
    with pytest.raises(NotFound):
        of_customer(shop.rt, {"user_id": "nobody"})


def test_value_is_compared_by_the_column_asked_for(shop: Shop) -> None:
    for n in range(80):
        shop.send(track("Order Completed", f"u{n}", revenue=100 + n if n % 2 else 10 + n,
                        products=[{"category": "tea" if n % 2 else "crisps"}]))  # fmt: skip
    refresh(shop.rt)
    found = report(shop.rt, by="monetary")["goes_with"]
    tea = next(one for one in found["needs"] if one["need"] == "tea")
    assert found["measure"] == "monetary"
    assert tea["holds"]
    assert tea["low"] < 91.0 < tea["high"]
    assert (tea["customers"], tea["others"]) == (40, 40)
