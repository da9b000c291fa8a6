"""The page on needs, and the part about them on a customer's page."""

from __future__ import annotations

from typing import Any

import pytest
from markupsafe import escape

from rapport.console.messages import CATALOGUES
from rapport.console.needs_plot import interval, value_map
from rapport.differentiate.needs.ladders import Step
from rapport.differentiate.needs.ladders import value_map as mapped
from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import open_site, write_workspace

NEEDS = 'segment_by: ""\nladder_cutoff: 1\nladders: {organic: {fewer additives: health}}\n'
NAMES = {"attribute": "Attributes", "consequence": "Consequences", "value": "Values"}


@pytest.fixture
def needy(tmp_path):
    write_workspace(tmp_path, {"needs.yaml": NEEDS})
    with open_site(tmp_path) as site:
        yield site


def track(site: Any, user: str, event: str, **properties: Any) -> None:
    body = {"userId": user, "event": event, "properties": properties}
    assert site.call("POST", "/v1/track", site.write_key, json=body).status_code == 200


def happen(site: Any) -> None:
    for user in ("ann", "bob"):
        track(site, user, "Order Completed", revenue=9, products=[{"category": "organic <b>", "price": 9}])
    rungs = {"attribute": "organic", "consequence": "fewer additives", "value": "health & joy"}
    track(site, "ann", "Ladder Told", **rungs, channel="shop", company="rival")
    refresh(site.rt)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_needs_the_map_and_channels(needy: Any, language: str) -> None:
    happen(needy)
    needy.call("POST", "/login", data={"key": needy.read_key})
    page = needy.call("GET", f"/needs?lang={language}")
    told = CATALOGUES[language]
    assert page.status_code == 200
    rival = str(escape(told["needs_rival"]))
    for said in (told["need_what"], "organic &lt;b&gt;", "health &amp; joy", rival, 'class="means"'):
        assert said in page.text
    assert "<b>" not in page.text


def test_the_page_says_why_there_is_nothing(needy: Any) -> None:
    needy.call("POST", "/login", data={"key": needy.read_key})
    assert "rapport refresh" in needy.call("GET", "/needs").text


def test_a_customers_page_tells_their_needs(needy: Any) -> None:
    happen(needy)
    needy.call("POST", "/login", data={"key": needy.read_key})
    found = needy.call("GET", "/v1/customers/by/user_id/ann", needy.read_key)
    customer_id = found.json()["id"] if found.status_code == 200 else listed(needy)
    page = needy.call("GET", f"/customers/{customer_id}?lang=en").text
    assert CATALOGUES["en"]["needs_newest"] in page
    assert "organic &lt;b&gt;" in page


def listed(site: Any) -> str:
    ((customer_id,),) = site.rt.warehouse.query("SELECT MIN(customer_id) FROM customers WHERE need_what IS NOT NULL")
    return str(customer_id)


def test_over_http_everybody_and_one_customer(needy: Any) -> None:
    happen(needy)
    everybody = needy.call("GET", "/v1/reports/needs", needy.read_key)
    assert everybody.status_code == 200
    assert everybody.json()["told_apart"] == 2
    one = needy.call("GET", f"/v1/reports/needs/{listed(needy)}", needy.read_key)
    assert {"what", "price", "when.weekday"} <= {facet["facet"] for facet in one.json()["facets"]}
    assert needy.call("GET", "/v1/reports/needs?by=need_what", needy.read_key).status_code == 400
    assert needy.call("GET", "/v1/reports/needs/nobody", needy.read_key).status_code == 404


def test_the_map_puts_values_on_top_and_says_how_many_told_a_link() -> None:
    steps = [Step("organic", "fewer additives", "consequence", 6, 6), Step("fewer additives", "health", "value", 5, 5)]
    drawn = str(value_map(mapped(steps, 20, None), NAMES, "a <map>"))
    assert drawn.count('class="link"') == 2
    assert 'aria-label="a &lt;map&gt;"' in drawn
    assert drawn.index("health") < drawn.index("Values")
    assert str(value_map(mapped([], 0, None), NAMES, "none")).count("<rect") == 0


def test_a_difference_stands_on_its_side_of_nothing() -> None:
    assert 'class="whole more" x1="60.00" x2="100.00"' in str(interval(2.0, 6.0, 10.0, 10.0, "more"))
    assert 'class="median less" x1="25.00"' in str(interval(-8.0, -5.0, -2.0, 10.0, "less"))
    assert "nan" not in str(interval(0.0, 0.0, 0.0, 0.0, "nothing"))
