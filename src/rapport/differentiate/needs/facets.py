"""Which questions are asked of every customer: the eight attributes and what matters most, each one or more facets.

A facet is one distribution over values. An attribute has one, except that weekday, part of the day and month are
different questions of ``when``: each is a facet of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from rapport.core.time import DAY_US
from rapport.differentiate.history import DAYPARTS, MONTHS, WEEKDAYS
from rapport.differentiate.readings import ATTRIBUTES, MATTERS, MOMENTS, band, need_attributes, readings_of
from rapport.workspace.definitions import Workspace
from rapport.workspace.durations import duration_us
from rapport.workspace.needs import HALF_LIVES, NeedAttribute

MATTERING: Final = "matters"
"""The facet whose values are product, service and communication."""
FREQUENCY: Final = "frequency"
GAPS: Final = (("weekly", 10), ("fortnightly", 21), ("monthly", 60), ("quarterly", 135), ("yearly", 548))
"""How often → up to so many days between two purchases; the bounds lie between the periods that give the names."""
RARER: Final = "rarer"
GAP_BANDS: Final = (*(name for name, _ in GAPS), RARER)
FREQUENCY_HALF_LIFE: Final = HALF_LIVES["need"]
"""A rhythm is a habit: with the half-life of a demand, those who buy yearly would never be known."""
_MOMENT_VALUES: Final[dict[str, tuple[str, ...]]] = dict(
    zip(MOMENTS, (WEEKDAYS, tuple(dict.fromkeys(name for _, name in DAYPARTS)), MONTHS), strict=True)
)


class Facet(msgspec.Struct, frozen=True):
    """One distribution, before anything is learnt."""

    name: str
    """``what``, ``when.weekday``, ``matters``."""
    attribute: str
    """One of the eight, or ``matters``."""
    prior: float
    """How many events the segment's habits are worth unless the data says."""
    fixed: tuple[str, ...] = ()
    """Its values in their order, where they are known beforehand."""


class Question(msgspec.Struct, frozen=True):
    """One reading of a workspace, as the facet's evidence; readings of stages and ladders have the facet -1."""

    facet: int
    weight: float
    half_life_days: float
    strength: str
    evidence: str
    matter: int
    """Place of the value that every event of it counts for; -1 where the event says the value."""


class Questions(msgspec.Struct, frozen=True):
    """All facets of a workspace and, in the order of ``readings.readings_of``, what each reading says."""

    facets: tuple[Facet, ...]
    readings: tuple[Question, ...]
    frequency: int
    """Place of the facet read off the purchases."""
    frequency_half_life_days: float


def questions_of(workspace: Workspace) -> Questions:
    """What is asked of the customers of a workspace that has a ``needs.yaml``."""
    attributes = need_attributes(workspace)
    facets = [facet for name in ATTRIBUTES for facet in _facets(name, attributes[name])]
    facets.append(Facet(MATTERING, MATTERING, NeedAttribute().prior, tuple(MATTERS)))
    places = {facet.name: place for place, facet in enumerate(facets)}
    readings = tuple(
        Question(
            facet=_place(places, one.about, one.of),
            weight=one.weight,
            half_life_days=one.half_life_days,
            strength=one.reading.strength if one.reading else "",
            evidence=one.reading.evidence if one.reading else "",
            matter=MATTERS.index(one.about) if one.about in MATTERS else -1,
        )
        for one in readings_of(workspace)
    )
    return Questions(tuple(facets), readings, places[FREQUENCY], duration_us(FREQUENCY_HALF_LIFE) / DAY_US)


def gap_band(days: int) -> int:
    """Place in ``GAP_BANDS`` of so many days between two purchases.

    >>> [GAP_BANDS[gap_band(days)] for days in (7, 14, 30, 91, 365, 900)]
    ['weekly', 'fortnightly', 'monthly', 'quarterly', 'yearly', 'rarer']
    """
    return sum(days > most for _, most in GAPS)


def _facets(attribute: str, declared: NeedAttribute) -> list[Facet]:
    if attribute == FREQUENCY:
        return [Facet(attribute, attribute, declared.prior, GAP_BANDS)]
    moments = dict.fromkeys(one.of for one in declared.readings if one.of in MOMENTS)
    found = [
        Facet(f"{attribute}.{moment[1:]}", attribute, declared.prior, _MOMENT_VALUES[moment]) for moment in moments
    ]
    if len(moments) < len({one.of for one in declared.readings}) or not moments:
        found.append(Facet(attribute, attribute, declared.prior, _bands([one.bands for one in declared.readings])))
    return found


def _bands(bounds: Sequence[Sequence[float]]) -> tuple[str, ...]:
    """The names of the bands, where all readings have the same."""
    first = bounds[0] if bounds else ()
    if not first or any(list(one) != list(first) for one in bounds):
        return ()
    return tuple(band(first, place) for place in range(len(first) + 1))


def _place(places: dict[str, int], about: str, of: tuple[str, ...]) -> int:
    if about in MATTERS:
        return places[MATTERING]
    if about == FREQUENCY:
        return -1
    moment = of[0][1:] if of and of[0] in MOMENTS else ""
    return places.get(f"{about}.{moment}" if moment else about, -1)
