"""A rule as a tree of typed terms: what both engines are told, with every conversion spelled out.

An operator says what a term computes from its ``arguments``; ``detail`` holds what is not a term:

    column        detail: the name                          literal       detail: the Python value
    and, or       two or more booleans                      not           one boolean
    compare       two of one type; detail: = <> < <= > >=   between       value, low, high of one type
    in            value; detail: the literals               like          text; detail: the Pattern
    is_null       anything                                  is_true, is_false   one boolean
    arithmetic    two numbers; detail: + - * / %            negate        one number
    case          condition, value, …, and the else value   coalesce      values of one type
    function      arguments; detail: the Function
    to_number     an integer as a number                    to_timestamp  a date as its midnight UTC
    not_nan       a number, NULL where it is not a number

Numbers are IEEE doubles. A number that may be NaN appears only inside arithmetic; whatever else consumes it gets
it wrapped in ``not_nan``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec

from rapport.core.columns import ColumnType

TermType = Literal["boolean", "integer", "number", "text", "date", "timestamp", "null"]
Operator = Literal[
    "column", "literal", "and", "or", "not", "compare", "between", "in", "like", "is_null", "is_true", "is_false",
    "arithmetic", "negate", "case", "coalesce", "function", "to_number", "to_timestamp", "not_nan",
]  # fmt: skip

EXACT_INTEGER_MAX: Final = 2**53
"""Up to here every integer is a double of its own."""


class Term(msgspec.Struct, frozen=True):
    """One node of a rule; ``type`` is what it yields (or NULL)."""

    operator: Operator
    type: TermType
    arguments: tuple[Term, ...] = ()
    detail: Any = None

    def walk(self) -> Iterator[Term]:
        """The term and everything below it."""
        yield self
        for argument in self.arguments:
            yield from argument.walk()

    @property
    def is_literal_null(self) -> bool:
        """Whether this is the literal NULL."""
        return self.operator == "literal" and self.detail is None


def column(name: str, type_: ColumnType) -> Term:
    """A column of the row."""
    return Term("column", type_, (), name)


def literal(value: Any, type_: TermType) -> Term:
    """A constant."""
    return Term("literal", type_, (), value)


def as_number(term: Term) -> Term:
    """The term as a double: integers are converted (literals at once), the rest stays."""
    if term.type != "integer":
        return term
    if term.operator == "literal":
        return literal(float(term.detail), "number")
    return Term("to_number", "number", (term,))


def settled(term: Term) -> Term:
    """The term as everything but arithmetic sees it: what is not a number is NULL."""
    if term.type == "number" and term.operator in {"column", "arithmetic", "negate", "function"}:
        return Term("not_nan", "number", (term,))
    return term


def nested_guards(term: Term) -> int:
    """How many guards (against NaN, against a zero divisor) lie inside one another; SQL spells each operand twice."""
    below = max(map(nested_guards, term.arguments), default=0)
    return below + (term.operator == "not_nan" or term.detail in ("/", "%"))
