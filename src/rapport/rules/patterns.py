"""LIKE patterns: ``%`` is any text, ``_`` one character, everything else itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

Segment = tuple[str | None, ...]
"""Characters between two ``%``; None for ``_``."""

SQL_ESCAPE: Final = "!"
_NEEDS_ESCAPE: Final = frozenset("%_\\" + SQL_ESCAPE)


class Pattern(msgspec.Struct, frozen=True):
    """A parsed pattern: what stands before, between and after each ``%``."""

    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, text: str, escape: str = "") -> Pattern:
        """The pattern that a text means; raises ``ValueError`` when it ends with the escape character.

        >>> Pattern.parse("10!%%", escape="!").segments
        (('1', '0', '%'), ())
        """
        segments: list[list[str | None]] = [[]]
        characters = iter(text)
        for character in characters:
            if character == escape:
                segments[-1].append(_escaped(characters))
            elif character == "%":
                segments.append([])
            else:
                segments[-1].append(None if character == "_" else character)
        return cls(tuple(map(tuple, segments)))

    @property
    def plain(self) -> tuple[str, ...] | None:
        """The segments as texts, if no ``_`` stands in any."""
        if any(character is None for segment in self.segments for character in segment):
            return None
        return tuple("".join(filter(None, segment)) for segment in self.segments)

    @property
    def regex(self) -> re.Pattern[str]:
        """A regular expression whose ``match`` decides in time proportional to text × pattern, without backtracking."""
        first, *rest = map(_segment_regex, self.segments)
        between = "".join(f"(?>.*?{segment})" for segment in rest[:-1])
        last = f".*{rest[-1]}" if rest else ""
        return re.compile(rf"{first}{between}{last}\Z", re.DOTALL)

    @property
    def sql(self) -> tuple[str, str]:
        """The text of the pattern and its escape character (empty when none is needed)."""
        escape = SQL_ESCAPE if any(c in _NEEDS_ESCAPE for segment in self.segments for c in segment if c) else ""
        return "%".join("".join(_sql_character(c) for c in segment) for segment in self.segments), escape


def _escaped(characters: Iterator[str]) -> str:
    following = next(characters, None)
    if following is None:
        raise ValueError("the pattern ends with its escape character")
    return following


def _segment_regex(segment: Segment) -> str:
    return "".join("." if character is None else re.escape(character) for character in segment)


def _sql_character(character: str | None) -> str:
    if character is None:
        return "_"
    return SQL_ESCAPE + character if character in _NEEDS_ESCAPE else character
