"""Upper and lower case, one character at a time, as DuckDB changes it: a text never changes its length.

Python's own ``str.lower`` and ``str.upper`` follow Unicode's full mapping (``ß`` becomes ``SS``, a final ``Σ``
becomes ``ς``), DuckDB's the simple one (utf8proc). The test suite compares every code point with DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

_LAST_CASED: Final = 0x1E943
"""ADLAM SMALL LETTER SHA, the last character with case in Unicode 14 to 15.1."""
_LOWER_EXCEPTIONS: Final = {"İ": "i"}
_UPPER_EXCEPTIONS: Final = {"ß": "ẞ"}


def lower(text: str) -> str:
    """The text in small letters.

    >>> lower("STRASSE ΟΔΟΣ İ")
    'strasse οδοσ i'
    """
    return text.lower() if text.isascii() else text.translate(_small_letters())


def upper(text: str) -> str:
    """The text in capital letters.

    >>> upper("straße")
    'STRAẞE'
    """
    return text.upper() if text.isascii() else text.translate(_capital_letters())


@cache
def _small_letters() -> dict[int, str]:
    return _simple_mapping(lambda character: (character.lower(),), _LOWER_EXCEPTIONS)


@cache
def _capital_letters() -> dict[int, str]:
    return _simple_mapping(lambda character: (character.upper(), character.title()), _UPPER_EXCEPTIONS)


def _simple_mapping(full: Callable[[str], tuple[str, ...]], exceptions: dict[str, str]) -> dict[int, str]:
    mapping = {}
    for character in map(chr, range(_LAST_CASED + 1)):
        single = next((cased for cased in full(character) if len(cased) == 1), character)
        if single != character:
            mapping[ord(character)] = single
    return mapping | {ord(character): cased for character, cased in exceptions.items()}
