"""What the rules of a product say, as terms over its options; how a condition is written: ``workspace.conditions``."""

from __future__ import annotations

from collections.abc import Mapping

from rapport.customize.configure.terms import Term, both, either, negated, option
from rapport.workspace.conditions import Condition, read_condition

Numbers = Mapping[str, Mapping[str, int]]
"""Group → name of an option → its number."""


def condition(text: str, numbers: Numbers, *, where: str = "") -> Term:
    """The term that a text means; raises ``InvalidRule`` with the place and what to do.

    >>> numbers = {"frame": {"oak": 1, "steel": 2}, "glass": {"triple": 3}}
    >>> sorted(condition("glass = 'triple' AND frame <> 'steel'", numbers).options)
    [2, 3]
    """
    return _term(read_condition(text, numbers, where=where), numbers)


def _term(said: Condition, numbers: Numbers) -> Term:
    if said.operator == "option":
        return option(numbers[said.group][said.option])
    parts = [_term(part, numbers) for part in said.parts]
    if said.operator == "not":
        return negated(parts[0])
    return both(*parts) if said.operator == "and" else either(*parts)
