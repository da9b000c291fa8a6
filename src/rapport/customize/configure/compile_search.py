"""One block of clauses → nodes: decide, propagate, take apart, remember.

Variables are decided one by one in a fixed order; what a decision leaves falls into components that share no variable,
each compiled once and remembered; Huang and Darwiche, The Language of Search, JAIR 29, 2007, and Thurley, sharpSAT:
Counting Models with Advanced Component Caching and Implicit BCP, SAT 2006. It keeps its own stack, so that deep models
are no danger.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Sequence
from typing import cast

from rapport.customize.configure.compile_nodes import FALSE, Nodes
from rapport.customize.configure.compile_simplify import Clause

Held = Sequence[int]
"""Shape (2 · variables + 1,): the node of each literal; -v is counted from the end."""
_Component = tuple[bytes, list[int]]
"""What it is remembered by, and its variables in the order to decide them."""


class Search:
    """Clauses over variables 1 … ``size``, which are numbered in the order to decide them."""

    def __init__(self, size: int, clauses: Sequence[Clause], nodes: Nodes, held: Held, ask: Callable[[], None]) -> None:
        self._nodes = nodes
        self._held = held
        self._ask = ask
        self._free: list[int] = [-1] * (size + 1)
        self._value = [0] * (2 * size + 1)
        self._trail: list[int] = []
        self._remembered: dict[bytes, int] = {}
        self._stamp = 0
        self._seen = [0] * (size + 1)
        self._build(size, clauses)

    def _build(self, size: int, clauses: Sequence[Clause]) -> None:
        """Clauses of two literals as implications, longer ones with counts of what is left of them."""
        self._implied: list[list[int]] = [[] for _ in range(2 * size + 1)]
        self._occurs: list[list[int]] = [[] for _ in range(2 * size + 1)]
        self._near: list[list[int]] = [[] for _ in range(size + 1)]
        self._named: list[list[int]] = [[] for _ in range(size + 1)]
        self._clauses = [clause for clause in clauses if len(clause) > 2]
        self._left = [len(clause) for clause in self._clauses]
        self._true = [0] * len(self._clauses)
        self._met = [0] * len(self._clauses)
        self._members = [[abs(literal) for literal in clause] for clause in self._clauses]
        for place, clause in enumerate(self._clauses):
            for literal in clause:
                self._occurs[literal].append(place)
                self._named[abs(literal)].append(place)
        for clause in clauses:
            if len(clause) == 2:
                one, other = clause
                self._implied[-one].append(other)
                self._implied[-other].append(one)
                if abs(other) not in self._near[abs(one)]:
                    self._near[abs(one)].append(abs(other))
                    self._near[abs(other)].append(abs(one))

    def given(self, *literals: int) -> int:
        """The node of all that is left when these literals hold, without what they themselves hold."""
        members = [one for one in range(1, len(self._seen)) if one not in {abs(literal) for literal in literals}]
        mark = len(self._trail)
        holds = all([self._assume(literal) for literal in literals])
        node = FALSE
        if holds:
            own = set(literals)
            parts = [self._held[literal] for literal in self._trail[mark:] if literal not in own]
            node = self._nodes.both([*parts, *(self._run(one) for one in self._components(members))])
        self._undo(mark)
        return node

    def _run(self, component: _Component) -> int:
        """The node of a component; the stack of what waits for others is a list of generators."""
        waiting = [self._compiled(component[1])]
        keys = [component[0]]
        node: int | None = None
        while waiting:
            try:
                key, members = waiting[-1].send(node)
            except StopIteration as finished:
                waiting.pop()
                node = cast("int", finished.value)
                self._remembered[keys.pop()] = node
            else:
                waiting.append(self._compiled(members))
                keys.append(key)
                node = None
        assert node is not None
        return node

    def _compiled(self, members: list[int]) -> Generator[_Component, int | None, int]:
        """Decides the first variable of a component both ways; asks for the nodes of what that leaves."""
        if len(members) == 1:
            return self._freed(members[0])
        self._ask()
        branches = []
        for literal in (members[0], -members[0]):
            mark = len(self._trail)
            if self._assume(literal):
                parts = [self._held[one] for one in self._trail[mark:]]
                for key, rest in self._components(members):
                    node = self._remembered.get(key)
                    if node is None:
                        node = yield key, rest
                    assert node is not None
                    parts.append(node)
                    if node == FALSE:
                        break
                branches.append(self._nodes.both(parts))
            self._undo(mark)
        return self._nodes.either(branches)

    def _freed(self, variable: int) -> int:
        if self._free[variable] < 0:
            self._free[variable] = self._nodes.either([self._held[variable], self._held[-variable]])
        return self._free[variable]

    def _assume(self, literal: int) -> bool:
        """Sets a literal and all that follows from it; false where that contradicts."""
        value, trail = self._value, self._trail
        if value[literal]:
            return value[literal] > 0
        value[literal], value[-literal] = 1, -1
        head = len(trail)
        trail.append(literal)
        holds = True
        while head < len(trail) and holds:
            literal = trail[head]
            head += 1
            for other in self._implied[literal]:
                if value[other] == 0:
                    value[other], value[-other] = 1, -1
                    trail.append(other)
                elif value[other] < 0:
                    holds = False
            for place in self._occurs[literal]:
                self._true[place] += 1
            for place in self._occurs[-literal]:
                self._left[place] -= 1
                if self._left[place] < 2 and self._true[place] == 0:
                    holds = self._last(place) and holds
        self._counted = head
        if not holds:
            for waiting in trail[head:]:
                value[waiting] = value[-waiting] = 0
            del trail[head:]
        return holds

    def _last(self, place: int) -> bool:
        """Sets the last literal that is left of a clause; false where none is."""
        for literal in self._clauses[place]:
            if self._value[literal] > 0:
                return True
            if self._value[literal] == 0:
                self._value[literal], self._value[-literal] = 1, -1
                self._trail.append(literal)
                return True
        return False

    def _undo(self, mark: int) -> None:
        """Takes back all that was set since."""
        for literal in self._trail[mark:]:
            self._value[literal] = self._value[-literal] = 0
            for place in self._occurs[literal]:
                self._true[place] -= 1
            for place in self._occurs[-literal]:
                self._left[place] += 1
        del self._trail[mark:]

    def _components(self, members: Sequence[int]) -> list[_Component]:
        """What is undecided among some variables, taken apart; the smallest first."""
        value, seen = self._value, self._seen
        self._stamp += 1
        found = []
        for start in members:
            if value[start] == 0 and seen[start] != self._stamp:
                found.append(self._component(start))
        found.sort(key=lambda component: len(component[1]))
        return found

    def _component(self, start: int) -> _Component:
        value, seen, met, stamp = self._value, self._seen, self._met, self._stamp
        seen[start] = stamp
        part, clauses = [start], []
        for variable in part:
            for other in self._near[variable]:
                if seen[other] != stamp and value[other] == 0:
                    seen[other] = stamp
                    part.append(other)
            for place in self._named[variable]:
                if met[place] != stamp and self._true[place] == 0:
                    met[place] = stamp
                    clauses.append(place)
                    for other in self._members[place]:
                        if seen[other] != stamp and value[other] == 0:
                            seen[other] = stamp
                            part.append(other)
        part.sort()
        clauses.sort()
        return array("i", (*part, 0, *clauses)).tobytes(), part
