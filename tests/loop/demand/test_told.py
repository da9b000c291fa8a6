"""The same report on the command line and as pages, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.cli import demand as commands
from rapport.cli import output
from rapport.console.demand import demand_page, products_page
from rapport.console.messages import CATALOGUES
from rapport.console.places import places
from rapport.console.rendering import _templates
from rapport.loop.demand import report
from rapport.loop.demand.collect import collect
from rapport.loop.demand.report import of_product, of_ways, overview
from tests.loop.conftest import Shop


def drawn(template: str, language: str, **shown: Any) -> str:
    told = {"t": CATALOGUES[language], "language": language, "html_language": language, "catalogues": CATALOGUES,
            "here": "/demand", "places": places("/demand"), "business": "Doors", "token_in_link": "", "moment": str,
            "value": str, "money": str}  # fmt: skip
    return _templates().get_template(template).render(**told, **shown)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_a_product_shows_everything(busy: Shop, language: str) -> None:
    words = CATALOGUES[language]
    page = drawn("demand.html", language, **demand_page(busy.rt, "door", words, language))
    for name in ("rates", "unmet", "wanted", "places", "stock", "plan", "earns", "chain", "digital", "laboratory"):
        assert words[f"demand_{name}"] in page
    assert {"en": ">oak ", "zh": ">橡木 "}[language] in page.replace("</td>", " ")
    assert page.count('<svg class="plot chart qini"') == 4
    assert page.count('<svg class="plot interval"') == 6
    assert "style=" not in page, "the console's policy allows no styles in a page"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_of_products_leads_to_each(busy: Shop, language: str) -> None:
    page = drawn("demands.html", language, **products_page(busy.rt, CATALOGUES[language]))
    assert '<a href="/demand/door">Door</a>' in page


def test_a_page_without_figures_says_why(shop: Shop, open_shop: Any) -> None:
    words = CATALOGUES["en"]
    assert products_page(shop.rt, words)["why_not"] == words["demand_unread"]
    assert products_page(open_shop("bare").rt, words)["why_not"] == words["demand_undeclared"]


def test_the_command_line_tells_it_in_tables(busy: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    output.show(of_product(busy.rt, "door"), False, lambda target: commands._draw(target, of_product(busy.rt, "door")))
    output.show(overview(busy.rt), False, lambda target: commands._draw_all(target, overview(busy.rt)))
    output.show(of_ways(busy.rt), False, lambda target: commands._draw_ways(target, of_ways(busy.rt)))
    told = capsys.readouterr().out
    for words in ("Unmet demand", "Build plan: common parts first", "Parts for 100 orders", "Variants to stock",
                  "What it earns", "Designs of customers", "Four ways as of", "Demand as of"):  # fmt: skip
        assert words in told


def test_what_a_segment_takes_is_told_on_the_page_and_in_a_table(
    busy: Shop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = sorted({one.customer for one in collect(busy.rt, busy.clock.now_us()).sessions})
    oak = {one.customer for one in collect(busy.rt, busy.clock.now_us()).sessions
           if one.sold is not None and ("wood", "oak") in one.sold.parts}  # fmt: skip
    monkeypatch.setattr(report, "belonging", lambda rt: {"town": {name: name in oak for name in customers}})
    made = report.measure(busy.rt, busy.clock.now_us())
    told = of_product(busy.rt, "door") | {"segments": made["products"]["door"]["segments"]}
    output.show(told, False, lambda target: commands._draw(target, told))
    assert "Taken more or less by a segment" in capsys.readouterr().out
    monkeypatch.setattr("rapport.console.demand.of_product", lambda rt, product: told)
    page = drawn("demand.html", "en", **demand_page(busy.rt, "door", CATALOGUES["en"], "en"))
    assert "+100.0 (" in page, "all of the town took oak, and nobody else did"
