"""Typed terms → one generated Python function with SQL's three-valued logic.

Logic is written twice, never evaluated twice: ``true(term)`` is a Python condition that holds exactly when the term
is TRUE, ``false(term)`` when it is FALSE; NULL is neither. AND, OR and NOT then become Python's own ``and``, ``or``
and ``not``, with their short cuts. Everything else is computed into a local variable, once for all rules that share
it: no operation can fail, so order does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from rapport.rules.functions import NAMESPACE
from rapport.rules.letters import lower, upper
from rapport.rules.terms import EXACT_INTEGER_MAX, Term
from rapport.rules.types import midnight

Row = Mapping[str, Any]
_PYTHON_COMPARISON: Final = {"=": "==", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_OPPOSITE: Final = {"=": "!=", "<>": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_BASE_NAMESPACE: Final = {"lower": lower, "upper": upper, "midnight": midnight, **NAMESPACE}


def compile_terms(terms: Sequence[Term]) -> Callable[[Row], tuple[Any, ...]]:
    """One function: row → the values of all the terms."""
    writer = _Writer()
    values = [writer.value(term) for term in terms]
    return writer.function(f"({', '.join(values)}{',' if len(values) == 1 else ''})")


def compile_term(term: Term) -> Callable[[Row], Any]:
    """One function: row → the value of the term."""
    writer = _Writer()
    return writer.function(writer.value(term))


class _Writer:
    """Collects the lines of one function; equal expressions get one variable."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._variables: dict[str, str] = {}
        self._values: dict[Term, str] = {}
        self._namespace: dict[str, Any] = dict(_BASE_NAMESPACE)

    def function(self, result: str) -> Callable[[Row], Any]:
        """The finished function."""
        source = "\n    ".join(("def compute(row):", "get = row.get", *self._lines, f"return {result}"))
        exec(compile(source, "<rules>", "exec"), self._namespace)  # noqa: S102 - our own text, constants through repr
        compute: Callable[[Row], Any] = self._namespace["compute"]
        return compute

    def value(self, term: Term) -> str:
        """A variable or constant that holds the term's value."""
        if term not in self._values:
            self._values[term] = self._computed(term)
        return self._values[term]

    def _computed(self, term: Term) -> str:
        if term.operator == "literal":
            return self._constant(term.detail)
        if term.operator in _VALUES:
            return self._variable(_VALUES[term.operator](self, term))
        return self._variable(f"True if {self.true(term)} else False if {self.false(term)} else None")

    def true(self, term: Term) -> str:
        """A condition that holds exactly when the term is TRUE."""
        write = _TRUTHS.get(term.operator)
        return f"{self.value(term)} is True" if write is None else write[0](self, term)

    def false(self, term: Term) -> str:
        """A condition that holds exactly when the term is FALSE."""
        write = _TRUTHS.get(term.operator)
        return f"{self.value(term)} is False" if write is None else write[1](self, term)

    def known(self, *terms: Term) -> str:
        """``x is not None and …``, ready to be followed by a condition."""
        names = dict.fromkeys(self.value(term) for term in terms if term.operator != "literal")
        nulls = any(term.is_literal_null for term in terms)
        return ("False and " if nulls else "") + "".join(f"{name} is not None and " for name in names)

    def unless_null(self, terms: Sequence[Term], expression: str) -> str:
        """The expression, or None when one of the terms is NULL."""
        names = dict.fromkeys(self.value(term) for term in terms if term.operator != "literal")
        test = " or ".join(f"{name} is None" for name in names)
        return f"None if {test} else {expression}" if test else expression

    def constant_set(self, constants: Sequence[Term]) -> str:
        """A constant set of the constants' values."""
        return self._constant(frozenset(constant.detail for constant in constants))

    def name_for(self, value: Any) -> str:
        """A name under which the function finds a value."""
        name = f"k{len(self._namespace)}"
        self._namespace[name] = value
        return name

    def _constant(self, value: Any) -> str:
        return repr(value) if value is None or isinstance(value, (bool, int, float, str)) else self.name_for(value)

    def _variable(self, expression: str) -> str:
        if expression not in self._variables:
            name = self._variables[expression] = f"v{len(self._variables)}"
            self._lines.append(f"{name} = {expression}")
        return self._variables[expression]


def _column(_write: _Writer, term: Term) -> str:
    return f"get({term.detail!r})"


def _arithmetic(write: _Writer, term: Term) -> str:
    left, right = map(write.value, term.arguments)
    operator = term.detail
    expression = f"modulo({left}, {right})" if operator == "%" else f"{left} {operator} {right}"
    if operator in "/%":
        expression = f"None if {right} == 0 else {expression}"
    return write.unless_null(term.arguments, expression)


def _negate(write: _Writer, term: Term) -> str:
    return write.unless_null(term.arguments, f"-{write.value(term.arguments[0])}")


def _to_number(write: _Writer, term: Term) -> str:
    return write.unless_null(term.arguments, f"float({write.value(term.arguments[0])})")


def _to_timestamp(write: _Writer, term: Term) -> str:
    return write.unless_null(term.arguments, f"midnight({write.value(term.arguments[0])})")


def _not_nan(write: _Writer, term: Term) -> str:
    name = write.value(term.arguments[0])
    return f"{name} if {name} == {name} else None"


