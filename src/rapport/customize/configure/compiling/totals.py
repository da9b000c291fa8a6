"""Bounds on sums while a block is searched: what they exclude, and what of them still matters.

A circuit is compiled from the sums themselves, not from the clauses that say the same to a solver: of a sum only the
total so far matters, which keeps few components apart; Eén and Sörensson, Translating Pseudo-Boolean Constraints into
SAT, JSAT 2, 2006, for the bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapport.customize.configure.clauses.writer import Sum
from rapport.customize.configure.compiling.boxes import FAR, Room


@dataclass(frozen=True, slots=True)
class Bound:
    """A sum over variables that stand for others: ``at_least`` ≤ sum of weights of true ones ≤ ``at_most``."""

    weights: dict[int, int]
    at_least: int | None
    at_most: int | None
    when: int
    """The literal under which it holds; 0: always."""
    exclusive: tuple[tuple[int, ...], ...]
    """Variables of which at most one is true, or one at a time, so that every variable is in one of these."""

    @property
    def variables(self) -> list[int]:
        """All that it names."""
        return sorted({*self.weights, abs(self.when)} - {0})

    def renamed(self, place: Mapping[int, int]) -> Bound:
        """The same over other numbers of its variables."""
        when = 0 if not self.when else place[self.when] if self.when > 0 else -place[-self.when]
        weights = {place[variable]: weight for variable, weight in self.weights.items()}
        exclusive = tuple(tuple(place[variable] for variable in group) for group in self.exclusive)
        return Bound(weights, self.at_least, self.at_most, when, exclusive)

    def outside(self, low: int, high: int) -> bool:
        """Whether no sum between these keeps the bounds."""
        return (self.at_least is not None and high < self.at_least) or (self.at_most is not None and low > self.at_most)

    def inside(self, low: int, high: int) -> bool:
        """Whether every sum between these keeps the bounds."""
        return (self.at_least is None or low >= self.at_least) and (self.at_most is None or high <= self.at_most)

    def room_inside(self, low: int, high: int) -> tuple[int, int]:
        """How much less and more both may be and still be inside, where they are."""
        less = FAR if self.at_least is None else low - self.at_least
        return less, FAR if self.at_most is None else self.at_most - high

    def room_outside(self, low: int, high: int) -> tuple[int, int]:
        """How much less and more both may be and still be outside, where they are."""
        if self.at_least is not None and high < self.at_least:
            return FAR, self.at_least - high - 1
        return (FAR if self.at_most is None else low - self.at_most - 1), FAR


def bounds_of(
    sums: Iterable[Sum], stands: Mapping[int, int], fixed: set[int]
) -> tuple[list[Bound], list[tuple[int, ...]]]:
    """The sums over variables that stand for others, and the clauses that say all of those that name one at most."""
    bounds: list[Bound] = []
    clauses: list[tuple[int, ...]] = []
    for said in sums:
        bound = _bound(said, stands, fixed)
        if bound is None:
            continue
        if len(bound.variables) > 1:
            bounds.append(bound)
        else:
            clauses += _said_by_clauses(bound)
    return bounds, clauses


def _bound(said: Sum, stands: Mapping[int, int], fixed: set[int]) -> Bound | None:
    """None where it never holds, because its condition does not."""
    if -said.when in fixed:
        return None
    when = 0 if not said.when or said.when in fixed else _literal(said.when, stands)
    weights: dict[int, int] = {}
    always = 0
    for option, weight in said.weights.items():
        if option in fixed:
            always += weight
        elif -option not in fixed:
            literal = stands[option]
            always += weight if literal < 0 else 0
            weights[abs(literal)] = weights.get(abs(literal), 0) + (weight if literal > 0 else -weight)
    low = None if said.at_least is None else said.at_least - always
    high = None if said.at_most is None else said.at_most - always
    return Bound(weights, low, high, when, _exclusive(said, weights, stands))


def _literal(literal: int, stands: Mapping[int, int]) -> int:
    return stands[literal] if literal > 0 else -stands[-literal]


def _exclusive(said: Sum, weights: dict[int, int], stands: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    """The groups of which one option is taken, as far as their options still stand for themselves."""
    left = dict.fromkeys(weights)
    found: list[tuple[int, ...]] = []
    for group in said.exclusive:
        together = tuple(dict.fromkeys(stands[one] for one in group if stands.get(one, 0) in left))
        for variable in together:
            del left[variable]
        if together:
            found.append(together)
    return (*found, *((variable,) for variable in left))


def _said_by_clauses(bound: Bound) -> list[tuple[int, ...]]:
    """At most one variable is named: what each of its values excludes."""
    found: list[tuple[int, ...]] = []
    (variable,) = bound.variables or [0]
    for literal in (variable, -variable) if variable else (0,):
        total = bound.weights.get(variable, 0) if literal > 0 else 0
        if bound.outside(total, total) and bound.when in (0, literal):
            found.append((-literal,) if literal else ())
    return found


class Sums:
    """The bounds of a block under what is set so far; numbered from 0."""

    def __init__(self, size: int, bounds: Sequence[Bound], value: list[int]) -> None:
        self._bounds = bounds
        self._value = value
        self.members = [bound.variables for bound in bounds]
        self.named: list[list[int]] = [[] for _ in range(size + 1)]
        self._adds: list[list[tuple[int, int]]] = [[] for _ in range(size + 1)]
        self.totals = [0] * len(bounds)
        self.large = any(sum(map(abs, bound.weights.values())) >= FAR // 4 for bound in bounds)
        """Whether totals leave the range of machine integers."""
        for place, bound in enumerate(bounds):
            for variable in bound.variables:
                self.named[variable].append(place)
            for variable, weight in bound.weights.items():
                self._adds[variable].append((place, weight))

    def set(self, literal: int, sign: int = 1) -> None:
        """A literal is set (sign 1) or taken back (-1)."""
        if literal > 0:
            for place, weight in self._adds[literal]:
                self.totals[place] += sign * weight

    def judged(self, places: Iterable[int], decided: Iterable[int]) -> tuple[list[int], Room] | Room:
        """Of some sums those that still exclude anything, after these literals were decided, and the room for that.

        Only the room of the first where one cannot be kept any more.
        """
        changed = {place for literal in decided for place in self.named[abs(literal)]}
        left: list[int] = []
        room: dict[int, tuple[int, int]] = {}
        for place in places:
            kept, around = self._kept(place) if place in changed else (None, (FAR, FAR))
            if kept is None:
                left.append(place)
            elif not kept:
                return {place: around}
            elif around != (FAR, FAR):
                room[place] = around
        return left, room

    def _kept(self, place: int) -> tuple[bool | None, tuple[int, int]]:
        """Whether a sum is kept whatever follows, None where that is open; and the room for it."""
        bound = self._bounds[place]
        held = self._value[bound.when] if bound.when else 1
        if held < 0:
            return True, (FAR, FAR)
        low, high = self._ends(place)
        if bound.inside(low, high):
            return True, bound.room_inside(low, high)
        if held > 0 and bound.outside(low, high):
            return False, bound.room_outside(low, high)
        return None, (FAR, FAR)

    def _ends(self, place: int) -> tuple[int, int]:
        """The least and the greatest that a total can become."""
        bound, value = self._bounds[place], self._value
        low = high = self.totals[place]
        for group in bound.exclusive:
            least = most = 0
            for variable in group:
                if value[variable] == 0:
                    least, most = min(least, bound.weights[variable]), max(most, bound.weights[variable])
            low, high = low + least, high + most
        return low, high

    def holds(self, place: int) -> bool:
        """Whether the condition of a sum is known to hold."""
        when = self._bounds[place].when
        return when == 0 or self._value[when] > 0

    def ends_of(self, place: int) -> tuple[int | None, int | None]:
        """At least, at most."""
        return self._bounds[place].at_least, self._bounds[place].at_most

    def weight(self, place: int, variable: int) -> int:
        """What a variable adds to a sum."""
        return self._bounds[place].weights.get(variable, 0)

    def totals_without(self, place: int, variables: Iterable[int]) -> tuple[int, int]:
        """Between which the total of all others can be."""
        left = set(variables)
        others = [weight for variable, weight in self._bounds[place].weights.items() if variable not in left]
        return sum(min(0, one) for one in others), sum(max(0, one) for one in others)
