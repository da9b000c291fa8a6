"""Conditions over the groups of a product, as ``products/*.yaml`` writes them.

A condition names groups like columns and options like texts: ``glass = 'triple' AND frame IN ('oak', 'pine')``. In a
group that takes several, ``extras = 'lamp'`` says that the lamp is among them. It is a small part of the rule language
(docs/reference/rules.md): ``=``, ``<>``, ``IN``, ``AND``, ``OR``, ``NOT``, ``IS NULL`` (nothing of the group is
chosen), ``TRUE`` and ``FALSE``. A group whose name is no plain word stands in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sqlglot import exp

from rapport.core.errors import InvalidRule, did_you_mean
from rapport.rules.syntax import Expression

Groups = Mapping[str, Collection[str]]
"""Group → the names of its options."""
_BARE: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\w+")
"""Words and quoted texts; only the former can be a group's name as it stands."""
Operator = Literal["option", "and", "or", "not"]


@dataclass(frozen=True, slots=True)
class Condition:
    """That the ``option`` of a ``group`` is chosen, or an operator over parts. An empty ``and`` is true, an empty
    ``or`` false."""

    operator: Operator
    parts: tuple[Condition, ...] = ()
    group: str = ""
    option: str = ""

    def told(self, chosen: Mapping[str, Collection[str]]) -> bool | None:
        """Whether it holds where these are chosen; None where that depends on groups that are not among them.

        Kleene, On Notation for Ordinal Numbers, Journal of Symbolic Logic 3, 1938: three values.
        """
        if self.operator == "option":
            return self.option in chosen[self.group] if self.group in chosen else None
        parts = [part.told(chosen) for part in self.parts]
        if self.operator == "not":
            return None if parts[0] is None else not parts[0]
        decisive = self.operator == "or"
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive


def read_condition(text: str, groups: Groups, *, where: str = "") -> Condition:
    """What a text says; raises ``InvalidRule`` with the place in the text and what to do.

    >>> said = read_condition("glass = 'triple' AND frame <> 'steel'", {"frame": ["oak", "steel"], "glass": ["triple"]})
    >>> said.told({"glass": ["triple"], "frame": ["oak"]}), said.told({"frame": ["steel"]}), said.told({})
    (True, False, None)
    """
    try:
        expression = Expression(text, where)
    except InvalidRule as error:
        _suggest_quotes(error, groups)
        raise
    try:
        return _Reader(expression, groups).condition()
    except RecursionError:
        expression.refuse(None, "nested too deeply", "split it into several rules")


def _suggest_quotes(error: InvalidRule, groups: Groups) -> None:
    """Says what to do where a text can be read only with its groups in double quotes: ``case`` is a word of SQL."""
    if error.hint:
        return
    named = sorted({word for word in _BARE.findall(error.expression) if word in groups})
    try:
        Expression(_BARE.sub(lambda found: _quoted(found[0], named), error.expression), error.where)
    except InvalidRule:
        return
    words = ", ".join(_quoted(word, named) for word in named)
    error.hint = f"a group that is called like a word of SQL goes in double quotes: {words}"


def _quoted(word: str, named: Collection[str]) -> str:
    return f'"{word}"' if word in named else word


class _Reader:
    """Reads one expression; every method turns a node into a condition or refuses it."""

    def __init__(self, expression: Expression, groups: Groups) -> None:
        self._expression = expression
        self._groups = groups

    def condition(self) -> Condition:
        """The whole expression."""
        return self._read(self._expression.tree)

    def _read(self, node: exp.Expr) -> Condition:
        read = _KINDS.get(type(node))
        if read is None:
            hint = "write GROUP = 'OPTION', IN (…), AND, OR, NOT"
            self._expression.refuse(node, f"{node.sql()} is no condition over groups", hint)
        return read(self, node)

    def parenthesis(self, node: exp.Expr) -> Condition:
        return self._read(node.this)

    def negation(self, node: exp.Expr) -> Condition:
        return Condition("not", (self._read(node.this),))

    def conjunction(self, node: exp.Expr) -> Condition:
        return Condition("and", tuple(self._read(part) for part in node.flatten(unnest=False)))

    def disjunction(self, node: exp.Expr) -> Condition:
        return Condition("or", tuple(self._read(part) for part in node.flatten(unnest=False)))

    def equality(self, node: exp.Expr) -> Condition:
        return self._option(node.this, node.expression)

    def inequality(self, node: exp.Expr) -> Condition:
        return Condition("not", (self.equality(node),))

    def membership(self, node: exp.Expr) -> Condition:
        if not node.expressions:
            self._expression.refuse(node, f"{node.sql()} is no condition over groups", "list options: IN ('oak')")
        return Condition("or", tuple(self._option(node.this, one) for one in node.expressions))

    def emptiness(self, node: exp.Expr) -> Condition:
        if not isinstance(node.expression, exp.Null):
            self._expression.refuse(node, f"{node.sql()} is no condition over groups", "write GROUP IS NULL")
        group, options = self._group(node.this)
        anything = Condition("or", tuple(Condition("option", group=group, option=option) for option in options))
        return Condition("not", (anything,))

    def truth(self, node: exp.Expr) -> Condition:
        return Condition("and") if node.this else Condition("or")

    def _group(self, node: exp.Expr) -> tuple[str, Collection[str]]:
        if not isinstance(node, exp.Column) or node.table:
            self._expression.refuse(node, f"{node.sql()} is no group", "the group stands on the left, bare")
        if node.name not in self._groups:
            self._expression.refuse(node, f"unknown group '{node.name}'", did_you_mean(node.name, self._groups))
        return node.name, self._groups[node.name]

    def _option(self, of: exp.Expr, name: exp.Expr) -> Condition:
        group, known = self._group(of)
        if not isinstance(name, exp.Literal) or not name.is_string:
            self._expression.refuse(name, f"{name.sql()} is no option", "options go in single quotes")
        if name.this not in known:
            message = f"the group '{group}' has no option '{name.this}'"
            self._expression.refuse(name, message, did_you_mean(name.this, known))
        return Condition("option", group=group, option=name.this)


_KINDS: Final[dict[type[exp.Expr], Callable[[_Reader, exp.Expr], Condition]]] = {
    exp.Paren: _Reader.parenthesis,
    exp.Not: _Reader.negation,
    exp.And: _Reader.conjunction,
    exp.Or: _Reader.disjunction,
    exp.EQ: _Reader.equality,
    exp.NEQ: _Reader.inequality,
    exp.In: _Reader.membership,
    exp.Is: _Reader.emptiness,
    exp.Boolean: _Reader.truth,
}
