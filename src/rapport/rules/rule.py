"""Rules and numeric expressions, as the rest of the house holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rapport.core.columns import ColumnType
from rapport.rules.checking import Checker
from rapport.rules.python import compile_term, compile_terms
from rapport.rules.sql import Dialect, render
from rapport.rules.syntax import Expression
from rapport.rules.terms import Term

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """A condition over one row: TRUE, FALSE or NULL (None)."""

    text: str
    term: Term = field(repr=False)

    @property
    def uses(self) -> frozenset[str]:
        """The columns it names."""
        return _columns(self.term)

    @cached_property
    def holds(self) -> Callable[[Row], bool | None]:
        """Row → True, False or None; a column that the row lacks is NULL."""
        return compile_term(self.term)

    def sql(self, dialect: Dialect = "duckdb") -> str:
        """The same condition as SQL text."""
        return render(self.term, dialect)


@dataclass(frozen=True)
class NumberExpression:
    """A calculation over one row: a number or NULL (None)."""

    text: str
    term: Term = field(repr=False)

    @property
    def uses(self) -> frozenset[str]:
        """The columns it names."""
        return _columns(self.term)

    @cached_property
    def value(self) -> Callable[[Row], float | None]:
        """Row → the number, or None; a column that the row lacks is NULL."""
        return compile_term(self.term)

    def sql(self, dialect: Dialect = "duckdb") -> str:
        """The same calculation as SQL text."""
        return render(self.term, dialect)


def parse(text: str, columns: Mapping[str, ColumnType], *, where: str = "") -> Rule:
    """The rule that a text means over these columns; raises ``InvalidRule`` with the place and what to do.

    >>> rule = parse("orders_90d >= 2 AND NOT opted_out", {"orders_90d": "integer", "opted_out": "boolean"})
    >>> rule.holds({"orders_90d": 3, "opted_out": False}), rule.holds({"orders_90d": 3}), rule.holds({"orders_90d": 1})
    (True, None, False)
    >>> rule.sql()
    '"orders_90d" >= 2 AND NOT "opted_out"'
    """
    return Rule(text, Checker(Expression(text, where), columns).condition())


def parse_number(text: str, columns: Mapping[str, ColumnType], *, where: str = "") -> NumberExpression:
    """The calculation that a text means over these columns; raises ``InvalidRule``.

    >>> line = parse_number("Quantity * UnitPrice", {"Quantity": "integer", "UnitPrice": "number"})
    >>> line.value({"Quantity": 3, "UnitPrice": 2.5})
    7.5
    """
    return NumberExpression(text, Checker(Expression(text, where), columns).number())


def check_syntax(text: str, *, where: str = "") -> None:
    """Raises ``InvalidRule`` when a text can be no rule or calculation, whatever the columns are."""
    Expression(text, where)


def compile_all(rules: Sequence[Rule]) -> Callable[[Row], tuple[bool | None, ...]]:
    """One function that evaluates all the rules at once, sharing what they have in common."""
    return compile_terms([rule.term for rule in rules])


def _columns(term: Term) -> frozenset[str]:
    return frozenset(part.detail for part in term.walk() if part.operator == "column")
