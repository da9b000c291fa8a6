"""What the rules of a product say, as terms over its options.

A condition names groups like columns and options like texts: ``glass = 'triple' AND frame IN ('oak', 'pine')``. In a
group that takes several, ``extras = 'lamp'`` says that the lamp is among them. It is a small part of the rule language
(docs/reference/rules.md): ``=``, ``<>``, ``IN``, ``AND``, ``OR``, ``NOT``, ``IS NULL`` (nothing of the group is
chosen), ``TRUE`` and ``FALSE``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp

from rapport.core.errors import did_you_mean
from rapport.customize.configure.terms import FALSE, TRUE, Term, both, either, negated, option
from rapport.rules.syntax import Expression

Numbers = Mapping[str, Mapping[str, int]]
"""Group → name of an option → its number."""


def condition(text: str, numbers: Numbers, *, where: str = "") -> Term:
    """The term that a text means; raises ``InvalidRule`` with the place and what to do.

    >>> numbers = {"frame": {"oak": 1, "steel": 2}, "glass": {"triple": 3}}
    >>> sorted(condition("glass = 'triple' AND frame <> 'steel'", numbers).options)
    [2, 3]
    """
    return _Reader(Expression(text, where), numbers).term()


class _Reader:
    """Reads one expression; every method turns a node into a term or refuses it."""

    def __init__(self, expression: Expression, numbers: Numbers) -> None:
        self._expression = expression
        self._numbers = numbers

    def term(self) -> Term:
        """The whole expression."""
        return self._read(self._expression.tree)

    def _read(self, node: exp.Expr) -> Term:
        read = _KINDS.get(type(node))
        if read is None:
            hint = "write GROUP = 'OPTION', IN (…), AND, OR, NOT"
            self._expression.refuse(node, f"{node.sql()} is no condition over groups", hint)
        return read(self, node)

    def parenthesis(self, node: exp.Expr) -> Term:
        return self._read(node.this)

    def negation(self, node: exp.Expr) -> Term:
        return negated(self._read(node.this))

    def conjunction(self, node: exp.Expr) -> Term:
        return both(self._read(node.this), self._read(node.expression))

    def disjunction(self, node: exp.Expr) -> Term:
        return either(self._read(node.this), self._read(node.expression))

    def equality(self, node: exp.Expr) -> Term:
        return option(self._option(node.this, node.expression))

    def inequality(self, node: exp.Expr) -> Term:
        return negated(self.equality(node))

    def membership(self, node: exp.Expr) -> Term:
        return either(*(option(self._option(node.this, one)) for one in node.expressions))

    def emptiness(self, node: exp.Expr) -> Term:
        if not isinstance(node.expression, exp.Null):
            self._expression.refuse(node, f"{node.sql()} is no condition over groups", "write GROUP IS NULL")
        return negated(either(*(option(number) for number in self._group(node.this).values())))

    def truth(self, node: exp.Expr) -> Term:
        return TRUE if node.this else FALSE

    def _group(self, node: exp.Expr) -> Mapping[str, int]:
        if not isinstance(node, exp.Column):
            self._expression.refuse(node, f"{node.sql()} is no group", "the group stands on the left, bare")
        if node.name not in self._numbers:
            self._expression.refuse(node, f"unknown group '{node.name}'", did_you_mean(node.name, self._numbers))
        return self._numbers[node.name]

    def _option(self, group: exp.Expr, name: exp.Expr) -> int:
        known = self._group(group)
        if not isinstance(name, exp.Literal) or not name.is_string:
            self._expression.refuse(name, f"{name.sql()} is no option", "options go in single quotes")
        if name.this not in known:
            message = f"the group '{group.name}' has no option '{name.this}'"
            self._expression.refuse(name, message, did_you_mean(name.this, known))
        return known[name.this]


_KINDS: Final[dict[type[exp.Expr], Callable[[_Reader, exp.Expr], Term]]] = {
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
