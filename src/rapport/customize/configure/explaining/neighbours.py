"""Which reasons of a formula stand how many steps from a variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rapport.customize.configure.clauses.formula import Formula

SHARE_NEAR: Final = 0.25
"""More than this share of all reasons is not near any more."""


class Neighbours:
    """Two variables are one step apart where one reason names both."""

    def __init__(self, formula: Formula) -> None:
        named: list[set[int]] = [set() for _ in formula.reasons]
        for clause, origin in zip(formula.clauses, formula.origins, strict=True):
            named[origin].update(map(abs, clause))
        self._named = named
        self._naming: list[list[int]] = [[] for _ in range(formula.variables + 1)]
        for reason, variables in enumerate(named):
            for variable in variables:
                self._naming[variable].append(reason)
        self._most = int(len(named) * SHARE_NEAR)

    def around(self, literals: Iterable[int]) -> Iterator[list[int]]:
        """Reasons one step from the literals, then those up to two steps, and so on, the nearest first."""
        edge = {abs(literal) for literal in literals}
        reached = set(edge)
        near: dict[int, None] = {}
        while edge and len(near) <= self._most:
            new = {reason for variable in edge for reason in self._naming[variable] if reason not in near}
            if not new:
                return
            near.update(dict.fromkeys(sorted(new)))
            yield list(near)
            edge = {variable for reason in new for variable in self._named[reason]} - reached
            reached |= edge

    def ordered(self, literals: Iterable[int], reasons: Iterable[int]) -> list[int]:
        """Some reasons, those fewest steps from the literals first, when only they lead on; the rest as they stood."""
        reached = {abs(literal) for literal in literals}
        waiting = list(reasons)
        near: list[int] = []
        while waiting:
            next_to = [reason for reason in waiting if not reached.isdisjoint(self._named[reason])] or waiting
            near += next_to
            taken = set(next_to)
            waiting = [reason for reason in waiting if reason not in taken]
            reached.update(*(self._named[reason] for reason in next_to))
        return near
