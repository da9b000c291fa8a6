"""A sqlglot tree → a typed term.

``_KINDS`` names every node type that a rule may hold, with the arguments that are looked at. Any other node is
refused, and so is any other argument: what is not on the list does not get through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final, NoReturn

from sqlglot import exp

from rapport.core.columns import INTEGER_MAX, ColumnType
from rapport.core.errors import did_you_mean
from rapport.rules.functions import FUNCTIONS, KNOWN_NAMES, ROUND_PLACES_MAX
from rapport.rules.letters import lower
from rapport.rules.patterns import Pattern
from rapport.rules.refusals import hint_for, name_of
from rapport.rules.syntax import Expression
from rapport.rules.terms import Term, TermType, as_number, column, literal, nested_guards, settled
from rapport.rules.types import common_type, converted, described, mismatch_hint

DEPTH_MAX: Final = 50
GUARDS_MAX: Final = 8
BRANCHES_MAX: Final = 100
_COMPARISONS: Final[dict[type[exp.Expr], str]] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_ARITHMETIC: Final[dict[type[exp.Expr], str]] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_NULL_HINT: Final = "NULL equals nothing: write IS NULL or IS NOT NULL"
_SPLIT_HINT: Final = "split it into several rules or declare a feature"


class Checker:
    """Checks one expression against the columns it may name; every method turns a node into a term or refuses it."""

    def __init__(self, expression: Expression, columns: Mapping[str, ColumnType]) -> None:
        self._columns = columns
        self._expression = expression
        self._depth = 0

    def condition(self) -> Term:
        """The expression as a boolean."""
        return self._bounded(self.boolean(self._expression.tree))

    def number(self) -> Term:
        """The expression as a number."""
        return self._bounded(settled(self.numeric(self._expression.tree)))

    def _bounded(self, term: Term) -> Term:
        if nested_guards(term) > GUARDS_MAX:
            self.refuse(self._expression.tree, f"calculations nested more than {GUARDS_MAX} deep", _SPLIT_HINT)
        return term

    def refuse(self, node: exp.Expr, message: str, hint: str = "") -> NoReturn:
        """Raises ``InvalidRule`` that points at the node."""
        self._expression.refuse(node, message, hint)

    def term(self, node: exp.Expr) -> Term:
        """Any node."""
        kind = _KINDS.get(type(node))
        if kind is None:
            self._refuse_kind(node)
        looked_at, check = kind
        for name, value in node.args.items():
            if value and name not in looked_at:
                self.refuse(node, f"{name_of(node)} with {name.upper()} is not part of the rule language")
        self._depth += 1
        if self._depth > DEPTH_MAX:
            self.refuse(node, f"nested more than {DEPTH_MAX} deep", _SPLIT_HINT)
        term = check(self, node)
        self._depth -= 1
        return term

    def _refuse_kind(self, node: exp.Expr) -> NoReturn:
        if isinstance(node, exp.Anonymous):
            self.refuse(node, f"unknown function {node.name}", did_you_mean(node.name.upper(), KNOWN_NAMES))
        self.refuse(node, f"{name_of(node)} is not part of the rule language", hint_for(node))

    def boolean(self, node: exp.Expr) -> Term:
        """A node that must be a condition."""
        term = self.term(node)
        if term.is_literal_null:
            return literal(None, "boolean")
        if term.type != "boolean":
            message = f"a condition is needed here, but this is {described(term)}"
            self.refuse(node, message, "compare it with something, or write IS NOT NULL")
        return term

    def numeric(self, node: exp.Expr) -> Term:
        """A node that must be a number, for arithmetic: not settled."""
        return as_number(self.of_type(node, "number"))

    def of_type(self, node: exp.Expr, wanted: TermType) -> Term:
        """A node that must be of one type (an integer is a number)."""
        term = self.term(node)
        if term.is_literal_null:
            self.refuse(node, "NULL gives only NULL here", _NULL_HINT)
        if common_type(term.type, wanted) != wanted:
            message = f"{wanted} is needed here, but this is {described(term)}"
            self.refuse(node, message, mismatch_hint(wanted, term.type))
        return term

    def unified(self, nodes: Sequence[exp.Expr]) -> tuple[TermType, tuple[Term, ...]]:
        """Several nodes brought to one type: integers with numbers, dates with timestamps."""
        terms = [self.term(node) for node in nodes]
        common: TermType = "null"
        for node, term in zip(nodes, terms, strict=True):
            joined = common_type(common, term.type)
            if joined is None:
                message = f"this is {described(term)}, which does not go with {described(terms[0])}"
                self.refuse(node, message, mismatch_hint(common, term.type))
            common = joined
        if common == "null":
            self.refuse(nodes[0], "NULL gives only NULL here", _NULL_HINT)
        return common, tuple(converted(term, common) for term in terms)

    def comparable(self, nodes: Sequence[exp.Expr], *, ordered: bool) -> tuple[Term, ...]:
        """Several nodes that are compared with each other."""
        for node in nodes:
            if isinstance(node.unnest(), exp.Null):
                self.refuse(node, "nothing can be compared with NULL", _NULL_HINT)
        common, terms = self.unified(nodes)
        if ordered and common == "boolean":
            self.refuse(nodes[0], "booleans have no order", "write = or <>, or the condition by itself")
        return terms

    def column(self, node: exp.Expr) -> Term:
        """A column by its name."""
        name = node.name
        if name not in self._columns:
            hint = did_you_mean(name, self._columns)
            if node.this.args.get("quoted"):
                hint = f"text goes in single quotes: '{name}'; if it is a column, {hint}"
            self.refuse(node, f"unknown column '{name}'", hint)
        return column(name, self._columns[name])

    def alternatives(self, nodes: Sequence[exp.Expr]) -> tuple[TermType, tuple[Term, ...]]:
        """The values of CASE or COALESCE."""
        if len(nodes) > BRANCHES_MAX:
            self.refuse(nodes[0], f"more than {BRANCHES_MAX} alternatives", _SPLIT_HINT)
        return self.unified(nodes)


def _paren(check: Checker, node: exp.Expr) -> Term:
    return check.term(node.this)


def _literal(check: Checker, node: exp.Expr) -> Term:
    text = str(node.this)
    if node.is_string:
        return literal(text, "text")
    if re.fullmatch(r"[0-9]{1,19}", text) and int(text) <= INTEGER_MAX:
        return literal(int(text), "integer")
    number = float(text)
    if number == float("inf"):
        check.refuse(node, "this number is too large")
    return literal(number, "number")


def _null(_check: Checker, _node: exp.Expr) -> Term:
    return literal(None, "null")


def _truth(_check: Checker, node: exp.Expr) -> Term:
    return literal(bool(node.this), "boolean")


def _read_timestamp(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _cast(check: Checker, node: exp.Expr) -> Term:
    type_, text = node.args["to"].sql("duckdb"), node.this
    if type_ not in ("DATE", "TIMESTAMP") or not (isinstance(text, exp.Literal) and text.is_string):
        check.refuse(node, "a conversion is not part of the rule language", hint_for(node))
    try:
        if type_ == "DATE":
            return literal(date.fromisoformat(text.name), "date")
        return literal(_read_timestamp(text.name), "timestamp")
    except (ValueError, OverflowError):
        hint = "write DATE '2024-01-31' or TIMESTAMP '2024-01-31 18:30:00' (UTC unless it ends in +02:00)"
        check.refuse(text, f"'{text.name}' is not a {type_.lower()}", hint)


def _connector(check: Checker, node: exp.Expr) -> Term:
    operands: list[Term] = []
    pending = [node]
    while pending:
        part = pending.pop()
        if type(part) is type(node):
            pending += (part.args["expression"], part.this)
        else:
            operands.append(check.boolean(part))
    return Term("and" if isinstance(node, exp.And) else "or", "boolean", tuple(operands))


def _not(check: Checker, node: exp.Expr) -> Term:
    return Term("not", "boolean", (check.boolean(node.this),))


def _comparison(check: Checker, node: exp.Expr) -> Term:
    ordered = not isinstance(node, (exp.EQ, exp.NEQ))
    terms = check.comparable((node.this, node.args["expression"]), ordered=ordered)
    return Term("compare", "boolean", terms, _COMPARISONS[type(node)])


def _between(check: Checker, node: exp.Expr) -> Term:
    terms = check.comparable((node.this, node.args["low"], node.args["high"]), ordered=True)
    return Term("between", "boolean", terms)


def _in(check: Checker, node: exp.Expr) -> Term:
    listed = node.expressions
    if not listed:
        check.refuse(node, "a list of constants is missing", "write IN ('gold', 'silver')")
    value, *constants = check.comparable((node.this, *listed), ordered=False)
    for part, constant in zip(listed, constants, strict=True):
        if constant.operator != "literal":
            check.refuse(part, "a list holds constants only", "compare with = and join with OR")
    return Term("in", "boolean", (value,), tuple(constants))


def _is(check: Checker, node: exp.Expr) -> Term:
    wanted = node.args["expression"]
    if isinstance(wanted, exp.Null):
        return Term("is_null", "boolean", check.unified((node.this,))[1])
    if not isinstance(wanted, exp.Boolean):
        check.refuse(node, "IS takes NULL, TRUE or FALSE", "compare with = instead")
    return Term("is_true" if wanted.this else "is_false", "boolean", (check.boolean(node.this),))


def _like(check: Checker, node: exp.Expr, escape: str = "") -> Term:
    value, pattern = check.of_type(node.this, "text"), node.args["expression"]
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        check.refuse(pattern, "a pattern is a constant text", "use CONTAINS or STARTS_WITH to compare two columns")
    text = pattern.name
    if isinstance(node, exp.ILike):
        value, text = Term("function", "text", (value,), FUNCTIONS[exp.Lower]), lower(text)
    try:
        like = Term("like", "boolean", (value,), Pattern.parse(text, escape))
    except ValueError as error:
        check.refuse(pattern, str(error), "double it to mean itself")
    return Term("not", "boolean", (like,)) if node.args.get("negate") else like


def _escape(check: Checker, node: exp.Expr) -> Term:
    mark = node.args["expression"].name
    if not isinstance(node.this, (exp.Like, exp.ILike)) or len(mark) != 1 or mark.isalnum() or not mark.isascii():
        check.refuse(node, "ESCAPE takes one punctuation mark", "write LIKE '10!%' ESCAPE '!'")
    return _like(check, node.this, mark)


def _arithmetic(check: Checker, node: exp.Expr) -> Term:
    operands = check.numeric(node.this), check.numeric(node.args["expression"])
    return Term("arithmetic", "number", operands, _ARITHMETIC[type(node)])


def _negate(check: Checker, node: exp.Expr) -> Term:
    operand = check.of_type(node.this, "number")
    if operand.operator == "literal":
        return literal(-operand.detail, operand.type)
    return Term("negate", "number", (as_number(operand),))


def _function(check: Checker, node: exp.Expr) -> Term:
    function = FUNCTIONS[type(node)]
    parts = [node.args[name] for name in function.sql_arguments]
    typed = zip(parts, function.parameters, strict=True)
    arguments = tuple(check.numeric(part) if type_ == "number" else check.of_type(part, type_) for part, type_ in typed)
    return Term("function", function.result, arguments, function)


def _round(check: Checker, node: exp.Expr) -> Term:
    given = node.args.get("decimals")
    places = literal(0, "integer") if given is None else check.of_type(given, "integer")
    if given is not None and not (places.operator == "literal" and 0 <= places.detail <= ROUND_PLACES_MAX):
        check.refuse(given, f"ROUND takes 0 to {ROUND_PLACES_MAX} decimals, as a constant")
    return Term("function", "number", (check.numeric(node.this), places), FUNCTIONS[exp.Round])


def _coalesce(check: Checker, node: exp.Expr) -> Term:
    type_, values = check.alternatives([node.this, *node.expressions])
    return Term("coalesce", type_, values)


def _case(check: Checker, node: exp.Expr) -> Term:
    branches, subject = node.args["ifs"], node.this
    default = node.args.get("default") or exp.null()
    type_, values = check.alternatives([*(branch.args["true"] for branch in branches), default])
    arguments: list[Term] = []
    for branch, value in zip(branches, values[:-1], strict=True):
        arguments += (_case_condition(check, subject, branch.this), value)
    return Term("case", type_, (*arguments, values[-1]))


def _case_condition(check: Checker, subject: exp.Expr | None, when: exp.Expr) -> Term:
    if subject is None:
        return check.boolean(when)
    return Term("compare", "boolean", check.comparable((subject, when), ordered=False), "=")


_Kind = tuple[frozenset[str], Callable[[Checker, exp.Expr], Term]]
_ONE: Final = frozenset({"this"})
_TWO: Final = frozenset({"this", "expression"})
_KINDS: Final[dict[type[exp.Expr], _Kind]] = {
    exp.Paren: (_ONE, _paren),
    exp.Column: (_ONE, Checker.column),
    exp.Literal: (frozenset({"this", "is_string"}), _literal),
    exp.Null: (frozenset(), _null),
    exp.Boolean: (_ONE, _truth),
    exp.Cast: (frozenset({"this", "to"}), _cast),
    exp.And: (_TWO, _connector),
    exp.Or: (_TWO, _connector),
    exp.Not: (_ONE, _not),
    **dict.fromkeys(_COMPARISONS, (_TWO, _comparison)),
    exp.Between: (frozenset({"this", "low", "high"}), _between),
    exp.In: (frozenset({"this", "expressions"}), _in),
    exp.Is: (_TWO, _is),
    exp.Like: (_TWO | {"negate"}, _like),
    exp.ILike: (_TWO | {"negate"}, _like),
    exp.Escape: (_TWO, _escape),
    **{node: (_TWO | {"typed", "safe"}, _arithmetic) for node in _ARITHMETIC},
    exp.Neg: (_ONE, _negate),
    **{node: (frozenset(function.sql_arguments), _function) for node, function in FUNCTIONS.items()},
    exp.Round: (frozenset({"this", "decimals"}), _round),
    exp.Coalesce: (frozenset({"this", "expressions"}), _coalesce),
    exp.Case: (frozenset({"this", "ifs", "default"}), _case),
}
