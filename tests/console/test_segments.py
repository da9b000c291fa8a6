"""The page of segments, in both languages, before and after a refresh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rapport.console.segments_plot import funnel
from rapport.console.words.segments import CHINESE, ENGLISH
from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import FILES, open_site

STEPS = ("Product Viewed", "Product Added", "Checkout Started")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(
        FILES, "segments.yaml", "buyers: {rule: orders_90d >= 1, title: <b>Buy</b>}\nbig: {rule: spend > 9}\n"
    )
    monkeypatch.setitem(FILES, "groups.yaml", "groups_max: 3\n")
    with open_site(tmp_path) as opened:
        assert opened.call("POST", "/login", data={"key": opened.read_key}).status_code == 303
        yield opened


def test_before_and_after_the_first_refresh(site: Any) -> None:
    assert "nothing is learnt yet" in site.call("GET", "/segments").text
    calls = [
        {"type": "track", "userId": f"u{place}", "event": step, "properties": {"revenue": 5}}
        for place in range(35)
        for step in (*STEPS, *(["Order Completed"] if place < 20 else []))
    ]
    site.call("POST", "/v1/batch", site.write_key, json={"batch": calls})
    site.fold()
    refresh(site.rt)
    page = site.call("GET", "/segments").text
    assert "&lt;b&gt;Buy&lt;/b&gt;" in page
    assert "35 customers; 200 are needed" in page
    found = site.call("GET", "/v1/customers?limit=1", site.read_key).json()["data"][0]["id"]
    assert "orders_90d &gt;= 1" in site.call("GET", f"/customers/{found}").text
    assert "客群" in site.call("GET", "/segments?lang=zh").text


def test_both_languages_say_the_same_with_the_same_facts() -> None:
    assert ENGLISH.keys() == CHINESE.keys()


def test_the_funnel_is_as_wide_as_its_first_step_and_safe() -> None:
    drawn = funnel([("<View>", 40, 10, "25%"), ("Add", 30, 30, "")], ("Ordered", 0), "f")
    assert "&lt;View&gt;" in drawn
    assert 'width="300.0"' in drawn
    assert funnel([], ("Ordered", 0), "f").count("<rect") == 2
