"""One block of clauses → nodes: decide, propagate, take apart, remember.

Variables are decided one by one in a fixed order; what a decision leaves falls into components that share no variable,
each compiled once and remembered; Huang and Darwiche, The Language of Search, JAIR 29, 2007, and Thurley, sharpSAT:
Counting Models with Advanced Component Caching and Implicit BCP, SAT 2006. It keeps its own stack, so that deep models
are no danger.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Sequence
from typing import Final, NamedTuple, cast

from rapport.customize.configure.compiling.boxes import Boxes, Found, Room, narrower
from rapport.customize.configure.compiling.budget import Meter
from rapport.customize.configure.compiling.grid import Cell, grid
from rapport.customize.configure.compiling.nodes import FALSE, Nodes
from rapport.customize.configure.compiling.simplify import Clause
from rapport.customize.configure.compiling.totals import Bound, Sums

Held = Sequence[int]
"""Shape (2 · variables + 1,): the node of each literal; -v is counted from the end."""
SHARED: Final = 8
"""So many neighbours in the order are taken together into one node, if a branch sets or frees them all."""
GRID_MAX: Final = 1_000_000
"""A sum over free variables whose totals times variables are no more is taken as a grid; greater ones are searched."""


class _Component(NamedTuple):
    key: bytes
    """What it is remembered by, beside totals; empty for a variable that is free."""
    members: list[int]
    """Its variables in the order to decide them."""
    sums: list[int]
    """Those that still exclude anything in it."""
    loose: bool
    """Whether one sum is all that binds it."""


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
        self._boxes: dict[bytes, Boxes] = {}
        self._stamp = 0
        self._seen = [0] * (size + 1)
        self._sums = Sums(size, bounds, self._value)
        self._summed = [0] * len(bounds)
        self._alive = [0] * len(bounds)
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
        everything = range(1, len(self._seen))
        if literal == 0 or self._assume(literal):
            judged = self._sums.judged(range(len(self._alive)), everything)
            if isinstance(judged, tuple):
                parts = [self._held[one] for one in self._trail[mark:] if one != literal]
                parts += [self._run(component).node for component in self._components(everything, judged[0])]
                node = self._nodes.both(parts)
        self._undo(mark)
        return node

    def _run(self, component: _Component) -> Found:
        """The node of a component; those that wait for others stand on a stack of generators."""
        found = self._recalled(component)
        if found is not None:
            return found
        waiting = [(component, self._compiled(component))]
        while waiting:
            wanted, one = waiting[-1]
            try:
                inner = one.send(found)
            except StopIteration as finished:
                waiting.pop()
                found = cast("Found", finished.value)
                self._remember(wanted, found)
            else:
                self._meter.step(len(self._nodes), len(inner.key))
                waiting.append((inner, self._compiled(inner)))
                found = None
        assert found is not None, "the last that waited has ended"
        return found

    def _recalled(self, component: _Component) -> Found | None:
        """What is known of a component; where one sum is all that binds it, it is known soon."""
        if not component.key:
            return Found(self._freed(component.members[0]), {})
        if not component.sums:
            node = self._remembered.get(component.key)
            return None if node is None else Found(node, {})
        boxes = self._boxes.get(component.key)
        if boxes is None:
            boxes = self._boxes[component.key] = Boxes(component.sums, large=self._sums.large)
            if component.loose:
                self._lay_grid(component, boxes)
        return boxes.find([self._sums.totals[place] for place in component.sums])

    def _remember(self, component: _Component, found: Found) -> None:
        if component.sums:
            self._boxes[component.key].add([self._sums.totals[place] for place in component.sums], found)
        else:
            self._remembered[component.key] = found.node

    def _lay_grid(self, component: _Component, boxes: Boxes) -> None:
        """The nodes of a component that one sum binds, for all totals, unless they are too many."""
        place, held = component.sums[0], self._held
        first, last = self._sums.totals_without(place, component.members)
        cells = [
            Cell(self._sums.weight(place, one), held[one], held[-one], self._freed(one)) for one in component.members
        ]
        if (last - first + sum(abs(cell.weight) for cell in cells)) * len(cells) > GRID_MAX:
            return
        pieces = grid(cells, self._sums.ends_of(place), (first, last), self._nodes, self._meter)
        for start, end, node in zip(pieces.starts, [*pieces.starts[1:], last + 1], pieces.nodes, strict=True):
            boxes.add([start], Found(node, {place: (0, end - start - 1)}))

    def _compiled(self, component: _Component) -> Generator[_Component, Found | None, Found]:
        """Decides the first variable of a component both ways; asks for the nodes of what that leaves."""
        branches: list[int] = []
        room: Room = {}
        first = component.members[0]
        for literal in (first, -first):
            mark = len(self._trail)
            if self._assume(literal):
                node, around = yield from self._branch(mark, component)
                branches.append(node)
                room = narrower(room, around)
            self._undo(mark)
        return Found(self._nodes.either(branches), room)

    def _branch(self, mark: int, component: _Component) -> Generator[_Component, Found | None, Found]:
        """What was set since ``mark`` holds, and every component that is left.

        Where one of them is false, so is all, whatever the room of the others.
        """
        judged = self._sums.judged(component.sums, self._trail[mark:])
        if not isinstance(judged, tuple):
            return Found(FALSE, judged)
        left, room = judged
        leaves = [(abs(one), self._held[one]) for one in self._trail[mark:]]
        parts = []
        for inner in self._components(component.members, left):
            found = self._recalled(inner)
            if found is None:
                found = yield inner
            assert found is not None, "whoever is asked for a node sends it"
            if found.node == FALSE:
                return found
            if inner.key:
                parts.append(found.node)
                room = narrower(room, found.room)
            else:
                leaves.append((inner.members[0], found.node))
        return Found(self._nodes.both([*parts, *self._shared(leaves)]), room)

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

    def _components(self, members: Sequence[int], left: Sequence[int]) -> list[_Component]:
        """What is undecided among some variables, taken apart, with the sums that are left; the smallest first."""
        value, seen = self._value, self._seen
        self._stamp += 1
        for place in left:
            self._alive[place] = self._stamp
        found = [self._component(start) for start in members if value[start] == 0 and seen[start] != self._stamp]
        return sorted(found, key=lambda component: len(component.members))

    def _component(self, start: int) -> _Component:
        value, seen, met, stamp = self._value, self._seen, self._met, self._stamp
        seen[start] = stamp
        part, clauses, sums = [start], [], []
        loose = True
        for variable in part:
            for other in self._near[variable]:
                if value[other] == 0:
                    loose = False
                    if seen[other] != stamp:
                        seen[other] = stamp
                        part.append(other)
            for place in self._named[variable]:
                if met[place] != stamp and self._true[place] == 0:
                    met[place] = stamp
                    clauses.append(place)
                    part += self._unseen(self._members[place])
            for place in self._sums.named[variable]:
                if self._alive[place] == stamp and self._summed[place] != stamp:
                    self._summed[place] = stamp
                    sums.append(place)
                    part += self._unseen(self._sums.members[place])
        part.sort()
        sums.sort()
        loose = loose and not clauses and len(sums) == 1 and self._sums.holds(sums[0])
        return _Component(_key(part, clauses, sums), part, sums, loose)

    def _unseen(self, members: Sequence[int]) -> list[int]:
        """Those that are undecided and met for the first time."""
        found = [one for one in members if self._seen[one] != self._stamp and self._value[one] == 0]
        for one in found:
            self._seen[one] = self._stamp
        return found


def _key(part: list[int], clauses: list[int], sums: list[int]) -> bytes:
    """What a component is remembered by, beside totals. Empty for a variable that is free."""
    if len(part) == 1 and not sums:
        return b""
    return array("i", (len(part), *part, *sorted(clauses), -1, *sums)).tobytes()
