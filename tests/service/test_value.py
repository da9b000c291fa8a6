"""Value over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import open_site, write_workspace

VALUE = "current: {indicators: {spend: {of: spend}}}\npotential: {indicators: {orders: {of: orders_90d}}}\n"


@pytest.fixture
def valued(tmp_path):
    write_workspace(tmp_path, {"value.yaml": VALUE})
    with open_site(tmp_path) as site:
        yield site


def get(site: Any, path: str = "") -> Any:
    return site.call("GET", f"/v1/reports/value{path}", site.read_key)


def test_value_of_everybody_and_of_one(valued):
    event = {"userId": "ann", "event": "Order Completed", "properties": {"revenue": 10}}
    valued.call("POST", "/v1/track", valued.write_key, json=event)
    assert get(valued).status_code == 409
    refresh(valued.rt)
    assert get(valued).json()["valued"] == 1
    listed = valued.call("GET", "/v1/customers", valued.read_key).json()["data"]
    told = get(valued, f"/{listed[0]['id']}").json()
    assert told["quadrant"] == "low_low"
    assert told["dimensions"]["current"]["indicators"][0]["contribution"] == 0.5
    shown = valued.call("GET", f"/v1/customers/{listed[0]['id']}", valued.read_key).json()
    assert shown["differences"]["value"]["quadrant"] == "low_low"


def test_a_stranger_is_not_found_and_a_key_must_read(valued):
    refresh(valued.rt)
    assert get(valued, "/c_nobody").status_code == 404
    assert valued.call("GET", "/v1/reports/value").status_code == 401
    assert valued.call("GET", "/v1/reports/value", valued.write_key).status_code == 403


def test_without_indicators_there_is_no_report(site):
    answer = get(site)
    assert answer.status_code == 409
    assert "value.yaml" in answer.json()["hint"]
