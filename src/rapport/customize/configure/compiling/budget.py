"""What compiling may cost, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

NODES_MAX: Final = 1_000_000
"""Beyond so many nodes a circuit would be too slow to answer at every click."""
REMEMBERED_MAX: Final = 400_000_000
"""So many bytes of components are remembered at most."""

ASKED_EVERY: Final = 256
"""In a pass over clauses the budget is asked once for so many."""
_Part = TypeVar("_Part")


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Budget:
    """What compiling may cost."""

    spent: Callable[[], bool] = _never
    """Asked at every step, thousands of times a second: whether the time is over."""
    nodes: int = NODES_MAX
    remembered: int = REMEMBERED_MAX


class Spent(Exception):
    """The budget is used up."""


class TooLong(Exception):
    """An attempt took more steps than it was given."""


class Meter:
    """Counts the steps of compiling; each may end it with ``Spent``, or the attempt under way with ``TooLong``."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._left: int | None = None
        self._remembered = 0

    @contextmanager
    def attempt(self, steps: int) -> Iterator[None]:
        """What is done inside may take so many steps."""
        self._left, self._remembered = steps, 0
        try:
            yield
        finally:
            self._left = None

    def every(self, parts: Iterable[_Part]) -> Iterator[_Part]:
        """The same parts, for one pass over them that ends with ``Spent`` where the budget does."""
        for place, part in enumerate(parts):
            if place % ASKED_EVERY == 0:
                self.step()
            yield part

    def step(self, nodes: int = 0, remembered: int = 0) -> None:
        """One step, when there are so many nodes; it remembers so many bytes more."""
        budget = self._budget
        self._remembered += remembered
        if nodes > budget.nodes or self._remembered > budget.remembered or budget.spent():
            raise Spent
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise TooLong
