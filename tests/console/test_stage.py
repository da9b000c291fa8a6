"""The page on stages, and the part about them on a customer's page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from rapport.console.messages import CATALOGUES
from rapport.console.stage_plot import flow, moves_of
from rapport.console.words import stage as words
from rapport.differentiate.readings import STAGES
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports import stage
from tests.service.shop import Site, open_site, write_workspace


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Site]:
    write_workspace(tmp_path, {"stages.yaml": "{}\n"})
    with open_site(tmp_path) as site:
        yield site


def happen(site: Any, user: str, event: str, category: str = "<tea>") -> None:
    body = {"userId": user, "event": event, "properties": {"category": category}}
    site.call("POST", "/v1/track", site.write_key, json=body)


def sign_in(site: Any) -> None:
    site.call("POST", "/login", data={"key": site.read_key})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_stages_moves_and_categories(staged: Any, language: str) -> None:
    for user in ("ann", "bob"):
        happen(staged, user, "Product Viewed")
    stage.after_refresh(staged.rt, refresh(staged.rt).as_of)
    happen(staged, "ann", "Order Completed")
    stage.after_refresh(staged.rt, refresh(staged.rt).as_of)
    sign_in(staged)
    page = staged.call("GET", f"/stages?lang={language}")
    assert page.status_code == 200
    told = CATALOGUES[language]
    for said in (told["stages_flow"], told["cycle_after_sales"], "&lt;tea&gt;", told["stages_by_rules"]):
        assert said in page.text
    assert 'class="arc onward"' in page.text
    assert "<tea>" not in page.text


def test_the_customers_page_tells_what_speaks_for_the_stage(staged: Any) -> None:
    happen(staged, "ann", "Product Viewed")
    stage.after_refresh(staged.rt, refresh(staged.rt).as_of)
    sign_in(staged)
    ((customer_id,),) = staged.rt.warehouse.query("SELECT customer_id FROM customers")
    page = staged.call("GET", f"/customers/{customer_id}").text
    assert "1× Product Viewed" in page
    assert "Research · &lt;tea&gt;" in page
    assert "searching" in page


def test_without_the_file_the_page_says_what_to_add(site: Any) -> None:
    sign_in(site)
    assert "add stages.yaml" in site.call("GET", "/stages").text


def test_both_languages_say_the_same_things() -> None:
    assert words.ENGLISH.keys() == words.CHINESE.keys()
    for key, text in words.ENGLISH.items():
        assert {name for _, name, *_ in Formatter().parse(text)} == {
            name for _, name, *_ in Formatter().parse(words.CHINESE[key])
        }


def test_the_flow_is_drawn_for_nobody_and_for_many() -> None:
    nobody = flow([(name, name, 0) for name in STAGES], [], "nobody")
    assert nobody.count('class="bar') == 8
    rows = [{"before": "need", "after": "selection", "customers": 3}, {"before": "", "after": "need", "customers": 2},
            {"before": "loyalty", "after": "need", "customers": 1}]  # fmt: skip
    moves = moves_of(rows, STAGES)
    assert moves == [(0, 3, 3), (6, 0, 1)]
    drawn = flow([(name, "<b>", 9) for name in STAGES], moves, '"said"')
    assert (drawn.count('class="arc onward"'), drawn.count('class="arc back"')) == (1, 1)
    assert "<b>" not in drawn
