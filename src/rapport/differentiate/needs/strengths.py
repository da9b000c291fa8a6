"""How far a customer's own days outweigh the segment's habits, and the segment's everybody's.

The strength of a prior is chosen by what it is for: customers' newest days are held out, and that strength is taken
under which their earlier days, shrunk to the segment, foretell them best (an empirical Bayes choice by predictive
likelihood; Robbins, 1956; Geisser, 1975). Every other customer is held out of that choice as well, and shows what it
gained.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.statistics import Z_90
from rapport.differentiate.frame import Array
from rapport.differentiate.needs.model import FacetModel, Gain

SEGMENTS_MAX: Final = 50
"""The largest segments have habits of their own."""
HELD_OUT_MIN: Final = 60
"""With fewer customers whose newest day can be held out the declared prior stands."""
HELD_OUT_MAX: Final = 50_000
STRENGTHS: Final = (0.2, 2_000.0)
SEGMENT_STRENGTH: Final = 10.0
"""Until data says otherwise."""
SEGMENT_STRENGTHS: Final = (1.0, SEGMENT_STRENGTH, 100.0, 1e6)
"""Tried in this order; with the last, segments have no habits of their own."""
ROUNDS: Final = 2
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All customers' items: customer, facet, cell, day, weight before and after fading."""

    customer: NDArray[np.int32]
    facet: NDArray[np.int32]
    cell: NDArray[np.int32]
    day: NDArray[np.int32]
    plain: Floats
    faded: Floats

    def of(self, facet: int, first: int) -> Evidence:
        """One facet's, its cells counted from 0."""
        mine = self.facet == facet
        return Evidence(self.customer[mine], self.facet[mine], self.cell[mine] - np.int32(first), self.day[mine],
                        self.plain[mine], self.faded[mine])  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Customers' newest days and what was known of them before; L rows, each a value of such a day."""

    customer: NDArray[np.int64]
    cell: NDArray[np.int64]
    part: Floats
    """The value's part of the day; adds up to 1 for a customer."""
    held: Floats
    """Evidence for that value before, faded to that day."""
    total: Floats
    """Evidence for all values before."""

    def some(self, keep: NDArray[np.bool_]) -> HeldOut:
        """Some of the rows."""
        return HeldOut(self.customer[keep], self.cell[keep], self.part[keep], self.held[keep], self.total[keep])


def learnt_facet(blank: FacetModel, found: Evidence, names: Array, rate: float) -> FacetModel:
    """A facet with its habits and strengths; ``names`` are the customers' segments, ``rate`` is 1 / half-life."""
    shown = Shown.of(blank, found, names)
    if shown.total.size == 0:
        return blank
    held = _held_out(found, rate)
    half = [_Held.of(held.some(held.customer % 2 == one), shown, names) for one in (0, 1)]
    if min(one.customers for one in half) < HELD_OUT_MIN // 2:
        return _with(blank, shown, blank.strength, SEGMENT_STRENGTH)
    means, width, strength = shown.means(blank.strength, SEGMENT_STRENGTH), SEGMENT_STRENGTH, blank.strength
    for _ in range(ROUNDS):
        strength = _strength(half[0], means)
        options = [(wide, shown.means(strength, wide)) for wide in SEGMENT_STRENGTHS]
        width, means = max(options, key=lambda one: half[0].likelihood(one[1], strength))
    learnt = _with(blank, shown, strength, width)
    return msgspec.structs.replace(learnt, learnt=True, gain=half[1].gain(means, strength))