def _function(write: _Writer, term: Term) -> str:
    return write.unless_null(term.arguments, term.detail.python.format(*map(write.value, term.arguments)))


def _coalesce(write: _Writer, term: Term) -> str:
    names = []
    for argument in term.arguments:
        names.append(write.value(argument))
        if argument.operator == "literal" and not argument.is_literal_null:
            break
    return " ".join([*(f"{name} if {name} is not None else" for name in names[:-1]), names[-1]])


def _case(write: _Writer, term: Term) -> str:
    *branches, default = term.arguments
    pairs = zip(branches[::2], branches[1::2], strict=True)
    chain = [f"{write.value(value)} if {write.true(condition)} else" for condition, value in pairs]
    return " ".join([*chain, write.value(default)])


_VALUES: Final[dict[str, Callable[[_Writer, Term], str]]] = {
    "column": _column,
    "arithmetic": _arithmetic,
    "negate": _negate,
    "to_number": _to_number,
    "to_timestamp": _to_timestamp,
    "not_nan": _not_nan,
    "function": _function,
    "coalesce": _coalesce,
    "case": _case,
}


def _all_true(write: _Writer, terms: Sequence[Term]) -> str:
    return "(" + " and ".join(map(write.true, terms)) + ")"


def _any_true(write: _Writer, terms: Sequence[Term]) -> str:
    return "(" + " or ".join(map(write.true, terms)) + ")"


def _all_false(write: _Writer, terms: Sequence[Term]) -> str:
    return "(" + " and ".join(map(write.false, terms)) + ")"


def _any_false(write: _Writer, terms: Sequence[Term]) -> str:
    return "(" + " or ".join(map(write.false, terms)) + ")"


def _exact(term: Term, others: Sequence[Term]) -> Term:
    """The integer itself instead of its double, where comparing either with the constants gives the same."""
    if term.operator == "to_number" and all(
        o.operator == "literal" and abs(o.detail) < EXACT_INTEGER_MAX for o in others
    ):
        return term.arguments[0]
    return term


def _compared(write: _Writer, term: Term, operators: Mapping[str, str]) -> str:
    left, right = term.arguments
    if not (left.is_literal_null or right.is_literal_null):
        left, right = _exact(left, (right,)), _exact(right, (left,))
    return f"({write.known(left, right)}{write.value(left)} {operators[term.detail]} {write.value(right)})"


def _halves(term: Term) -> tuple[Term, Term]:
    value, low, high = term.arguments
    return Term("compare", "boolean", (value, low), ">="), Term("compare", "boolean", (value, high), "<=")


def _member(write: _Writer, term: Term, operator: str) -> str:
    (value,) = term.arguments
    value = _exact(value, term.detail)
    return f"({write.known(value)}{write.value(value)} {operator} {write.constant_set(term.detail)})"


def _matched(write: _Writer, term: Term, negation: str) -> str:
    (value,) = term.arguments
    return f"({write.known(value)}{negation}{_match(write, term)})"


def _match(write: _Writer, term: Term) -> str:
    name, pattern = write.value(term.arguments[0]), term.detail
    match pattern.plain:
        case (whole,):
            return f"({name} == {whole!r})"
        case ("", ""):
            return "True"
        case ("", tail):
            return f"{name}.endswith({tail!r})"
        case (head, ""):
            return f"{name}.startswith({head!r})"
        case ("", inner, ""):
            return f"({inner!r} in {name})"
    return f"({write.name_for(pattern.regex.match)}({name}) is not None)"


def _null_test(write: _Writer, term: Term, operator: str) -> str:
    (value,) = term.arguments
    if value.operator == "literal":
        return str(value.is_literal_null == (operator == "is"))
    return f"({write.value(value)} {operator} None)"


_Truth = Callable[[_Writer, Term], str]
_TRUTHS: Final[dict[str, tuple[_Truth, _Truth]]] = {
    "and": (lambda w, t: _all_true(w, t.arguments), lambda w, t: _any_false(w, t.arguments)),
    "or": (lambda w, t: _any_true(w, t.arguments), lambda w, t: _all_false(w, t.arguments)),
    "not": (lambda w, t: w.false(t.arguments[0]), lambda w, t: w.true(t.arguments[0])),
    "compare": (lambda w, t: _compared(w, t, _PYTHON_COMPARISON), lambda w, t: _compared(w, t, _OPPOSITE)),
    "between": (lambda w, t: _all_true(w, _halves(t)), lambda w, t: _any_false(w, _halves(t))),
    "in": (lambda w, t: _member(w, t, "in"), lambda w, t: _member(w, t, "not in")),
    "like": (lambda w, t: _matched(w, t, ""), lambda w, t: _matched(w, t, "not ")),
    "is_null": (lambda w, t: _null_test(w, t, "is"), lambda w, t: _null_test(w, t, "is not")),
    "is_true": (lambda w, t: w.true(t.arguments[0]), lambda w, t: f"(not {w.true(t.arguments[0])})"),
    "is_false": (lambda w, t: w.false(t.arguments[0]), lambda w, t: f"(not {w.false(t.arguments[0])})"),
    "literal": (lambda _, t: str(t.detail is True), lambda _, t: str(t.detail is False)),
}
