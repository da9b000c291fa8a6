"""The head of every page: grouped, once for wide and once for narrow windows, with the open page marked."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rapport.console.messages import CATALOGUES
from rapport.console.places import PLACES, places


@pytest.fixture
def signed_in(site: Any) -> Any:
    """The shop, with a session of somebody who has a read key."""
    assert site.call("POST", "/login", data={"key": site.read_key}).status_code == 303
    return site


@pytest.mark.parametrize("path", [path for _, pages in PLACES for path, _ in pages])
def test_every_place_opens_and_marks_itself(signed_in: Any, path: str) -> None:
    answer = signed_in.call("GET", path)

    assert answer.status_code == 200
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', answer.text)[:2] == [path, path]


def test_a_page_below_marks_the_place_that_it_belongs_to() -> None:
    assert [page["path"] for page in places("/reviews/7")["groups"][-1]["pages"] if page["current"] == "true"] == [
        "/reviews"
    ]


def test_groups_and_places_have_names_in_every_language() -> None:
    names = {name for group, pages in PLACES for name in (group, *(title for _, title in pages))}
    assert all(names <= set(words) for words in CATALOGUES.values())


def test_nobody_is_led_anywhere_before_signing_in(site: Any) -> None:
    assert 'href="/value"' not in site.call("GET", "/login").text
