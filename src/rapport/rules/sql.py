"""Typed terms → SQL text, through sqlglot, for DuckDB and for Spark.

Only what ``terms`` can say is written, with every name quoted and every constant escaped by sqlglot: no text of the
rule's author reaches the database as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from sqlglot import exp

from rapport.rules.terms import Term

Dialect = Literal["duckdb", "spark"]
_SQL_TYPE: Final = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "text": "TEXT",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_COMPARISONS: Final = {"=": exp.EQ, "<>": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
_ARITHMETIC: Final = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div, "%": exp.Mod}
_LOOSE: Final = (exp.Binary, exp.Not, exp.Neg, exp.Between, exp.In, exp.Escape)
"""Nodes that need parentheses around them wherever something else is written beside them."""


def render(term: Term, dialect: Dialect = "duckdb") -> str:
    """The term as SQL text of one dialect."""
    return _node(term).sql(dialect)


def _node(term: Term) -> exp.Expr:
    return _BUILDERS[term.operator](term)


def _operand(term: Term) -> exp.Expr:
    """The term as part of something: in parentheses unless it is one word or one call."""
    node = _node(term)
    return exp.Paren(this=node) if isinstance(node, _LOOSE) else node


def _condition(term: Term) -> exp.Expr:
    """The term as part of AND, OR: comparisons bind more tightly, and need no parentheses."""
    node = _node(term)
    return exp.Paren(this=node) if isinstance(node, exp.Connector) else node


def _column(term: Term) -> exp.Expr:
    return exp.column(term.detail, quoted=True)


def _literal(term: Term) -> exp.Expr:
    value = term.detail
    if value is None:
        return exp.cast(exp.null(), _SQL_TYPE[term.type])
    return _CONSTANTS[term.type](value)


def _whole(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def _double(value: float) -> exp.Expr:
    text = repr(abs(value))
    number = exp.Literal.number(text if "e" in text else f"{text}e0")
    return exp.Neg(this=number) if value < 0 else number


def _moment(value: Any, type_: str) -> exp.Expr:
    text = value.isoformat() if type_ == "DATE" else value.replace(tzinfo=None).isoformat(" ")
    return exp.cast(exp.Literal.string(text), type_)


_CONSTANTS: Final[dict[str, Callable[[Any], exp.Expr]]] = {
    "boolean": lambda value: exp.Boolean(this=value),
    "integer": _whole,
    "number": _double,
    "text": exp.Literal.string,
    "date": lambda value: _moment(value, "DATE"),
    "timestamp": lambda value: _moment(value, "TIMESTAMP"),
}


def _connector(node: type[exp.Connector]) -> Callable[[Term], exp.Expr]:
    def build(term: Term) -> exp.Expr:
        first, *rest = map(_condition, term.arguments)
        for condition in rest:
            first = node(this=first, expression=condition)
        return first

    return build


def _not(term: Term) -> exp.Expr:
    return exp.Not(this=_operand(term.arguments[0]))


def _compare(term: Term) -> exp.Expr:
    left, right = map(_operand, term.arguments)
    return _COMPARISONS[term.detail](this=left, expression=right)


def _between(term: Term) -> exp.Expr:
    value, low, high = map(_operand, term.arguments)
    return exp.Between(this=value, low=low, high=high)


def _in(term: Term) -> exp.Expr:
    return exp.In(this=_operand(term.arguments[0]), expressions=[_node(constant) for constant in term.detail])


def _like(term: Term) -> exp.Expr:
    text, escape = term.detail.sql
    like = exp.Like(this=_operand(term.arguments[0]), expression=exp.Literal.string(text))
    return exp.Escape(this=like, expression=exp.Literal.string(escape)) if escape else like


def _is(wanted: Callable[[], exp.Expr]) -> Callable[[Term], exp.Expr]:
    return lambda term: exp.Is(this=_operand(term.arguments[0]), expression=wanted())


def _arithmetic(term: Term) -> exp.Expr:
    left, right = map(_operand, term.arguments)
    if term.detail in "/%":
        right = exp.Nullif(this=right, expression=_double(0.0))
    return _ARITHMETIC[term.detail](this=left, expression=right)


def _negate(term: Term) -> exp.Expr:
    return exp.Neg(this=_operand(term.arguments[0]))


def _case(term: Term) -> exp.Expr:
    *branches, default = map(_node, term.arguments)
    pairs = zip(branches[::2], branches[1::2], strict=True)
    return exp.Case(ifs=[exp.If(this=condition, true=value) for condition, value in pairs], default=default)


def _coalesce(term: Term) -> exp.Expr:
    first, *rest = map(_node, term.arguments)
    return exp.Coalesce(this=first, expressions=rest)


def _function(term: Term) -> exp.Expr:
    function = term.detail
    node: exp.Expr = function.sql(**dict(zip(function.sql_arguments, map(_node, term.arguments), strict=True)))
    return node


def _cast(type_: str) -> Callable[[Term], exp.Expr]:
    return lambda term: exp.cast(_node(term.arguments[0]), type_)


def _not_nan(term: Term) -> exp.Expr:
    not_a_number = exp.cast(exp.Literal.string("NaN"), "DOUBLE")
    return exp.Nullif(this=_node(term.arguments[0]), expression=not_a_number)


_BUILDERS: Final[dict[str, Callable[[Term], exp.Expr]]] = {
    "column": _column,
    "literal": _literal,
    "and": _connector(exp.And),
    "or": _connector(exp.Or),
    "not": _not,
    "compare": _compare,
    "between": _between,
    "in": _in,
    "like": _like,
    "is_null": _is(exp.null),
    "is_true": _is(exp.true),
    "is_false": _is(exp.false),
    "arithmetic": _arithmetic,
    "negate": _negate,
    "case": _case,
    "coalesce": _coalesce,
    "function": _function,
    "to_number": _cast("DOUBLE"),
    "to_timestamp": _cast("TIMESTAMP"),
    "not_nan": _not_nan,
}
