# ruff: noqa: S608 - this file composes SQL from constants and numbers only; the table is named by the loop.
"""Recency, frequency, monetary value: quintile scores from 1 to 5, and the eleven groups that shop owners know.

The groups' names and meanings are those of Shopify's ``CustomerRfmGroup``
(https://shopify.dev/docs/api/admin-graphql/latest/enums/customerrfmgroup), which places a customer by R and by
FM = (F + M) / 2. Shopify words the groups and does not publish borders; ours are ``GROUPS``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from rapport.core.ecommerce import ORDER_COMPLETED
from rapport.core.event import Event
from rapport.core.money import from_units, to_units
from rapport.differentiate.windows import LocalDays

PROSPECTS: Final = "Prospects"
QUINTILES: Final = (0.2, 0.4, 0.6, 0.8)


class Group(msgspec.Struct, frozen=True):
    """Customers whose R lies within bounds and whose F + M is at least so much; the first that fits is theirs."""

    name: str
    r_min: int
    r_max: int
    f_plus_m_min: int


GROUPS: Final = (
    Group("Champions", 5, 5, 8),
    Group("Loyal", 3, 4, 8),
    Group("Active", 4, 5, 4),
    Group("New", 5, 5, 2),
    Group("Needs attention", 3, 3, 4),
    Group("Promising", 3, 4, 2),
    Group("Previously loyal", 1, 2, 9),
    Group("At risk", 1, 2, 6),
    Group("Almost lost", 2, 2, 2),
    Group("Dormant", 1, 1, 2),
)
SEGMENTS: Final = (*(group.name for group in GROUPS), PROSPECTS)


class Cutpoints(msgspec.Struct, frozen=True):
    """The upper bounds of the lower four fifths of the buying customers, learnt at a refresh.

    Recency in days (fewer is better), frequency in orders, monetary value in the workspace's currency. With them
    a single customer is scored just as the batch scored everybody.
    """

    recency: tuple[float, ...] = ()
    frequency: tuple[float, ...] = ()
    monetary: tuple[float, ...] = ()


class Scores(msgspec.Struct, frozen=True):
    """1 (lowest fifth) to 5 (highest) for each; None for who has not bought."""

    r_score: int | None
    f_score: int | None
    m_score: int | None
    rfm_segment: str


def score(cutpoints: Cutpoints, recency_days: int | None, frequency: int, monetary: float) -> Scores:
    """Scores and group of one customer.

    >>> cuts = Cutpoints(recency=(7, 30, 90, 180), frequency=(1, 2, 3, 5), monetary=(20.0, 50.0, 100.0, 300.0))
    >>> score(cuts, recency_days=3, frequency=9, monetary=250.0)
    Scores(r_score=5, f_score=5, m_score=4, rfm_segment='Champions')
    >>> score(cuts, recency_days=None, frequency=0, monetary=0.0).rfm_segment
    'Prospects'
    """
    if recency_days is None or frequency == 0:
        return Scores(None, None, None, PROSPECTS)
    r = 5 - bisect_left(cutpoints.recency, recency_days)
    f = 1 + bisect_left(cutpoints.frequency, frequency)
    m = 1 + bisect_left(cutpoints.monetary, monetary)
    return Scores(r, f, m, segment(r, f, m))


def measured(events: Iterable[Event], as_of_us: int, days: LocalDays) -> tuple[int | None, int, float]:
    """Recency in days, frequency and monetary value of one customer as of a moment: the twin of ``customer_query``."""
    orders = [one for one in events if one.event == ORDER_COMPLETED and one.time <= as_of_us]
    if not orders:
        return None, 0, 0.0
    units = (to_units(one.properties.get("revenue")) for one in orders)
    worth = (
        to_units(one.properties.get("total")) if known is None else known
        for one, known in zip(orders, units, strict=True)
    )
    recency_days = days.of(as_of_us) - days.of(max(one.time for one in orders))
    return recency_days, len(orders), from_units(sum(value or 0 for value in worth))


def segment(r: int, f: int, m: int) -> str:
    """The group of three scores.

    >>> segment(5, 1, 1), segment(1, 5, 5), segment(2, 1, 2)
    ('New', 'Previously loyal', 'Almost lost')
    """
    return next(group.name for group in GROUPS if group.r_min <= r <= group.r_max and f + m >= group.f_plus_m_min)


def cutpoints_query(table: str) -> str:
    """SQL whose one row is (recency, frequency, monetary), each the list of a quintile's four upper bounds."""
    quintiles = ", ".join(map(str, QUINTILES))
    measures = ("recency_days", "frequency", "monetary")
    picked = ", ".join(f"QUANTILE_DISC({measure}, [{quintiles}])" for measure in measures)
    return f"SELECT {picked} FROM {table} WHERE frequency > 0"


def cutpoints(row: Sequence[Sequence[float] | None]) -> Cutpoints:
    """The cutpoints of the row that ``cutpoints_query`` answers; nobody has bought: none."""
    recency, frequency, monetary = (tuple(float(bound) for bound in bounds or ()) for bounds in row)
    return Cutpoints(recency, frequency, monetary)


def scored_query(table: str, cuts: Cutpoints) -> str:
    """SQL that adds ``r_score``, ``f_score``, ``m_score`` and ``rfm_segment`` to a table with RFM's three measures."""
    bought = "CASE WHEN frequency > 0 THEN {} END"
    r = bought.format(f"5 - {_above('recency_days', cuts.recency)}")
    f = bought.format(f"1 + {_above('frequency', cuts.frequency)}")
    m = bought.format(f"1 + {_above('monetary', cuts.monetary)}")
    scored = f"SELECT *, {r} AS r_score, {f} AS f_score, {m} AS m_score FROM {table}"
    groups = " ".join(
        f"WHEN r_score BETWEEN {group.r_min} AND {group.r_max} AND f_score + m_score >= {group.f_plus_m_min}"
        f" THEN '{group.name}'"
        for group in GROUPS
    )
    segment_case = f"CASE WHEN r_score IS NULL THEN '{PROSPECTS}' {groups} END"
    return f"SELECT *, {segment_case} AS rfm_segment FROM ({scored}) AS scored"


def _above(measure: str, cuts: Sequence[float]) -> str:
    """How many cutpoints lie below a measure."""
    terms = [f"CASE WHEN {measure} > CAST('{cut!r}' AS DOUBLE) THEN 1 ELSE 0 END" for cut in cuts]
    return f"CAST({' + '.join(terms) or '0'} AS BIGINT)"
