"""Items of the catalogue in decisions: learnt at a refresh, offered under one record, accepted by the very item."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.core.customer import decode_profile
from rapport.core.decision import action_of
from rapport.core.errors import Conflict
from rapport.core.identifier import Identifier
from rapport.core.time import DAY_US, iso
from rapport.differentiate.history import read_history
from rapport.loop.deciding.decide import Ask, answer, decide
from rapport.loop.deciding.recommend import NOT_LEARNT, preview
from rapport.loop.intake.fold import catch_up
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.recommend_refit import INTERESTS
from rapport.loop.refreshing.refresh import refresh
from tests.loop.conftest import track

FILES = {
    "catalogue.yaml": "attributes: {category: category, price: price, name: name}\n",
    "actions/offers.yaml": """
voucher: {slots: [shelf, homepage], value: 1.5}
for_you:
  slots: [shelf]
  value: 2
  items: {kind: personal, most: 8, margin: 0.3}
alike:
  slots: [product]
  personal: false
  items: {kind: similar, most: 5}
""",
}
KINDS = {"tea": range(10), "wool": range(10, 20)}
PRICE = {number: 5.0 + number for number in range(21)}


@pytest.fixture
def shop(open_shop):
    return open_shop(**FILES)


def product(number: int) -> dict:
    kind = "tea" if number < 10 else "wool"
    return {"product_id": f"p{number}", "category": kind, "price": PRICE[number], "name": f"{kind} {number}"}


def order(name: str, day: int, start_us: int, *numbers: int) -> dict:
    lines = [product(number) for number in numbers]
    return track("Order Completed", name, products=lines) | {"timestamp": iso(start_us + day * DAY_US)}


def trade(shop, customers: int = 60, days: int = 60):
    """Half of the customers buy tea, the others wool, item by item, some items oftener than others."""
    rng = np.random.default_rng(3)
    start_us = shop.clock.time_us
    shop.clock.pass_days(days)
    events = []
    for number in range(customers):
        kind = list(KINDS["tea" if number % 2 else "wool"])
        chosen = rng.permutation(kind)[:6]
        on = np.sort(rng.integers(0, days, 6))
        events += [order(f"c{number}", int(day), start_us, int(one)) for day, one in zip(on, chosen, strict=True)]
    shop.send(*events)
    refresh(shop.rt)


def ask(shop, slot="shelf", name="c1", limit=3, **context):
    decided = decide(shop.rt, Ask(customer={"userId": name}, slot=slot, context=context, limit=limit))
    decided.saved.result()
    return decided


def test_before_the_first_refresh_the_other_offers_stand(shop):
    decision = ask(shop).decision
    assert decision.candidates == ["voucher"]
    assert {one.action: one.reason for one in decision.excluded} == {"for_you": NOT_LEARNT}
    with pytest.raises(Conflict, match="not been learnt"):
        preview(shop.rt, {"userId": "c1"}, "personal", {}, 5)


def test_a_customer_is_offered_what_alike_customers_took_and_not_what_is_owned(shop):
    trade(shop)
    decided = ask(shop, limit=4)
    decision = decided.decision
    items = [name for name in decision.candidates if action_of(name) == "for_you"]
    assert set(items[:4]) == {f"for_you/p{number}" for number in range(10)} - {
        f"for_you/{one.item}" for one in shown(shop, "c1")
    }
    owned = {one.item for one in shown(shop, "c1")}
    assert owned.isdisjoint(name.partition("/")[2] for name in items)
    assert decision.candidates[0] == "voucher"
    assert sum(decision.choice_probability) == pytest.approx(1.0)
    told = answer(shop.rt, decided)["items"]
    item = next(one for one in told if one["action"] != "voucher")
    assert item["content"]["item"] == item["action"].partition("/")[2]
    assert item["value"] == pytest.approx(item["content"]["price"] * 0.3)


def test_a_visitor_whom_nobody_knows_gets_what_everybody_takes_within_the_moment(shop):
    trade(shop)
    assert preview(shop.rt, {"anonymousId": "new"}, "personal", {}, 5)["came_from"] == "popular"
    wool = preview(shop.rt, {"anonymousId": "new"}, "personal", {"category": "wool"}, 5)["items"]
    assert [one["attributes"]["category"] for one in wool] == ["wool"] * 5


def test_only_the_very_item_accepts_its_offer_and_earns_its_price(shop):
    trade(shop)
    decision = ask(shop, limit=5).decision
    items = [pick.item.id for pick in decision.chosen if pick.item is not None]
    assert len(items) >= 2
    line = product(int(items[0][1:]))
    shop.send(track("Order Completed", "c1", products=[product(20), line], revenue=99))
    catch_up(shop.rt)
    outcomes = {one.action: (one.outcome, one.value) for one in shop.rt.store.offers([decision.id])}
    assert outcomes[f"for_you/{items[0]}"] == ("accepted", line["price"])
    assert outcomes[f"for_you/{items[1]}"] == ("", 0.0)


def test_who_switched_personalisation_off_gets_what_is_like_the_page_and_teaches_nothing(open_shop):
    shop = open_shop(**FILES | {"policy.yaml": "context:\n  item: text\n"})
    off = {"consent": {"categoryPreferences": {"personalization": False}}}
    start_us = shop.clock.time_us
    shop.send(order("c0", 0, start_us, 3, 20) | {"context": off})
    trade(shop)
    decision = ask(shop, "product", "c0", item="p12").decision
    assert not decision.personalized
    assert len(decision.chosen) == 3
    assert {pick.item.attributes["category"] for pick in decision.chosen} == {"wool"}
    everything = preview(shop.rt, {"userId": "c1"}, "popular", {}, 100)
    assert "p20" not in {one["item"] for one in everything["items"]}


def test_live_interests_are_those_of_the_warehouse(shop):
    trade(shop)
    rows = shop.rt.warehouse.query(
        f"SELECT i.subject, t.item, t.day, t.interest, t.count FROM {INTERESTS} AS t"
        " JOIN identifiers AS i ON i.customer_id = t.customer_id ORDER BY i.subject, t.item, t.day, t.interest"
    )
    live = [
        (f"user_id:{name}", one.item, one.day, one.interest, one.count)
        for name in sorted(f"c{number}" for number in range(60))
        for one in shown(shop, name)
    ]
    assert rows == live
    assert len(rows) > 300


def test_the_model_leaves_with_who_is_erased_and_is_made_again_without_them(shop):
    start_us = shop.clock.time_us
    shop.send(order("gone", 0, start_us, 20))
    trade(shop)
    assert "p20" in {one["item"] for one in preview(shop.rt, {"userId": "c1"}, "popular", {}, 100)["items"]}
    receipt = erase(shop.rt, {"userId": "gone"})
    assert receipt["removed"]["models"] >= 1
    assert shop.rt.store.model_versions()["recommend"] == [1]
    assert "p20" not in {one["item"] for one in preview(shop.rt, {"userId": "c1"}, "popular", {}, 100)["items"]}
    assert ask(shop).decision.candidates[1:]


def shown(shop, name):
    found = shop.rt.store.find(Identifier("user_id", name))
    return read_history(decode_profile(found.profile).history).shown
