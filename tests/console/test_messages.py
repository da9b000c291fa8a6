"""Both languages say the same things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.console import messages
from rapport.console.messages import CATALOGUES, CHINESE, ENGLISH, choose
from rapport.differentiate.rfm import SEGMENTS

TEMPLATES = Path(messages.__file__).parent / "templates"


def test_both_catalogues_have_the_same_messages() -> None:
    assert len({frozenset(words) for words in CATALOGUES.values()}) == 1
    assert all(text.strip() for words in CATALOGUES.values() for text in words.values())


@pytest.mark.parametrize("segment", SEGMENTS)
def test_every_segment_has_a_name_in_both_languages(segment: str) -> None:
    assert ENGLISH[segment] == segment
    assert CHINESE[segment] != segment


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_templates_use_messages_that_exist(template: Path) -> None:
    used = set(re.findall(r"\bt\.(\w+)", template.read_text(encoding="utf-8"))) - {"get"}

    assert used <= set(CATALOGUES["en"])


@given(st.text(max_size=40), st.text(max_size=10))
def test_any_header_gives_a_language(accept_language: str, asked: str) -> None:
    assert choose(asked, "", accept_language) in CATALOGUES
