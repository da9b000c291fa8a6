"""What words for customers must be: in a language that is spoken here, not empty, not too long."""

from __future__ import annotations

from typing import Final

from rapport.core.errors import did_you_mean
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.wording import LANGUAGES, Words

LENGTH_MAX: Final = 120


def check(draft: Draft, words: Words, place: Place, *, told: str = "a decision", length_max: int = LENGTH_MAX) -> None:
    """Adds to the draft every finding about some words; ``place`` is that of the mapping by language."""
    for language, text in words.items():
        where = place.below(language)
        if language not in LANGUAGES:
            hint = did_you_mean(language, LANGUAGES)
            draft.report(where, f"{told} is not told in '{language}'", hint, on_key=True)
        elif not text.strip() or len(text) > length_max:
            draft.report(where, "words that a customer reads are needed", f"1 to {length_max} characters")
