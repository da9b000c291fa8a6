"""The text of a UVL file as lines of tokens with their indentation; comments are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NoReturn

from rapport.core.errors import InvalidDefinition

Kind = Literal["name", "quoted", "number", "text", "cardinality", "sign"]
TAB_WIDTH: Final = 8
"""A tab moves on to the next multiple of so many columns, as in UVL's own reader."""
_TOKEN: Final = re.compile(
    r"""
      (?P<skip>[ \t\f\ufeff]+ | //[^\r\n]* | /\*.*?\*/)
    | (?P<newline>\r\n|\n|\r)
    | (?P<name>[^\W\d][\w\#§%?\\';]*)
    | (?P<quoted>"[^"\r\n]+")
    | (?P<text>'[^'\r\n]+')
    | (?P<cardinality>\[\s*\d+\s*(?:\.\.\s*(?:\d+|\*)\s*)?\])
    | (?P<number>-?(?:\d+\.\d+|\.\d+|\d+))
    | (?P<sign><=>|=>|==|!=|<=|>=|[!&|()<>{}\[\],.+\-*/])
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING: Final = frozenset("({[")
_CLOSING: Final = frozenset(")}]")


class UnreadableUvl(InvalidDefinition):
    """A UVL file that cannot be read; ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, *, line: int, column: int, where: str = "", hint: str = "") -> None:
        self.line = line
        self.column = column
        super().__init__(message, where=f"{where or 'uvl'}:{line}:{column}", hint=hint)


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign; ``text`` is without its quotes."""

    kind: Kind
    text: str
    line: int
    column: int
    at: int
    """Its offset in the text."""

    @property
    def named(self) -> bool:
        """Whether it can name a feature."""
        return self.kind in ("name", "quoted")

    def says(self, *words: str) -> bool:
        """Whether it is one of these words or signs, bare."""
        return self.text in words and self.kind in ("name", "sign")

    def refuse(self, message: str, hint: str = "") -> NoReturn:
        """Raises ``UnreadableUvl`` for this place; the reader adds the file."""
        raise UnreadableUvl(message, line=self.line, column=self.column, hint=hint)


@dataclass(frozen=True, slots=True)
class Line:
    """What stands on one line; brackets may carry it on over several."""

    indent: int
    tokens: tuple[Token, ...]

    @property
    def first(self) -> Token:
        """Its first token."""
        return self.tokens[0]


def lines_of(text: str) -> Iterator[Line]:
    """The lines that say something; raises ``UnreadableUvl`` for a sign that UVL does not know."""
    gathered: list[Token] = []
    depth = 0
    for token in _tokens(text):
        if token is None:
            if gathered and depth <= 0:
                yield _line(gathered, text)
                gathered, depth = [], 0
            continue
        gathered.append(token)
        if token.kind == "sign":
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
    if gathered:
        yield _line(gathered, text)


def _line(tokens: list[Token], text: str) -> Line:
    first = tokens[0]
    before = text[first.at - first.column + 1 : first.at]
    return Line(len(before.expandtabs(TAB_WIDTH)), tuple(tokens))


def _tokens(text: str) -> Iterator[Token | None]:
    """Tokens; None at the end of a line."""
    place, line, begun = 0, 1, 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        column = place - begun + 1
        if found is None:
            hint = _quoting(text[place])
            raise UnreadableUvl(f"{text[place]!r} is no part of UVL", line=line, column=column, hint=hint)
        kind, said, at, place = found.lastgroup, found.group(), place, found.end()
        if kind == "newline":
            yield None
            line, begun = line + 1, place
        elif kind == "skip":
            if breaks := said.count("\n"):
                line, begun = line + breaks, at + said.rindex("\n") + 1
        else:
            yield _token(kind, said, line, column, at)


def _token(kind: str | None, said: str, line: int, column: int, at: int) -> Token:
    bare = said[1:-1] if kind in ("quoted", "text") else said
    return Token(kind, bare, line, column, at)  # type: ignore[arg-type]


def _quoting(sign: str) -> str:
    return "a quote is not closed on its line" if sign in "\"'" else 'put names with such signs in double quotes: "A-1"'
