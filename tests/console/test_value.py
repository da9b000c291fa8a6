"""The page on value, and the part about it on a customer's page."""

from __future__ import annotations

from string import Formatter
from typing import Any

import pytest

from rapport.bootstrap import open_runtime
from rapport.console.messages import CATALOGUES
from rapport.console.value import value_page
from rapport.console.value_plot import movement_rows, quadrant_map
from rapport.console.words import value as words
from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import FILES, open_site, write_workspace

VALUE = """
current: {indicators: {spend: {of: spend}, orders: {of: orders_90d, better: less}}, weights: entropy, cap: 0.6}
potential: {indicators: {also: {of: spend * 2}, again: {of: orders_90d + 0 * spend}}}
quadrants: {high_high: {name: "Gold <1>"}}
"""


@pytest.fixture
def valued(tmp_path):
    write_workspace(tmp_path, {"value.yaml": VALUE})
    with open_site(tmp_path) as site:
        yield site


def happen(site: Any) -> None:
    for user, revenue in (("ann", 10), ("bob", 20), ("cy", 30), ("cy", 40)):
        event = {"userId": user, "event": "Order Completed", "properties": {"revenue": revenue}}
        site.call("POST", "/v1/track", site.write_key, json=event)
    refresh(site.rt)


def sign_in(site: Any) -> None:
    site.call("POST", "/login", data={"key": site.read_key})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_quadrants_indicators_and_what_counts_twice(valued, language):
    happen(valued)
    sign_in(valued)
    page = valued.call("GET", f"/value?lang={language}")
    assert page.status_code == 200
    told = CATALOGUES[language]
    for said in (told["value_quadrants"], told["value_low_low"], "Gold &lt;1&gt;", told["value_do_high_high"], "<svg"):
        assert said in page.text
    assert told["value_no_movement"] in page.text
    assert "Gold <1>" not in page.text


def test_before_a_refresh_the_page_says_what_to_do(valued):
    sign_in(valued)
    assert "rapport refresh" in valued.call("GET", "/value").text


def test_without_indicators_the_page_says_what_to_declare(site):
    sign_in(site)
    assert "declare some in value.yaml" in site.call("GET", "/value").text


def test_one_dimension_alone_has_no_map(tmp_path):
    write_workspace(tmp_path, FILES | {"value.yaml": "current: {indicators: {spend: {of: spend}}}\n"})
    rt = open_runtime(tmp_path)
    refresh(rt)
    shown = value_page(rt, CATALOGUES["en"])
    assert (shown["map"], shown["together"], len(shown["dimensions"])) == ("", "", 1)
    rt.close()


def test_the_map_stays_within_its_frame_and_needs_no_customers():
    names = dict.fromkeys(("across", "up", "high_high", "high_low", "low_high", "low_low"), "<x>")
    assert "fill-opacity" not in quadrant_map([], 20, [None, None], names, "nobody")
    full = quadrant_map([[19, 19, 5], [0, 0, 1]], 20, [0.5, 0.5], names, "some")
    assert 'x="304.60" y="0.60"' in full
    assert "&lt;x&gt;" in full


def test_movement_goes_from_the_left_to_the_top():
    rows = [{"before": "a", "after": "b", "customers": 3}, {"before": "", "after": "a", "customers": 1}]
    assert movement_rows(rows, ["a", "b", ""]) == [[0, 3, 0], [0, 0, 0], [1, 0, 0]]


def test_both_languages_say_the_same():
    assert words.ENGLISH.keys() == words.CHINESE.keys()
    for name, text in words.ENGLISH.items():
        assert facts(text) == facts(words.CHINESE[name]), name


def facts(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
