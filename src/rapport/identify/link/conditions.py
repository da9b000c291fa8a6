"""Splink's conditions → one generated Python function a comparison, with SQL's three-valued logic.

The language is the one that ``LinkPlan.comparisons`` promises, and a few operators more. A condition holds when it is
TRUE; NULL is neither TRUE nor FALSE. Each value is computed once, and only when a condition is reached that needs it:
the first level that holds ends the function, so that equal values never cost a distance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from rapport.core.errors import InvalidDefinition
from rapport.identify.link import distances

ELSE: Final = "ELSE"
Record = Sequence[str | None]
"""The values of one record, in the order of the columns."""
Compare = Callable[[Record, Record], int]
"""Two records → the position of the first level that holds."""

_COMPARISONS: Final[dict[type[exp.Expr], tuple[str, str]]] = {
    exp.EQ: ("==", "!="),
    exp.NEQ: ("!=", "=="),
    exp.GTE: (">=", "<"),
    exp.GT: (">", "<="),
    exp.LTE: ("<=", ">"),
    exp.LT: ("<", ">="),
}
"""Operator → how Python writes it, and how it writes its opposite."""
_FUNCTIONS: Final[dict[str, str]] = {
    "JAROWINKLER_SIMILARITY": "jaro_winkler",
    "LEVENSHTEIN": "levenshtein",
    "DAMERAU_LEVENSHTEIN": "damerau_levenshtein",
    "LENGTH": "len",
    "SUBSTRING": "part",
}


def part(text: str, start: int, count: int) -> str:
    """SQL's ``substr``: ``count`` characters from the ``start``-th on, which is at least 1.

    >>> part("王小明", 2, 2)
    '小明'
    """
    return text[start - 1 : start - 1 + count]


_NAMES: Final[dict[str, Any]] = {
    "jaro_winkler": distances.jaro_winkler,
    "levenshtein": distances.levenshtein,
    "damerau_levenshtein": distances.damerau_levenshtein,
    "part": part,
    "LATER": object(),
}


def compile_levels(conditions: Sequence[str], columns: Sequence[str]) -> Compare:
    """One function: two records → the position of the first condition that holds; the last must be ``ELSE``.

    Raises ``InvalidDefinition`` for what the language does not have.

    >>> level = compile_levels(["a_l IS NULL OR a_r IS NULL", "a_l = a_r", "levenshtein(a_l, a_r) <= 1", "ELSE"], ["a"])
    >>> [level(["ann"], [other]) for other in (None, "ann", "anna", "bob")]
    [0, 1, 2, 3]
    """
    if not conditions or conditions[-1].strip().upper() != ELSE:
        raise InvalidDefinition("a comparison whose last level is not ELSE", where=f"{conditions}")
    writer = _Writer({name: position for position, name in enumerate(columns)})
    for position, condition in enumerate(conditions[:-1]):
        writer.level(parse(condition), position)
    return writer.function(len(conditions) - 1)


def columns_of(conditions: Sequence[str]) -> list[str]:
    """The columns that conditions read, without their ``_l`` and ``_r``, in the order in which they first appear.

    >>> columns_of(["surname_l = given_name_r", "ELSE"])
    ['surname', 'given_name']
    """
    named = [
        column.name[:-2]
        for condition in conditions
        if condition.strip().upper() != ELSE
        for column in parse(condition).find_all(exp.Column, bfs=False)
    ]
    return list(dict.fromkeys(named))


def parse(condition: str) -> exp.Expr:
    """A condition as a tree; raises ``InvalidDefinition`` for what is no SQL."""
    try:
        return sqlglot.parse_one(condition, read="duckdb")
    except SqlglotError as error:
        raise InvalidDefinition("a level's condition is no SQL", where=condition) from error


class _Value(NamedTuple):
    """A value in the generated function."""

    first: str
    """How it is read where it may not be computed yet."""
    name: str
    """How it is read after that."""
    constant: bool = False

    @property
    def is_known(self) -> str:
        """``… is not None and ``, ready to be followed by a condition; empty for a constant."""
        return "" if self.constant else f"{self.first} is not None and "


class _Writer:
    """Collects the lines of one function; equal expressions get one variable."""

    def __init__(self, columns: Mapping[str, int]) -> None:
        self._columns = columns
        self._lines: list[str] = []
        self._variables: dict[str, str] = {}
        self._late: list[str] = []

    def level(self, condition: exp.Expr, position: int) -> None:
        """Ends the function with ``position`` if the condition holds."""
        self._lines.append(f"if {self._truth(condition, wanted=True)}: return {position}")

    def function(self, otherwise: int) -> Compare:
        """The finished function."""
        late = [" = ".join([*self._late, "LATER"])] if self._late else []
        source = "\n    ".join(("def compare(l, r):", *late, *self._lines, f"return {otherwise}"))
        namespace = dict(_NAMES)
        exec(compile(source, "<comparison>", "exec"), namespace)  # noqa: S102 - our own text, constants through repr
        compare: Compare = namespace["compare"]
        return compare

    def _truth(self, node: exp.Expr, *, wanted: bool) -> str:
        """A Python condition that holds exactly when the node is TRUE, or FALSE: NULL is neither."""
        if isinstance(node, exp.Paren):
            return self._truth(node.this, wanted=wanted)
        if isinstance(node, exp.Not):
            return self._truth(node.this, wanted=not wanted)
        if isinstance(node, (exp.And, exp.Or)):
            joint = "and" if isinstance(node, exp.And) is wanted else "or"
            return f"({self._truth(node.this, wanted=wanted)} {joint} {self._truth(node.expression, wanted=wanted)})"
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            return f"({self._value(node.this).first} {'is' if wanted else 'is not'} None)"
        operators = next((signs for kind, signs in _COMPARISONS.items() if isinstance(node, kind)), None)
        if operators is None:
            raise _unknown(node)
        left, right = self._value(node.this), self._value(node.expression)
        return f"({left.is_known}{right.is_known}{left.name} {operators[not wanted]} {right.name})"

    def _value(self, node: exp.Expr) -> _Value:
        if isinstance(node, exp.Paren):
            return self._value(node.this)
        if isinstance(node, exp.Literal):
            constant = (
                repr(node.this) if node.is_string else repr(float(node.this) if "." in node.this else int(node.this))
            )
            return _Value(constant, constant, constant=True)
        if isinstance(node, exp.Column):
            return self._column(node)
        called = _FUNCTIONS.get(_name(node))
        if called is None:
            raise _unknown(node)
        arguments = [self._value(argument) for argument in _arguments(node)]
        nulls = " or ".join(f"{one.first} is None" for one in arguments if not one.constant)
        call = f"{called}({', '.join(one.name for one in arguments)})"
        return self._computed(f"None if {nulls} else {call}" if nulls else call)

    def _column(self, node: exp.Column) -> _Value:
        column, _, side = node.name.rpartition("_")
        if side not in ("l", "r") or column not in self._columns:
            known = ", ".join(self._columns)
            raise InvalidDefinition(f"unknown column '{node.name}' in a level", hint=f"known: {known}")
        expression = f"{side}[{self._columns[column]}]"
        if expression not in self._variables:
            self._variables[expression] = f"v{len(self._variables)}"
            self._lines.append(f"{self._variables[expression]} = {expression}")
        name = self._variables[expression]
        return _Value(name, name)

    def _computed(self, expression: str) -> _Value:
        """A value computed when it is first asked for: most levels end before they need their last distance."""
        if expression not in self._variables:
            self._variables[expression] = f"v{len(self._variables)}"
            self._late.append(self._variables[expression])
        name = self._variables[expression]
        return _Value(f"({name} if {name} is not LATER else ({name} := {expression}))", name)


def _name(node: exp.Expr) -> str:
    """A function's name in capitals, whichever of its spellings was used."""
    if isinstance(node, exp.Anonymous):
        return str(node.this).upper()
    return node.sql_name() if isinstance(node, exp.Func) else ""


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    wanted = ("this", "start", "length") if isinstance(node, exp.Substring) else ("this", "expression")
    return [node.args[name] for name in wanted if node.args.get(name) is not None]


def _unknown(node: exp.Expr) -> InvalidDefinition:
    return InvalidDefinition(
        f"a level uses {node.sql(dialect='duckdb')}", hint=f"the hint knows comparisons and {', '.join(_FUNCTIONS)}"
    )