def _with(blank: FacetModel, shown: Shown, strength: float, width: float) -> FacetModel:
    means = shown.means(strength, width)
    own = width < SEGMENT_STRENGTHS[-1]
    return msgspec.structs.replace(
        blank,
        shares=_plain(means[0]),
        segments={name: _plain(means[n]) for name, n in shown.segments.items()} if own else {},
        strength=float(strength),
        segment_strength=width,
        customers=int(shown.total.size),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What customers showed of one facet: M items of P customers in G segments."""

    cells: int
    cell: NDArray[np.int32]
    faded: Floats
    person: NDArray[np.int64]
    """M: the customer's place in ``total``."""
    total: Floats
    """P."""
    segments: dict[str, int]
    """Name → place from 1; 0 is for none."""
    segment: NDArray[np.int64]
    """P."""

    @classmethod
    def of(cls, blank: FacetModel, found: Evidence, names: Array) -> Shown:
        """The items of a facet, with the segments of those who have any."""
        people, person = np.unique(found.customer, return_inverse=True)
        held = names[people].tolist()
        common = Counter(name for name in held if isinstance(name, str))
        known = sorted(name for name, _ in sorted(common.items(), key=lambda one: (-one[1], one[0]))[:SEGMENTS_MAX])
        segments = {name: place for place, name in enumerate(known, start=1)}
        total: Floats = np.bincount(person, weights=found.faded, minlength=people.size).astype(np.float64)
        segment = np.array([segments.get(name, 0) for name in held], np.int64)
        return cls(len(blank.values) + 1, found.cell, found.faded, person, total, segments, segment)

    def means(self, strength: float, width: float) -> Floats:
        """Shares by segment, everybody's first: customers' shares, each weighed by its credibility n / (n + s).

        The mean of a credibility model weighs each risk by its credibility (Bühlmann & Straub, 1970). Perks' prior (one
        event over all values) keeps every share above 0.
        """
        rows = len(self.segments) + 1
        part = self.faded / (self.total[self.person] + strength)
        flat = np.bincount(self.segment[self.person] * self.cells + self.cell, part, minlength=rows * self.cells)
        by_segment = flat.reshape(rows, self.cells)
        everybody = by_segment.sum(axis=0) + 1.0 / self.cells
        everybody /= everybody.sum()
        by_segment = by_segment + width * everybody
        shares: Floats = by_segment / by_segment.sum(axis=1, keepdims=True)
        shares[0] = everybody
        return shares


def _held_out(found: Evidence, rate: float) -> HeldOut:
    """The newest day of every customer with at least two, beside what the days before it said on that day."""
    keep = found.plain > 0.0
    customer, cell, day, plain = found.customer[keep], found.cell[keep], found.day[keep], found.plain[keep]
    size = int(customer.max()) + 1 if customer.size else 0
    newest, oldest = np.full(size, -1, np.int64), np.full(size, 2**31, np.int64)
    np.maximum.at(newest, customer, day)
    np.minimum.at(oldest, customer, day)
    able = newest > oldest
    able &= np.cumsum(able) <= HELD_OUT_MAX
    late = able[customer] & (day == newest[customer])
    early = able[customer] & (day < newest[customer])
    cells = int(cell.max()) + 1 if cell.size else 1
    then = plain[early] * 2.0 ** (-(newest[customer[early]] - day[early]) * rate)
    keys, where = np.unique(customer[early].astype(np.int64) * cells + cell[early], return_inverse=True)
    counts = np.bincount(where, weights=then, minlength=keys.size)
    total = np.bincount(customer[early], weights=then, minlength=size)
    shown, at = np.unique(customer[late].astype(np.int64) * cells + cell[late], return_inverse=True)
    seen = np.bincount(at, weights=plain[late], minlength=shown.size)
    who = shown // cells
    spot = np.minimum(np.searchsorted(keys, shown), max(0, keys.size - 1))
    held = np.where(keys[spot] == shown, counts[spot], 0.0) if keys.size else np.zeros(shown.size)
    whole = np.bincount(who, weights=seen, minlength=size)
    return HeldOut(who, shown % cells, seen / whole[who], held, total[who])


@dataclass(frozen=True, slots=True)
class _Held:
    """Some of the held-out days, with the segments of their customers."""

    days: HeldOut
    segment: NDArray[np.int64]
    customers: int

    @classmethod
    def of(cls, days: HeldOut, shown: Shown, names: Array) -> _Held:
        segment = np.array([shown.segments.get(name, 0) for name in names[days.customer].tolist()], np.int64)
        return cls(days, segment, int(np.unique(days.customer).size))

    def foretold(self, means: Floats, strength: float) -> Floats:
        """The posterior mean (c + s m) / (n + s) of what then came."""
        prior = means[self.segment, self.days.cell]
        foretold: Floats = (self.days.held + strength * prior) / (self.days.total + strength)
        return foretold

    def likelihood(self, means: Floats, strength: float) -> float:
        """Log likelihood of the days held out."""
        return float(np.sum(self.days.part * np.log(self.foretold(means, strength))))

    def gain(self, means: Floats, strength: float) -> Gain:
        """By how many bits a customer's own history foretells better than the segment's habits."""
        prior = means[self.segment, self.days.cell]
        better = self.days.part * np.log2(self.foretold(means, strength) / prior)
        _, place = np.unique(self.days.customer, return_inverse=True)
        each = np.bincount(place, weights=better)
        mean, half = float(each.mean()), float(Z_90 * each.std(ddof=1) / np.sqrt(each.size))
        return Gain(mean, mean - half, mean + half, self.customers)


def _strength(held: _Held, means: Floats) -> float:
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - scipy is imported when it is first needed

    low, high = np.log(STRENGTHS[0]), np.log(STRENGTHS[1])
    found = minimize_scalar(
        lambda log_s: -held.likelihood(means, float(np.exp(log_s))),
        bounds=(low, high), method="bounded", options={"xatol": 0.02},
    )  # fmt: skip
    return float(np.exp(found.x))


def _plain(shares: Floats) -> list[float]:
    """Shares as JSON keeps them, adding up to 1."""
    rounded = [float(f"{share:.6g}") for share in shares]
    total = sum(rounded)
    return [share / total for share in rounded]
