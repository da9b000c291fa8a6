"""Every finding has its words in both languages, with the same facts."""

from __future__ import annotations

from string import Formatter

import pytest

from rapport.console.messages import CATALOGUES
from rapport.identify.readiness import TEXTS


@pytest.mark.parametrize("code", TEXTS)
def test_findings_read_the_same_in_both_languages(code: str) -> None:
    for words in CATALOGUES.values():
        for part, text in zip(("what", "todo"), TEXTS[code], strict=True):
            assert facts(words[f"{part}_{code}"]) == facts(text)


def facts(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
