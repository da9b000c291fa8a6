"""Whether a minimal explanation is the smallest, or a smaller one, by what any explanation must hold.

Whatever is dropped to make the option possible, every explanation has something of it; the smallest set that meets all
such sets is the smallest explanation (Ignatiev et al., Smallest MUS Extraction with Minimal Hitting Set Dualization,
CP 2015). No set as large as the explanation at hand need be looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import isqrt

from pysat.solvers import Solver

from rapport.customize.configure.explaining.hitting import OutOfTries, smallest_first


class Blocks:
    """Switches in blocks of about the square root of their number: a literal of its own turns a whole block on."""

    def __init__(self, switches: Sequence[int], first: int) -> None:
        size = isqrt(len(switches)) + 1
        self.of = {first + place // size: switches[place : place + size] for place in range(0, len(switches), size)}
        self._block = {switch: block for block, switches in self.of.items() for switch in switches}

    @property
    def clauses(self) -> list[tuple[int, int]]:
        """What the literals of the blocks mean."""
        return [(-block, switch) for switch, block in self._block.items()]

    def without(self, dropped: Iterable[int]) -> list[int]:
        """Few literals that turn on every switch but those dropped."""
        touched = {self._block[one]: None for one in dropped if one in self._block}
        left = set(dropped)
        one_by_one = [switch for block in touched for switch in self.of[block] if switch not in left]
        return [*(block for block in self.of if block not in touched), *one_by_one]


class Smallest:
    """Asks a solver in which picks and switches are assumptions; gives up after so many questions."""

    def __init__(self, solver: Solver, blocks: Blocks, asked: Sequence[int], picks: Sequence[int], tries: int) -> None:
        self._solver = solver
        self._blocks = blocks
        self._asked = asked
        self._picks = picks
        self._tries = tries
        self._cores: list[Collection[int]] = []

    def of(self, core: list[int]) -> tuple[list[int], bool]:
        """The minimal core, or a smaller one, and whether none is smaller."""
        if len(core) <= 1:
            return core, True
        if len(core) > self._tries:
            return core, False
        self._cores = [core]
        try:
            always = [element for element in core if self._core({element}) is None]
            if len(always) >= len(core) - 1:
                return core, True
            smaller = next(smallest_first(self._missed, self._tries, always, below=len(core)), None)
        except OutOfTries:
            return core, False
        return (core, True) if smaller is None else (list(smaller), True)

    def _missed(self, kept: frozenset[int]) -> Collection[int] | None:
        """What to drop, none of it ``kept``, so that what was asked is possible; None where ``kept`` rules it out.

        As little as possible: what excludes it is dropped, core after core, and then taken back one by one.
        """
        dropped: set[int] = set()
        core = next((one for one in self._cores if dropped.isdisjoint(one)), None)
        while core is not None:
            free = [element for element in core if element not in kept]
            if not free:
                return None
            dropped.update(free)
            core = next((one for one in self._cores if dropped.isdisjoint(one)), None) or self._core(dropped)
        return self._fewer(self._violated(dropped))

    def _fewer(self, dropped: set[int]) -> set[int]:
        needed: set[int] = set()
        while dropped - needed:
            taken = min(dropped - needed)
            if self._core(dropped - {taken}) is None:
                dropped = self._violated(dropped - {taken}) | needed
            else:
                needed.add(taken)
        return dropped

    def _violated(self, elements: Collection[int]) -> set[int]:
        """Those that do not hold in the configuration found last."""
        model = self._solver.get_model()
        return {element for element in elements if model[abs(element) - 1] != element}

    def _core(self, dropped: Collection[int]) -> Collection[int] | None:
        """What rules out what was asked even without the dropped; None where nothing does."""
        picks = [pick for pick in self._picks if pick not in dropped]
        if self._possible([*picks, *self._blocks.without(dropped)]):
            return None
        blocks = self._blocks.of
        found = [one for literal in self._solver.get_core() or () for one in blocks.get(literal, [literal])]
        self._possible([one for one in found if one not in self._asked])
        core = set(self._solver.get_core() or ()) - set(self._asked)
        self._cores.append(core)
        return core

    def _possible(self, elements: Iterable[int]) -> bool:
        if self._tries == 0:
            raise OutOfTries
        self._tries -= 1
        return bool(self._solver.solve(assumptions=[*self._asked, *elements]))
