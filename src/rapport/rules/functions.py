"""The functions a rule may call: one line each, with its form in Python and in SQL side by side."""

from __future__ import annotations

import math
from typing import Final

import msgspec
from sqlglot import exp

from rapport.rules.terms import TermType

ROUND_PLACES_MAX: Final = 9


class Function(msgspec.Struct, frozen=True):
    """A function of the rule language: parameter types, result, Python template, SQL node."""

    name: str
    parameters: tuple[TermType, ...]
    result: TermType
    python: str
    sql: type[exp.Expr]
    sql_arguments: tuple[str, ...]
    """Names of the SQL node's arguments, in the order of the parameters."""


_TWO = ("this", "expression")
_FUNCTIONS: Final = (
    Function("LOWER", ("text",), "text", "lower({0})", exp.Lower, ("this",)),
    Function("UPPER", ("text",), "text", "upper({0})", exp.Upper, ("this",)),
    Function("LENGTH", ("text",), "integer", "len({0})", exp.Length, ("this",)),
    Function("STARTS_WITH", ("text", "text"), "boolean", "{0}.startswith({1})", exp.StartsWith, _TWO),
    Function("CONTAINS", ("text", "text"), "boolean", "({1} in {0})", exp.Contains, _TWO),
    Function("ABS", ("number",), "number", "abs({0})", exp.Abs, ("this",)),
    Function("ROUND", ("number", "integer"), "number", "round_half_away({0}, {1})", exp.Round, ("this", "decimals")),
)
FUNCTIONS: Final = {function.sql: function for function in _FUNCTIONS}
KNOWN_NAMES: Final = (*(function.name for function in _FUNCTIONS), "COALESCE")


def modulo(dividend: float, divisor: float) -> float:
    """The remainder with the sign of the dividend; the divisor is not 0, an infinite dividend gives NaN.

    >>> modulo(-7.0, 3.0)
    -1.0
    """
    return math.nan if math.isinf(dividend) else math.fmod(dividend, divisor)


def round_half_away(number: float, places: int) -> float:
    """A double rounded as DuckDB rounds: scaled, to the nearest whole number, halves away from zero, scaled back.

    >>> round_half_away(-2.5, 0), round_half_away(2.345, 2)
    (-3.0, 2.35)
    """
    scale = 10.0**places
    scaled = number * scale
    if not math.isfinite(scaled):
        return number
    whole = math.trunc(scaled)
    return (whole + (math.copysign(1.0, scaled) if abs(scaled - whole) >= 0.5 else 0.0)) / scale


NAMESPACE: Final = {"modulo": modulo, "round_half_away": round_half_away}
