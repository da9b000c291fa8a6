"""Take rates by segment: who belongs beside who does not, only where both are enough.

Each customer counts once, by the last configuration, so that whoever buys often does not speak for a segment. The
difference has Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10); it is judged by the pooled
z, corrected for all options and segments, for any dependence (Benjamini and Yekutieli, Annals of Statistics 29, 2001).
A difference between segments is a description: it does not say that belonging makes the taste.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final

import msgspec
from scipy.special import ndtr

from rapport.learn.demand.estimates import LEAST, Share, share_of
from rapport.learn.demand.modules import Module, Modules, Parts
from rapport.learn.demand.sessions import Session
from rapport.learn.findings.screen import corrected

EXPECTED_LEAST: Final = 5.0
"""So many must be expected to take an option, and to leave it, on either side: z holds for no fewer."""
FALSE_DISCOVERY: Final = 0.05
Belonging = Mapping[str, Mapping[str, bool]]
"""Segment → customer → whether they belong; of whom it is not known nothing is said."""


class SegmentRate(msgspec.Struct, frozen=True, kw_only=True):
    """One option among those who belong and those who do not."""

    group: str
    option: str
    title: str
    inside: Share
    outside: Share
    difference: float
    low: float
    high: float
    q: float | None = None
    """p after the correction; None where too few took it, or left it, to judge."""
    differs: bool = False


class SegmentRates(msgspec.Struct, frozen=True, kw_only=True):
    """One segment; without rates where either side has too few customers."""

    segment: str
    customers: int
    """Who belongs and completed a configuration."""
    others: int
    rates: list[SegmentRate] = []
    """In the product's order."""


def by_segment(modules: Modules, sessions: Sequence[Session], belonging: Belonging) -> list[SegmentRates]:
    """Each segment; ``sessions`` are of one product."""
    last = _last(sessions)
    told = [_rates(modules, name, last, members) for name, members in belonging.items()]
    judged = [(rate, p) for one in told for rate in one.rates if (p := _p(rate)) is not None]
    penalty = sum(1.0 / rank for rank in range(1, len(judged) + 1))
    q = corrected([min(1.0, p * penalty) for _, p in judged])
    found = {id(rate): value for (rate, _), value in zip(judged, q, strict=True)}
    return [
        msgspec.structs.replace(one, rates=[_judged(rate, found.get(id(rate))) for rate in one.rates]) for one in told
    ]


def _last(sessions: Sequence[Session]) -> dict[str, Parts]:
    """Customer → what they took last."""
    sold = sorted(
        (one.sold.us, one.id, one.customer, one.sold.parts) for one in sessions if one.sold is not None and one.customer
    )
    return {customer: parts for _, _, customer, parts in sold}


def _rates(modules: Modules, name: str, last: Mapping[str, Parts], members: Mapping[str, bool]) -> SegmentRates:
    inside = [parts for customer, parts in last.items() if members.get(customer) is True]
    outside = [parts for customer, parts in last.items() if members.get(customer) is False]
    told = SegmentRates(segment=name, customers=len(inside), others=len(outside))
    if min(len(inside), len(outside)) < LEAST:
        return told
    rates = [_rate(modules, module, inside, outside) for module in modules.options]
    return msgspec.structs.replace(told, rates=rates)


def _rate(modules: Modules, module: Module, inside: Sequence[Parts], outside: Sequence[Parts]) -> SegmentRate:
    one, other = _share(module, inside), _share(module, outside)
    difference, low, high = _newcombe(one, other)
    return SegmentRate(
        group=module.group, option=module.option, title=modules.title_of(module.pick), inside=one, outside=other,
        difference=difference, low=low, high=high,
    )  # fmt: skip


def _share(module: Module, bought: Sequence[Parts]) -> Share:
    return share_of(sum(module.pick in parts for parts in bought), len(bought))


def _newcombe(one: Share, other: Share) -> tuple[float, float, float]:
    """The difference of two shares, from, to: Newcombe's formula 10."""
    first, low, high = one.share or 0.0, one.low or 0.0, one.high or 0.0
    second, low2, high2 = other.share or 0.0, other.low or 0.0, other.high or 0.0
    difference = first - second
    down = sqrt((first - low) ** 2 + (high2 - second) ** 2)
    up = sqrt((high - first) ** 2 + (second - low2) ** 2)
    return round(difference, 6), round(difference - down, 6), round(difference + up, 6)


def _p(rate: SegmentRate) -> float | None:
    one, other = rate.inside, rate.outside
    pooled = (one.count + other.count) / (one.total + other.total)
    if min(one.total, other.total) * min(pooled, 1.0 - pooled) < EXPECTED_LEAST:
        return None
    error = sqrt(pooled * (1.0 - pooled) * (1.0 / one.total + 1.0 / other.total))
    return float(2.0 * ndtr(-abs(one.count / one.total - other.count / other.total) / error))


def _judged(rate: SegmentRate, q: float | None) -> SegmentRate:
    return rate if q is None else msgspec.structs.replace(rate, q=q, differs=q <= FALSE_DISCOVERY)
