"""Conditions over options, as trees: what a rule of a product says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Operator = Literal["option", "and", "or", "not"]


@dataclass(frozen=True, slots=True)
class Term:
    """An ``option`` by its number, or an operator over parts. An empty ``and`` is true, an empty ``or`` false."""

    operator: Operator
    parts: tuple[Term, ...] = ()
    option: int = 0

    def walk(self) -> Iterator[Term]:
        """Every node, itself first; without recursion, as conditions from files may nest deeply."""
        waiting = [self]
        while waiting:
            term = waiting.pop()
            yield term
            waiting.extend(term.parts)

    @property
    def options(self) -> frozenset[int]:
        """The options that it names."""
        return frozenset(term.option for term in self.walk() if term.operator == "option")


TRUE = Term("and")
FALSE = Term("or")


def option(number: int) -> Term:
    """That one option is chosen."""
    return Term("option", option=number)


def both(*parts: Term) -> Term:
    """All of them hold."""
    return parts[0] if len(parts) == 1 else Term("and", parts)


def either(*parts: Term) -> Term:
    """At least one of them holds."""
    return parts[0] if len(parts) == 1 else Term("or", parts)


def negated(part: Term) -> Term:
    """It does not hold."""
    return part.parts[0] if part.operator == "not" else Term("not", (part,))


def implies(when: Term, then: Term) -> Term:
    """Where one holds, so does the other."""
    return either(negated(when), then)


def same(one: Term, other: Term) -> Term:
    """Both hold or neither does."""
    return both(implies(one, other), implies(other, one))


def holds(term: Term, chosen: Collection[int]) -> bool:
    """Whether it holds where exactly these options are chosen.

    >>> holds(implies(option(1), negated(option(2))), {1, 2})
    False
    """
    if term.operator == "option":
        return term.option in chosen
    if term.operator == "not":
        return not holds(term.parts[0], chosen)
    parts: Sequence[Term] = term.parts
    return (all if term.operator == "and" else any)(holds(part, chosen) for part in parts)
