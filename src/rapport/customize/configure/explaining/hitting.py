"""Smallest sets that meet every conflict; Reiter, A Theory of Diagnosis from First Principles, AIJ 32, 1987.

Conflicts are found while searching: a set that meets all known ones is tried, and what it still misses is a new
conflict, over which the set branches. Taken with conflicts among picks it finds what to give up, fewest first; taken
with what must be dropped it finds the smallest explanation (implicit hitting sets; Ignatiev et al., Smallest MUS
Extraction with Minimal Hitting Set Dualization, CP 2015).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator
from itertools import count
from typing import Final

SETS_MAX: Final = 2_000
"""The search is cut short after so many sets, as there can be exponentially many."""
Conflict = Callable[[frozenset[int]], Collection[int] | None]
"""A set → a conflict that it does not meet; None where it meets them all."""


class OutOfTries(Exception):
    """The search was cut short before its next set was certain to be the smallest."""


def smallest_first(
    conflict: Conflict, tries: int, start: Collection[int] = (), below: int | None = None
) -> Iterator[frozenset[int]]:
    """Minimal hitting sets that contain ``start``, by size; only those smaller than ``below``, where that is said.

    Raises ``OutOfTries`` after so many calls of ``conflict``, and after ``SETS_MAX`` sets.
    """
    known: list[Collection[int]] = []
    found: list[frozenset[int]] = []
    order = count()
    waiting = [(len(start), next(order), frozenset(start))]
    seen = {frozenset(start)}
    while waiting:
        _, _, tried = heapq.heappop(waiting)
        if any(smaller <= tried for smaller in found):
            continue
        missed = next((one for one in known if tried.isdisjoint(one)), None)
        if missed is None:
            if tries == 0:
                raise OutOfTries
            tries -= 1
            missed = conflict(tried)
            if missed is None:
                found.append(tried)
                yield tried
                continue
            known.append(missed)
        for element in missed if below is None or len(tried) + 1 < below else ():
            larger = tried | {element}
            if len(seen) == SETS_MAX:
                raise OutOfTries
            if larger not in seen:
                seen.add(larger)
                heapq.heappush(waiting, (len(larger), next(order), larger))
