"""The words in which a business speaks to its customers: language → text."""

from __future__ import annotations

from typing import Final

Words = dict[str, str]
"""Language → text."""
LANGUAGES: Final = ("en", "zh")
"""Languages in which a decision explains itself to a customer."""
