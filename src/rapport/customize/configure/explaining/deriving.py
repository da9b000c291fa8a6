"""The shortest way on which clauses alone lead from what was asked to a contradiction.

Literals are derived the cheapest first, as shortest paths are found (Knuth, A Generalization of Dijkstra's Algorithm,
Information Processing Letters 6(1), 1977); the cost of one is how many picks and reasons it needs, each once. Nearly
all that excludes an option of a product is found so, without any search; what needs cases to be told apart is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from rapport.customize.configure.clauses.formula import Formula

_Needs = int
"""A set of picks and reasons: of the bits the lowest are the reasons by number, those above them the picks."""


@dataclass(slots=True)
class _Progress:
    """What was derived so far, and of each longer clause how many literals may hold yet, and their sum."""

    derived: dict[int, _Needs]
    open: list[int]
    total: list[int]

    def copy(self) -> _Progress:
        return _Progress(self.derived.copy(), self.open.copy(), self.total.copy())


class Deriving:
    """Built once for a formula; what its clauses imply by themselves is derived once."""

    def __init__(self, formula: Formula) -> None:
        self._bits = [0 if reason.kind == "count" else 1 << place for place, reason in enumerate(formula.reasons)]
        self._picks_from = len(self._bits)
        why = [self._bits[origin] for origin in formula.origins]
        self._longer = [one for one in zip(formula.clauses, why, strict=True) if len(one[0]) > 2]
        self._implied: list[list[tuple[int, _Needs]]] = [[] for _ in range(2 * formula.variables + 1)]
        """Literal → what its opposite implies, and why; negative ones count from the end, as in the next."""
        self._with: list[list[int]] = [[] for _ in range(2 * formula.variables + 1)]
        """Literal → the longer clauses with it."""
        units = self._index(formula)
        lengths = [len(clause) for clause, _ in self._longer]
        self._start = _Progress({}, lengths, [sum(clause) for clause, _ in self._longer])
        self._contradicts = self._derive(self._start, units)

    def _index(self, formula: Formula) -> list[tuple[int, _Needs]]:
        """Takes note of the longer clauses and those of two; returns those of one literal."""
        units: list[tuple[int, _Needs]] = []
        for clause, origin in zip(formula.clauses, formula.origins, strict=True):
            if len(clause) == 2:
                one, other = clause
                self._implied[one].append((other, self._bits[origin]))
                self._implied[other].append((one, self._bits[origin]))
            elif len(clause) == 1:
                units.append((clause[0], self._bits[origin]))
        for place, (clause, _) in enumerate(self._longer):
            for literal in clause:
                self._with[literal].append(place)
        return units

    def contradiction(self, asked: Iterable[int], picks: Sequence[int]) -> tuple[list[int], list[int]] | None:
        """Picks and reasons (by number) that rule out what was asked; None where none are derived."""
        said = [(literal, 1 << self._picks_from + place) for place, literal in enumerate(picks)]
        found = self._contradicts
        if found is None:
            found = self._derive(self._start.copy(), [*((literal, 0) for literal in asked), *said])
        if found is None:
            return None
        places = list(_places(found))
        return (
            [picks[place - self._picks_from] for place in places if place >= self._picks_from],
            [place for place in places if place < self._picks_from],
        )

    def _derive(self, at: _Progress, said: Iterable[tuple[int, _Needs]]) -> _Needs | None:
        """Derives all that is cheaper than the cheapest contradiction, and returns what that needs."""
        waiting = [(needs.bit_count(), literal, needs) for literal, needs in said]
        heapify(waiting)
        best: _Needs | None = None
        derived = at.derived
        while waiting and (best is None or waiting[0][0] < best.bit_count()):
            _, literal, needs = heappop(waiting)
            if literal in derived:
                continue
            derived[literal] = needs
            if -literal in derived:
                both = needs | derived[-literal]
                best = both if best is None or both.bit_count() < best.bit_count() else best
            else:
                self._deny(at, -literal, waiting)
        return best

    def _deny(self, at: _Progress, literal: int, waiting: list[tuple[int, int, _Needs]]) -> None:
        """A literal does not hold: what is left of the clauses with it, where one is, waits to be derived."""
        derived, so_far = at.derived, at.derived[-literal]
        for implied, why in self._implied[literal]:
            if implied not in derived:
                needs = so_far | why
                heappush(waiting, (needs.bit_count(), implied, needs))
        for place in self._with[literal]:
            at.open[place] -= 1
            at.total[place] -= literal
            if at.open[place] == 1 and at.total[place] not in derived:
                clause, needs = self._longer[place]
                for denied in clause:
                    needs |= derived.get(-denied, 0)
                heappush(waiting, (needs.bit_count(), at.total[place], needs))


def _places(needs: _Needs) -> Iterator[int]:
    """The places of the bits that are set, the lowest first."""
    while needs:
        yield (needs & -needs).bit_length() - 1
        needs &= needs - 1
