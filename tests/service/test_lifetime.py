"""Lifetime value over HTTP, and on the console's pages."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.console.messages import CATALOGUES
from rapport.core.time import DAY_US, iso
from rapport.loop.refreshing.refresh import refresh
from tests.differentiate.lifetime.shops import shop as made_up
from tests.service.shop import open_site, write_workspace


@pytest.fixture
def site(tmp_path):
    write_workspace(tmp_path, {"value.yaml": "lifetime: {horizon: 365d}\n"})
    with open_site(tmp_path) as opened:
        yield opened


def get(site: Any, path: str = "") -> Any:
    return site.call("GET", f"/v1/reports/lifetime{path}", site.read_key)


def trade(site: Any) -> None:
    start_us = site.rt.clock.now_us() - 200 * DAY_US
    batch = [
        {"type": "track", "userId": name, "event": "Order Completed", "properties": {"revenue": amount},
         "timestamp": iso(start_us + day * DAY_US)}
        for name, bought in made_up(120, days=199, rate=0.06).items() for day, amount in bought
    ]  # fmt: skip
    for place in range(0, len(batch), 200):
        site.call("POST", "/v1/batch", site.write_key, json={"batch": batch[place : place + 200]})
    refresh(site.rt)


def test_everybody_one_customer_and_the_pages(site):
    assert get(site).status_code == 409
    trade(site)
    found = get(site).json()
    assert found["spread"]["customers"] == 120
    customer = site.call("GET", "/v1/customers", site.read_key).json()["data"][0]["id"]
    told = get(site, f"/{customer}").json()
    assert told["low"] <= told["value"] <= told["high"]
    shown = site.call("GET", f"/v1/customers/{customer}", site.read_key).json()
    assert shown["differences"]["lifetime"]["known"] is True
    site.call("POST", "/login", data={"key": site.read_key})
    for language, words in CATALOGUES.items():
        page = site.call("GET", f"/lifetime?lang={language}")
        assert page.status_code == 200
        assert words["lifetime_test"] in page.text
        assert page.text.count('class="plot chart') == 3
        one = site.call("GET", f"/customers/{customer}?lang={language}")
        assert words["lifetime_expected_purchases"] in one.text


def test_a_stranger_is_not_found_and_a_key_must_read(site):
    trade(site)
    assert get(site, "/c_nobody").status_code == 404
    assert site.call("GET", "/v1/reports/lifetime").status_code == 401
    assert site.call("GET", "/v1/reports/lifetime", site.write_key).status_code == 403
