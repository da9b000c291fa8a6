"""What is possible under some picks, settled step by step: what follows, what was seen before, what is proven."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rapport.customize.configure.answering.ladder.oracle import Oracle, OutOfTime
from rapport.customize.configure.answering.ladder.witnesses import Witnesses
from rapport.customize.configure.answering.reasoner import (
    BEING_CHECKED,
    CAN_BE_CHOSEN,
    CAN_BE_REFUSED,
    Spent,
    no_configuration,
)

LOOKS: Final = 8
"""Until so many configurations were looked for in one question, each with something that none before showed."""
_BOTH: Final = CAN_BE_CHOSEN | CAN_BE_REFUSED


class Settling:
    """One question. ``barred`` has shape (options + 1,): the bits that are certainly impossible."""

    def __init__(self, oracle: Oracle, witnesses: Witnesses, picks: Sequence[int], spent: Spent) -> None:
        """Raises ``Impossible`` where unit propagation already contradicts the picks."""
        self._oracle = oracle
        self._witnesses = witnesses
        self._picks = picks
        self._spent = spent
        self._asked = 0
        self.barred = np.zeros(witnesses.options + 1, dtype=np.uint8)
        follows = oracle.follows(picks)
        if follows is None:
            raise no_configuration()
        literals = np.array([literal for literal in follows if abs(literal) <= witnesses.options], dtype=np.int64)
        self.barred[literals[literals > 0]] = CAN_BE_REFUSED
        self.barred[-literals[literals < 0]] = CAN_BE_CHOSEN

    def begin(self) -> None:
        """Finds one configuration, unless one was found before; raises ``Impossible`` where there is none."""
        if not self._witnesses.shown(self._picks).any():
            self._ask(0)

    def look(self) -> None:
        """Finds more configurations, with what none before showed."""
        while self._asked < LOOKS:
            unknown = ~self._known()[1:]
            missing = [*np.flatnonzero(unknown & CAN_BE_CHOSEN) + 1, *-np.flatnonzero(unknown & CAN_BE_REFUSED) - 1]
            if self._spent() or not missing:
                return
            self._ask(int(missing[len(missing) // 2]))

    def settle(self, number: int) -> None:
        """Proves of one option that it can be chosen or that it cannot, and the same of refusing it."""
        for literal, bit in ((number, CAN_BE_CHOSEN), (-number, CAN_BE_REFUSED)):
            if not self._known()[number] & bit and not self._spent():
                self._ask(literal)

    def state(self) -> NDArray[np.uint8]:
        """Shape (options + 1,): the bits of a ``Validity``."""
        shown = self._witnesses.shown(self._picks)
        unsettled = (shown | self.barred) & _BOTH != _BOTH
        unsettled[0] = False
        shown[unsettled] |= BEING_CHECKED
        return shown

    def _known(self) -> NDArray[np.uint8]:
        return self._witnesses.shown(self._picks) | self.barred

    def _ask(self, literal: int) -> None:
        """Looks for a configuration that has the literal as well (0: any); nothing is known where time runs out."""
        self._asked += 1
        picks = [*self._picks, literal] if literal else self._picks
        try:
            row = self._oracle.having(picks, self._spent, _preferred(self._known(), literal > 0))
        except OutOfTime:
            return
        if row is not None:
            self._witnesses.add(row)
        elif literal:
            self.barred[abs(literal)] |= CAN_BE_CHOSEN if literal > 0 else CAN_BE_REFUSED
        else:
            raise no_configuration()


def _preferred(known: NDArray[np.uint8], chosen: bool) -> list[int]:
    """Literals that show what is not known; the other options all ``chosen``, or all refused."""
    numbers = np.arange(len(known))
    rest = numbers if chosen else -numbers
    preferred = np.where(~known & CAN_BE_CHOSEN, numbers, np.where(~known & CAN_BE_REFUSED, -numbers, rest))
    literals: list[int] = preferred[1:].tolist()
    return literals
