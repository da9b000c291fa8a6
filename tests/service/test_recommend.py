"""Recommendations over HTTP, and on the console's page."""

from __future__ import annotations

import pytest

from rapport.console.messages import CATALOGUES
from rapport.console.recommend import recommendations_page
from rapport.core.identifier import Identifier
from rapport.core.time import DAY_US, iso
from rapport.loop.refreshing.refresh import refresh
from tests.customize.recommend.shops import TODAY, shop
from tests.service.shop import open_site, write_workspace

ACTIONS = "for_you: {slots: [shelf], items: {most: 6}}\n"


@pytest.fixture
def site(tmp_path):
    catalogue = "attributes: {category: category, price: price, name: name}\n"
    write_workspace(tmp_path, {"catalogue.yaml": catalogue, "actions/shelf.yaml": ACTIONS})
    with open_site(tmp_path) as opened:
        yield opened


def trade(site):
    start_us = site.rt.clock.now_us() - (TODAY + 1) * DAY_US
    shown = shop()
    batch = [
        {"type": "track", "userId": f"c{customer}", "event": "Order Completed",
         "properties": {"products": [{"product_id": f"i{item}", "category": "tea" if item < 15 else "wool",
                                      "price": item + 1, "name": f"Item <{item}>"}]},
         "timestamp": iso(start_us + int(day) * DAY_US)}
        for customer, item, day in zip(shown.customer.tolist(), shown.item.tolist(), shown.day.tolist(), strict=True)
    ]  # fmt: skip
    for place in range(0, len(batch), 240):
        site.call("POST", "/v1/batch", site.write_key, json={"batch": batch[place : place + 240]})
    refresh(site.rt)


def test_the_report_one_customer_a_decision_and_the_page(site):
    path = "/v1/reports/recommendations"
    assert site.call("GET", path, site.read_key).status_code == 409
    assert recommendations_page(site.rt, CATALOGUES["en"])["report"] is None
    trade(site)
    told = site.call("GET", path, site.read_key).json()
    assert told["catalogue"] == {"items": 30, "new": 0, "categories": 2, "priced": 30}
    assert [one["way"] for one in told["tested"]["found"]] == ["chosen", "popularity", "itemknn"]
    assert told["actions"] == [{"action": "for_you", "kind": "personal", "most": 6, "margin": 0.0}]
    customer_id = site.rt.store.find(Identifier("user_id", "c1")).id
    one = site.call("GET", f"{path}/{customer_id}?limit=4", site.read_key).json()
    assert (one["known"], one["came_from"], len(one["items"])) == (True, "personal", 4)
    assert {item["attributes"]["category"] for item in one["items"]} == {"wool"}
    like = site.call("GET", f"{path}/{customer_id}?kind=similar&item=i2&limit=3", site.read_key).json()
    assert {item["attributes"]["category"] for item in like["items"]} == {"tea"}
    wrong = site.call("GET", f"{path}/{customer_id}?kind=similiar", site.read_key)
    assert (wrong.status_code, "did you mean 'similar'" in wrong.text) == (400, True)
    asked = {"customer": {"userId": "c1"}, "slot": "shelf", "limit": 2}
    decided = site.call("POST", "/v1/decide", site.read_key, json=asked).json()
    assert "items" in decided, decided
    assert [item["action"].partition("/")[0] for item in decided["items"]] == ["for_you", "for_you"]
    for words in CATALOGUES.values():
        shown = recommendations_page(site.rt, words)
        assert len(shown["tested"]["rows"]) == 3
        assert "{" not in shown["said"] + shown["mix"] + shown["tested"]["said"]
        assert len(shown["most_taken"]) == 10
