"""Which types go together, what they become, and what to say when they do not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

from rapport.rules.terms import Term, TermType, as_number, literal, settled

_JOINS: Final[dict[frozenset[TermType], TermType]] = {
    frozenset(("integer", "number")): "number",
    frozenset(("date", "timestamp")): "timestamp",
}


def common_type(left: TermType, right: TermType) -> TermType | None:
    """The type that both become, or None when they do not go together; NULL goes with everything.

    >>> common_type("integer", "number"), common_type("null", "text"), common_type("text", "number")
    ('number', 'text', None)
    """
    if right in (left, "null"):
        return left
    return right if left == "null" else _JOINS.get(frozenset((left, right)))


def converted(term: Term, wanted: TermType) -> Term:
    """The term as a value of the wanted type, which ``common_type`` found."""
    if term.is_literal_null:
        return literal(None, wanted)
    if wanted == "number":
        return settled(as_number(term))
    if wanted == "timestamp" and term.type == "date":
        return _as_timestamp(term)
    return term


def _as_timestamp(term: Term) -> Term:
    if term.operator == "literal":
        return literal(midnight(term.detail), "timestamp")
    return Term("to_timestamp", "timestamp", (term,))


def midnight(day: date) -> datetime:
    """The first moment of a day, UTC."""
    return datetime.combine(day, time.min, UTC)


def described(term: Term) -> str:
    """What a term is, in words: ``the column 'age' (integer)``.

    >>> described(literal(7, "integer"))
    'an integer'
    """
    if term.operator == "column":
        return f"the column '{term.detail}' ({term.type})"
    return "NULL" if term.type == "null" else f"{'an' if term.type == 'integer' else 'a'} {term.type}"


def mismatch_hint(left: TermType, right: TermType) -> str:
    """What to do when two types do not go together."""
    types = {left, right}
    if "text" in types and types & {"date", "timestamp"}:
        return "write the constant as DATE '2024-01-31' or TIMESTAMP '2024-01-31 18:30:00'"
    if "text" in types and types & {"integer", "number"}:
        return "numbers are written without quotation marks, text in single quotes"
    if "text" in types and "boolean" in types:
        return "write TRUE or FALSE without quotation marks"
    if "boolean" in types:
        return "a boolean is a condition by itself: write it, or NOT it"
    return "compare columns of one type"
