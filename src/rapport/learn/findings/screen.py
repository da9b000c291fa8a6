"""Which of many patterns hold: looked for in one half of the customers, confirmed in the other.

The first half only says what is worth a second look: of each family of patterns, the few that stand out most. They are
tried in the second half, where the sign has to be the same, and the correction of Benjamini & Hochberg
(J. Royal Statistical Society B 57, 1995) over all that were tried keeps what is told false in at most
``FALSE_DISCOVERY`` of cases. The halves share no customer, so however the first half chose, the second judges as if the
patterns had been named beforehand; families keep many thin patterns from crowding out few broad ones. Sizes and
intervals are the second half's alone: the half that chose a pattern flatters it. The intervals are widened for having
been selected (Benjamini & Yekutieli, JASA 100, 2005: level 1 - R·q/m).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from hashlib import sha256
from typing import Final, Literal

import msgspec
import numpy as np

from rapport.learn.findings.contrast import Contrast

STANDS_OUT: Final = 0.10
"""p in the first half, which may be generous: it only says what is worth a second look."""
TRIED_MAX: Final = 8
"""Of each family so many are tried at most."""
FALSE_DISCOVERY: Final = 0.05
Half = Literal[0, 1]
_SALT: Final = "findings:"


class Screened(msgspec.Struct, frozen=True):
    """A pattern that held in the second half."""

    place: int
    """Among the patterns looked at."""
    second: Contrast
    low: float
    high: float
    q: float
    """p in the second half after the correction for all that were tried there."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of looking at many patterns."""

    looked_at: int
    refused: int
    """Too few customers for a word."""
    tried: int
    """Stood out in the first half."""
    held: list[Screened]


def half(customer_id: str) -> Half:
    """The half of a customer, the same for ever.

    >>> half("c_1"), half("c_2"), half("c_4")
    (0, 1, 1)
    """
    return 1 if sha256(f"{_SALT}{customer_id}".encode()).digest()[0] & 1 else 0


def screen(families: Sequence[Hashable], look: Callable[[int, Half], Contrast]) -> Outcome:
    """Looks at patterns, each of a family; ``look`` holds one against the others in one half of the customers."""
    first = [look(place, 0) for place in range(len(families))]
    asked = [place for place, one in enumerate(first) if one.p is not None]
    found = {place: look(place, 1) for place in _worth_a_try(families, first, asked)}
    tried = [place for place, one in found.items() if one.p is not None]
    q = corrected([_confirmed(first[place], found[place]) for place in tried])
    held = [n for n in range(len(tried)) if q[n] <= FALSE_DISCOVERY]
    level = 1.0 - len(held) * FALSE_DISCOVERY / max(1, len(tried))
    told = [_screened(tried[n], found[tried[n]], q[n], level) for n in held]
    told.sort(key=lambda one: (one.q, one.place))
    return Outcome(len(families), len(families) - len(asked), len(tried), told)


def _worth_a_try(families: Sequence[Hashable], first: Sequence[Contrast], asked: Sequence[int]) -> list[int]:
    """The places that stand out most in the first half, so many of each family."""
    by_family: dict[Hashable, list[tuple[float, int]]] = defaultdict(list)
    for place in asked:
        p = first[place].p
        if p is not None and p <= STANDS_OUT:
            by_family[families[place]].append((p, place))
    return [place for found in by_family.values() for _, place in sorted(found)[:TRIED_MAX]]


def _confirmed(first: Contrast, second: Contrast) -> float:
    """Two-sided p in the second half, so that what passes has an interval without 0; 1 where the sign turned."""
    same = (first.difference or 0.0) * (second.difference or 0.0) > 0.0
    return second.p or 0.0 if same else 1.0


def corrected(p: Sequence[float]) -> list[float]:
    """p after the correction: the least level of false discovery at which each passes.

    >>> [round(q, 3) for q in corrected([0.001, 0.5, 0.02, 0.9])]
    [0.004, 0.667, 0.04, 0.9]
    """
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    q = np.empty(len(p))
    q[order] = np.minimum.accumulate(np.array(p)[order] * len(p) / ranks) if len(p) else []
    told: list[float] = np.minimum(q, 1.0).tolist()
    return told


def _screened(place: int, second: Contrast, q: float, level: float) -> Screened:
    low, high = second.interval(level) or (0.0, 0.0)
    return Screened(place, second, low, high, q)
