"""One block of clauses → nodes: decide, propagate, take apart, remember.

Variables are decided one by one in a fixed order; what a decision leaves falls into components that share no variable,
each compiled once and remembered; Huang and Darwiche, The Language of Search, JAIR 29, 2007, and Thurley, sharpSAT:
Counting Models with Advanced Component Caching and Implicit BCP, SAT 2006. It keeps its own stack, so that deep models
are no danger.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Sequence
from typing import Final, cast

from rapport.customize.configure.compile_budget import Meter
from rapport.customize.configure.compile_nodes import FALSE, Nodes
from rapport.customize.configure.compile_simplify import Clause
from rapport.customize.configure.compile_sums import Bound, Sums

Held = Sequence[int]
"""Shape (2 · variables + 1,): the node of each literal; -v is counted from the end."""
SHARED: Final = 8
"""So many neighbours in the order are taken together into one node, if a branch sets or frees them all."""
_Component = tuple[bytes, list[int]]
"""What it is remembered by, and its variables in the order to decide them."""


class Search:
    """Clauses over variables that are numbered from 1 in the order to decide them."""

    def __init__(
        self, clauses: Sequence[Clause], bounds: Sequence[Bound], held: Held, nodes: Nodes, meter: Meter
    ) -> None:
        size = len(held) // 2
        self._held = held
        self._nodes = nodes
        self._meter = meter
        self._free = [0] * (size + 1)
        self._value = [0] * (2 * size + 1)
        self._trail: list[int] = []
        self._remembered: dict[bytes, int] = {}
        self._stamp = 0
        self._seen = [0] * (size + 1)
        self._sums = Sums(size, bounds, self._value)
        self._summed = [0] * len(bounds)
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

    def given(self, literal: int = 0) -> int:
        """The node of what is left where a literal holds, without what that holds itself; 0: of everything."""
        mark = len(self._trail)
        node = FALSE
        if (literal == 0 or self._assume(literal)) and self._kept(mark):
            parts = [self._held[one] for one in self._trail[mark:] if one != literal]
            parts += [self._run(component) for component in self._components(range(1, len(self._seen)))]
            node = self._nodes.both(parts)
        self._undo(mark)
        return node

    def _run(self, component: _Component) -> int:
        """The node of a component; those that wait for others stand on a stack of generators."""
        waiting = [(component[0], self._compiled(component[1]))]
        node: int | None = None
        while waiting:
            key, one = waiting[-1]
            try:
                wanted, members = one.send(node)
            except StopIteration as finished:
                waiting.pop()
                node = self._remembered[key] = cast("int", finished.value)
            else:
                self._meter.step(len(self._nodes), len(wanted))
                waiting.append((wanted, self._compiled(members)))
                node = None
        return self._remembered[component[0]]

    def _compiled(self, members: list[int]) -> Generator[_Component, int | None, int]:
        """Decides the first variable of a component both ways; asks for the nodes of what that leaves."""
        branches = []
        for literal in (members[0], -members[0]):
            mark = len(self._trail)
            if self._assume(literal) and self._kept(mark):
                branches.append((yield from self._branch(mark, members)))
            self._undo(mark)
        return self._nodes.either(branches)

    def _branch(self, mark: int, members: list[int]) -> Generator[_Component, int | None, int]:
        """What was set since ``mark`` holds, and every component that is left."""
        leaves = [(abs(one), self._held[one]) for one in self._trail[mark:]]
        parts = []
        for key, rest in self._components(members):
            if not key:
                leaves.append((rest[0], self._freed(rest[0])))
                continue
            node = self._remembered.get(key)
            if node is None:
                node = yield key, rest
            assert node is not None, "whoever is asked for a node sends it"
            parts.append(node)
            if node == FALSE:
                break
        return self._nodes.both([*parts, *self._shared(leaves)])

    def _shared(self, leaves: list[tuple[int, int]]) -> list[int]:
        """Nodes of single variables, neighbours taken together level by level: other branches have the same ones."""
        while len(leaves) > SHARED:
            groups: dict[int, list[int]] = {}
            for variable, node in leaves:
                groups.setdefault(variable // SHARED, []).append(node)
            leaves = [(place, self._nodes.both(together)) for place, together in groups.items()]
        return [node for _, node in leaves]

    def _freed(self, variable: int) -> int:
        if not self._free[variable]:
            self._free[variable] = self._nodes.either([self._held[variable], self._held[-variable]])
        return self._free[variable]

    def _assume(self, literal: int) -> bool:
        """Sets a literal and all that follows from it; false where that contradicts."""
        if self._value[literal]:
            return self._value[literal] > 0
        head = len(self._trail)
        self._set(literal)
        while head < len(self._trail):
            literal = self._trail[head]
            head += 1
            if not self._propagated(literal):
                for waiting in self._trail[head:]:
                    self._value[waiting] = self._value[-waiting] = 0
                del self._trail[head:]
                return False
        return True

    def _kept(self, mark: int) -> bool:
        """Whether the sums of what was set since can still be kept."""
        named = {place for literal in self._trail[mark:] for place in self._sums.named[abs(literal)]}
        return all(self._sums.matters(place) is not None for place in named)

    def _set(self, literal: int) -> None:
        self._value[literal], self._value[-literal] = 1, -1
        self._trail.append(literal)

    def _propagated(self, literal: int) -> bool:
        """Sets what follows from one literal directly; false where that contradicts."""
        holds = True
        value, true, left = self._value, self._true, self._left
        self._sums.set(literal)
        for other in self._implied[literal]:
            if value[other] == 0:
                self._set(other)
            elif value[other] < 0:
                holds = False
        for place in self._occurs[literal]:
            true[place] += 1
        for place in self._occurs[-literal]:
            left[place] -= 1
            if left[place] < 2 and true[place] == 0:
                holds = self._last(place) and holds
        return holds

    def _last(self, place: int) -> bool:
        """Sets the last literal that is left of a clause; false where none is."""
        for literal in self._clauses[place]:
            if self._value[literal] > 0:
                return True
            if self._value[literal] == 0:
                self._set(literal)
                return True
        return False

    def _undo(self, mark: int) -> None:
        """Takes back all that was set since."""
        for literal in self._trail[mark:]:
            self._value[literal] = self._value[-literal] = 0
            self._sums.set(literal, -1)
            for place in self._occurs[literal]:
                self._true[place] -= 1
            for place in self._occurs[-literal]:
                self._left[place] += 1
        del self._trail[mark:]

    def _components(self, members: Sequence[int]) -> list[_Component]:
        """What is undecided among some variables, taken apart; the smallest first."""
        value, seen = self._value, self._seen
        self._stamp += 1
        found = [self._component(start) for start in members if value[start] == 0 and seen[start] != self._stamp]
        return sorted(found, key=lambda component: len(component[1]))

    def _component(self, start: int) -> _Component:
        value, seen, met, stamp = self._value, self._seen, self._met, self._stamp
        seen[start] = stamp
        part, clauses, sums = [start], [], []
        for variable in part:
            for other in self._near[variable]:
                if seen[other] != stamp and value[other] == 0:
                    seen[other] = stamp
                    part.append(other)
            for place in self._named[variable]:
                if met[place] != stamp and self._true[place] == 0:
                    met[place] = stamp
                    clauses.append(place)
                    part += self._unseen(self._members[place])
            for place in self._sums.named[variable]:
                if self._summed[place] != stamp:
                    self._summed[place] = stamp
                    sums.append(place)
                    part += self._unseen(self._sums.members[place]) if self._sums.matters(place) else ()
        return self._key(part, clauses, sums), part

    def _unseen(self, members: Sequence[int]) -> list[int]:
        """Those that are undecided and met for the first time."""
        found = [one for one in members if self._seen[one] != self._stamp and self._value[one] == 0]
        for one in found:
            self._seen[one] = self._stamp
        return found

    def _key(self, part: list[int], clauses: list[int], sums: list[int]) -> bytes:
        """What a component is remembered by; sorts its parts. Empty for a variable that is free."""
        part.sort()
        clauses.sort()
        totals = [(place, self._sums.totals[place]) for place in sorted(sums) if self._sums.matters(place)]
        if len(part) == 1 and not totals:
            return b""
        key = array("i", (len(part), *part, *clauses)).tobytes()
        return key + repr(totals).encode() if totals else key
