"""What the moment of a request changes: the multipliers that actions declare over its context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlglot
from sqlglot import exp

from rapport.core.columns import ColumnType, fit
from rapport.rules import Rule, check_syntax, parse
from rapport.workspace.definitions import Action


def context_columns(text: str) -> dict[str, ColumnType]:
    """The columns that a rule over the request's context names, typed by what they are compared with.

    A context has no declared columns: ``weather = 'rain'`` makes ``weather`` a text, ``temperature > 20`` a number,
    and a name that stands alone is a boolean.

    >>> context_columns("weather IN ('rain', 'snow') AND hour >= 18 AND NOT holiday")
    {'weather': 'text', 'hour': 'number', 'holiday': 'boolean'}
    """
    check_syntax(text)
    tree = sqlglot.parse_one(text, read="duckdb")
    return {column.name: _type_beside(column) for column in tree.find_all(exp.Column, bfs=False)}


def _type_beside(column: exp.Column) -> ColumnType:
    """The type of the nearest literal that the column is compared or reckoned with."""
    node = column.parent
    while node is not None and not isinstance(node, (exp.And, exp.Or, exp.Not)):
        for literal in node.find_all(exp.Literal):
            return "text" if literal.is_string else "number"
        node = node.parent
    return "boolean"


class Moment:
    """The context rules of all actions, compiled once."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        self._rules: dict[str, list[tuple[Rule, float]]] = {}
        self._columns: dict[str, ColumnType] = {}
        for name, action in actions.items():
            for text, multiplier in action.context.items():
                columns = context_columns(text)
                self._columns.update(columns)
                self._rules.setdefault(name, []).append(
                    (parse(text, columns, where=f"action {name}, context"), multiplier)
                )

    def multipliers(self, candidates: Sequence[str], context: Mapping[str, Any]) -> list[float] | None:
        """The product of each candidate's multipliers whose rule holds; None when no action declares any."""
        if not self._rules:
            return None
        row = self._row(context)
        return [self._multiplier(name, row) for name in candidates]

    def refusal(self, candidate: str, context: Mapping[str, Any]) -> str | None:
        """The rule that rules a candidate out here (its multiplier is 0), or None."""
        if candidate not in self._rules:
            return None
        row = self._row(context)
        return next((rule.text for rule, factor in self._rules[candidate] if factor == 0.0 and rule.holds(row)), None)

    def _row(self, context: Mapping[str, Any]) -> dict[str, Any]:
        return {name: fit(context.get(name), kind) for name, kind in self._columns.items()}

    def _multiplier(self, name: str, row: Mapping[str, Any]) -> float:
        product = 1.0
        for rule, factor in self._rules.get(name, ()):
            if rule.holds(row):
                product *= factor
        return product
