"""Text → one sqlglot expression, and where in the text each of its parts stands."""

from __future__ import annotations

from typing import Final, NoReturn

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from rapport.core.errors import InvalidRule

TEXT_LENGTH_MAX: Final = 10_000
_QUOTES_HINT: Final = "close every quotation mark and comment; text goes in single quotes, a quote inside it is doubled"


class Expression:
    """One parsed expression with its text, able to point at its parts when something is wrong."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.tree = self._parse()

    def refuse(self, node: exp.Expr | None, message: str, hint: str = "") -> NoReturn:
        """Raises ``InvalidRule`` that points at a node of the tree (None: at the whole text)."""
        start, end = self.span(node) if node is not None else (0, len(self.text))
        raise self._invalid(message, hint, start, end - start)

    def span(self, node: exp.Expr) -> tuple[int, int]:
        """First and past-the-last position of a node, as far as sqlglot remembers it; else the whole text."""
        places = [part.meta for part in node.walk() if "start" in part.meta]
        if not places:
            return 0, len(self.text)
        return min(place["start"] for place in places), max(place["end"] for place in places) + 1

    def _parse(self) -> exp.Expr:
        self._check_characters()
        try:
            trees = sqlglot.parse(self.text, read="duckdb")
        except ParseError as error:
            raise self._unreadable(error) from None
        except TokenError:
            raise self._invalid("a quotation mark or comment is not closed", _QUOTES_HINT, 0, len(self.text)) from None
        except RecursionError:
            raise self._invalid("nested too deeply", "split it into several rules", 0, 1) from None
        if len(trees) != 1:
            place = self.text.find(";")
            raise self._invalid("more than one expression", "a rule is one expression, without ';'", place, 1)
        if not isinstance(trees[0], exp.Expr):
            raise self._invalid("the rule is empty", "write TRUE for everybody", 0, 1)
        return trees[0]

    def _check_characters(self) -> None:
        if len(self.text) > TEXT_LENGTH_MAX:
            raise self._invalid(f"longer than {TEXT_LENGTH_MAX} characters", "split it into several rules", 0, 1)
        for position, character in enumerate(self.text):
            if character == "\0" or "\ud800" <= character <= "\udfff":
                raise self._invalid("a character that no text may hold", "remove it", position, 1)

    def _unreadable(self, error: ParseError) -> InvalidRule:
        first = error.errors[0] if error.errors else {}
        marked = first.get("highlight") or ""
        position = len(first.get("start_context") or "") if len(self.text) <= 100 else self._offset(first, len(marked))
        if str(first.get("description", "")).startswith("Required keyword"):
            return self._invalid(f"something is missing beside {marked}", "", position, len(marked))
        return self._invalid(
            f"{marked} is not expected here" if marked else "cannot be read", "", position, len(marked)
        )

    def _offset(self, place: dict[str, object], length: int) -> int:
        lines = self.text.split("\n")
        line, column = place.get("line"), place.get("col")
        if not isinstance(line, int) or not isinstance(column, int) or line > len(lines):
            return 0
        return max(0, sum(len(before) + 1 for before in lines[: line - 1]) + column - length)

    def _invalid(self, message: str, hint: str, position: int, length: int) -> InvalidRule:
        return InvalidRule(
            f"{message}, at character {position + 1}",
            where=self.where,
            hint=hint,
            expression=self.text,
            position=position,
            length=length,
        )
