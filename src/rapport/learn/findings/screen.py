"""Which of many patterns hold: looked for in one half of the customers, confirmed in the other.

Those whose p in the first half passes the correction of Benjamini & Hochberg (J. Royal Statistical Society B 57, 1995)
at ``LOOKED_FOR`` are tried in the second, and of these at most ``FALSE_DISCOVERY`` of what is told is false. Sizes and
intervals are the second half's alone: the half that chose a pattern flatters it. The intervals are widened for having
been selected (Benjamini & Yekutieli, JASA 100, 2005: level 1 - R·q/m).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from statistics import NormalDist
from typing import Final, Literal

import msgspec

from rapport.learn.findings.contrast import Contrast

LOOKED_FOR: Final = 0.20
"""The first half may be generous: it only says what is worth a second look."""
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


def screen(count: int, look: Callable[[int, Half], Contrast]) -> Outcome:
    """Looks at ``count`` patterns; ``look`` holds one against the others in one half of the customers."""
    first = [look(place, 0) for place in range(count)]
    asked = [place for place, one in enumerate(first) if one.p is not None]
    chosen = [asked[n] for n in passing([first[place].p or 0.0 for place in asked], LOOKED_FOR)]
    second = {place: look(place, 1) for place in chosen}
    tried = [place for place in chosen if second[place].p is not None and _same_sign(first[place], second[place])]
    p = [(second[place].p or 0.0) / 2.0 for place in tried]
    q = corrected(p)
    held = [n for n in range(len(tried)) if q[n] <= FALSE_DISCOVERY]
    level = 1.0 - len(held) * FALSE_DISCOVERY / max(1, len(tried))
    told = [_screened(tried[n], second[tried[n]], q[n], level) for n in held]
    return Outcome(count, count - len(asked), len(tried), sorted(told, key=lambda one: (one.q, one.place)))


def passing(p: Sequence[float], level: float) -> list[int]:
    """Places of those that pass the correction of Benjamini and Hochberg.

    >>> passing([0.001, 0.5, 0.02, 0.9], 0.05)
    [0, 2]
    """
    q = corrected(p)
    return [place for place, value in enumerate(q) if value <= level]


def corrected(p: Sequence[float]) -> list[float]:
    """p after the correction: the least level of false discovery at which each passes."""
    from scipy.stats import false_discovery_control  # noqa: PLC0415 - scipy is imported when it is first needed

    found: list[float] = false_discovery_control(p).tolist() if p else []
    return found


def _same_sign(first: Contrast, second: Contrast) -> bool:
    return (first.difference or 0.0) * (second.difference or 0.0) > 0.0


def _screened(place: int, second: Contrast, q: float, level: float) -> Screened:
    difference, error = second.difference or 0.0, second.error or 0.0
    z = NormalDist().inv_cdf((1.0 + min(0.95, max(level, 0.5))) / 2.0)
    half_width = max(z, NormalDist().inv_cdf(0.975)) * error
    return Screened(place, second, difference - half_width, difference + half_width, q)
