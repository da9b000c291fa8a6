"""The pages on products and on the four ways: what stands there, in both languages, for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.console import ways
from rapport.loop.demand import report as demand
from tests.browser.shop import FILES as WINDOWS
from tests.service.shop import FILES, Site, open_site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setitem(FILES, "products/windows.yaml", WINDOWS["products/windows.yaml"])
    with open_site(tmp_path) as opened:
        yield opened


@pytest.fixture
def signed_in(site: Site) -> Site:
    assert site.call("POST", "/login", data={"key": site.manage_key}).status_code == 303
    return site


def test_products_are_listed_with_their_count_and_prices(signed_in: Site) -> None:
    page = signed_in.call("GET", "/products?lang=en").text

    assert "A window" in page
    assert re.search(r'class="number">\s*96\s*<', page)
    assert "140.00 EUR" in page
    assert "窗户" in signed_in.call("GET", "/products?lang=zh").text


def test_a_product_shows_modules_rules_and_what_stands_ready(signed_in: Site) -> None:
    page = signed_in.call("GET", "/products/windows?lang=en").text

    # 9 pairs of frame and glass but one, each extra or not, two colours of blind; delivery stays as in the standard.
    assert "96 configurations" in page
    assert "Triple glazing is too heavy for a pine frame." in page
    assert "by Atelier Lux" in page
    assert "Blind: Colour" in page
    assert "The warm one · 240.00 EUR" in page
    assert "<script " not in page
    assert signed_in.call("GET", "/products/none").status_code == 404


def test_a_key_for_pages_is_shown_once_to_who_may_decide(site: Site) -> None:
    site.call("POST", "/login", data={"key": site.read_key})
    assert "Make a key" not in site.call("GET", "/products/windows?lang=en").text
    assert site.call("POST", "/products/windows/key").status_code == 403
    site.call("POST", "/login", data={"key": site.manage_key})
    page = site.call("POST", "/products/windows/key").text
    (made,) = set(re.findall(r"rk_[\w-]+", page))

    assert site.call("POST", "/v1/configurations/windows", made, json={}).status_code == 200
    assert site.call("GET", "/v1/customers", made).status_code == 403
    assert made not in site.call("GET", "/products/windows").text
    assert site.call("POST", "/products/windows/key", headers={"Origin": "http://evil.test"}).status_code == 403
    assert site.call("POST", "/products/none/key").status_code == 404


def counted(site: Site) -> dict[str, Any]:
    """The report as a refresh would count it now."""
    told = demand.measure(site.rt, site.rt.clock.now_us())
    return {key: told[key] for key in ("as_of", "currency", "least", "ways")}


def test_the_four_ways_stand_beside_the_textbook(signed_in: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signed_in.call("GET", "/ways?lang=en").text
    assert "against its own argument" in before
    assert "Nothing is counted yet: run rapport refresh." in before
    assert "尚未统计" in signed_in.call("GET", "/ways?lang=zh").text
    monkeypatch.setattr(ways, "of_ways", lambda _: counted(signed_in))

    page = signed_in.call("GET", "/ways?lang=en").text
    assert "not enough data (n = 0)" in page
    assert "No two ways differ surely enough" in page
    assert "四种定制方式" in signed_in.call("GET", "/ways?lang=zh").text


def test_where_figures_differ_from_the_textbook_it_is_said(signed_in: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    told = counted(signed_in)
    cost = {"adaptive": (40.0, 44.0), "collaborative": (20.0, 22.0), "transparent": (43.0, 50.0)}
    for one in told["ways"]:
        low, high = cost.get(one["way"], (None, None))
        one["cost"] = {"n": 50 if low else 3, "mean": low, "low": low, "high": high}
    monkeypatch.setattr(ways, "of_ways", lambda _: told)
    page = signed_in.call("GET", "/ways?lang=en").text

    assert "Cost: Adaptive lies above Collaborative." in page
    assert "Cost: Transparent lies above Collaborative." in page
    assert page.count("The other way round than in the textbook.") == 2
    assert "Transparent lies above Adaptive" not in page
    assert "not enough data (n = 3)" in page
