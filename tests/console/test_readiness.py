"""The ladder's page, and the customer's page that shows how customers differ."""

from __future__ import annotations

from html.parser import HTMLParser
from string import Formatter
from typing import Any

import pytest

from rapport.console.ladder_plot import ladder
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import _templates
from rapport.differentiate.readiness import STAGES, TEXTS
from rapport.loop.refreshing.refresh import refresh
from rapport.workspace.columns import PART_COLUMNS


@pytest.fixture
def signed_in(site: Any) -> Any:
    call = {"type": "track", "userId": "ann", "event": "Order Completed", "properties": {"revenue": 12.5}}
    site.call("POST", "/v1/batch", site.write_key, json={"batch": [call]})
    site.fold()
    assert site.call("POST", "/login", data={"key": site.read_key}).status_code == 303
    return site


def test_the_page_before_and_after_the_first_refresh(signed_in: Any) -> None:
    page = signed_in.call("GET", "/readiness").text
    assert "Not measured yet" in page
    assert page.count('class="rung ') == 8

    refresh(signed_in.rt)
    page = signed_in.call("GET", "/readiness").text
    assert 'class="rung open"' in page
    assert "Nothing: every declared stage is open." in page
    assert "asked: 50%" in page
    assert 'href="/readiness"' in page
    assert "就绪情况" in signed_in.call("GET", "/readiness?lang=zh").text


def test_a_customer_s_page_shows_how_they_differ(signed_in: Any) -> None:
    refresh(signed_in.rt)
    (one,) = signed_in.call("GET", "/v1/customers", signed_in.read_key).json()["data"]
    assert signed_in.call("GET", f"/customers/{one['id']}").status_code == 200


def test_what_no_page_is_drawn_for_is_shown_as_names_and_values() -> None:
    part = {"why": "<b>", "empty": None, "share": 0.25, "reasons": ["a", "b"], "steps": [{"day": 1}], "of": {"n": 2}}
    page = (
        _templates()
        .get_template("parts/plain.html")
        .render(t=CATALOGUES["en"], name="fit", part=part, value=lambda held: "–" if held is None else str(held))
    )
    assert "Fit with what we can do" in page
    assert "&lt;b&gt;" in page
    assert "a, b" in page
    assert "<summary>1</summary>" in page
    Balanced().feed(page)


class Balanced(HTMLParser):
    """Fails on tags that close what is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_closed_rung_is_broken_and_texts_are_no_markup() -> None:
    drawn = ladder([("<i>", "open", "open"), ("b", "closed", "closed")], "said")
    assert drawn.count('class="rung closed"') == 2
    assert drawn.count('class="rung open"') == 1
    assert "<i>" not in drawn


@pytest.mark.parametrize("code", TEXTS)
def test_checks_read_the_same_in_both_languages(code: str) -> None:
    for words in CATALOGUES.values():
        for part, text in zip(("what", "todo"), TEXTS[code], strict=True):
            assert facts(words[f"gate_{part}_{code}"]) == facts(text)


def test_stages_and_parts_have_names_in_both_languages() -> None:
    for words in CATALOGUES.values():
        assert {f"stage_{stage.name}" for stage in STAGES} <= words.keys()
        assert {f"part_{part}" for part in PART_COLUMNS if part != "rfm"} <= words.keys()


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
