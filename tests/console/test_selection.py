"""The page on selection and modes, and the parts about them on a customer's page."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from rapport.console.matrix_plot import Group, matrix
from rapport.console.messages import CATALOGUES
from rapport.console.words import selection as words
from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import open_site, write_workspace

CAPABILITIES = """
capabilities:
  "tea <b>": {serves: orders_90d > 0, able: 0.9, capacity: 1}
value_from: 5
differ_by: [city]
diversity_from: 0.5
modes: {frequency: {contacts: 2, configure: full}, exclude: {contacts: 0}}
"""


def sign_in(site: Any) -> None:
    site.call("POST", "/login", data={"key": site.read_key})


@pytest.fixture
def judged(tmp_path: Path) -> Any:
    write_workspace(tmp_path, {"capabilities.yaml": CAPABILITIES})
    with open_site(tmp_path) as site:
        for user in ("ann", "bob", "cy"):
            site.call("POST", "/v1/identify", site.write_key, json={"userId": user, "traits": {"city": "Ulm"}})
            bought = {"userId": user, "event": "Order Completed", "properties": {"revenue": 9}}
            site.call("POST", "/v1/track", site.write_key, json=bought)
        refresh(site.rt)
        sign_in(site)
        yield site


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_both_matrices(judged: Any, language: str) -> None:
    told = CATALOGUES[language]
    page = judged.call("GET", f"/selection?lang={language}").text
    assert page.count('<svg class="matrix"') == 2
    for name in ("prioritise", "later", "develop", "hold", "exclude"):
        assert told[f"selection_{name}"] in page
    for name in ("one_to_one", "frequency", "mass", "abandon"):
        assert told[f"mode_{name}"] in page
    assert "tea &lt;b&gt;" in page
    assert told["split_set"] in page
    assert told["mode_no_effect"] in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_customer_s_page_shows_the_parts(judged: Any, language: str) -> None:
    found = judged.call("GET", "/v1/customers?limit=1", judged.read_key).json()["data"][0]["id"]
    page = judged.call("GET", f"/customers/{found}?lang={language}").text
    told = CATALOGUES[language]
    for part in ("fit", "selection", "mode"):
        assert told[f"part_{part}"] in page


def test_without_a_declaration_the_page_says_so(site: Any) -> None:
    sign_in(site)
    assert "There is no capabilities.yaml" in site.call("GET", "/selection").text


def test_both_languages_say_the_same() -> None:
    assert words.ENGLISH.keys() == words.CHINESE.keys()
    for key, text in words.ENGLISH.items():
        facts = [{name for _, name, _, _ in Formatter().parse(one) if name} for one in (text, words.CHINESE[key])]
        assert facts[0] == facts[1], key


def test_a_matrix_is_read_aloud_and_escapes_names() -> None:
    cell = [Group("<later>", ("3 customers",), 0.5)]
    drawn = matrix([[cell, cell], [cell, [*cell, *cell]]], rows=("high", "low"), columns=("no", "yes"), said="Cells")
    assert "<later>" not in drawn
    assert drawn.count('class="cell"') == 5
    assert 'aria-label="Cells: &lt;later&gt;: 3 customers' in drawn
