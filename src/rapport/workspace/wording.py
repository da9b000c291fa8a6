"""The words in which a business speaks to its customers: language → text."""

from __future__ import annotations

from typing import Final

Words = dict[str, str]
"""Language → text."""
LANGUAGES: Final = ("en", "zh")
"""Languages in which a decision explains itself to a customer."""


def worded(said_in: Words, language: str, *otherwise: str) -> str:
    """What people read in a language; where nothing is said in it, the first of the others that says anything.

    >>> worded({"zh": "窗"}, "zh", "Window", "window"), worded({}, "zh", "", "window")
    ('窗', 'window')
    """
    return next((text for text in (said_in.get(language), *otherwise) if text), "")
