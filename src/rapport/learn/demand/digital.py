"""What of a product is digital and costs nothing to vary, what to make digital next, and what partners supply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from rapport.learn.demand.estimates import Share, share_of
from rapport.learn.demand.modules import Module, Modules
from rapport.learn.demand.sessions import Sold

NEXT_SHOWN: Final = 10


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a product that some options make up."""

    options: int
    of: int
    taken: Share
    """Of all options that went into configurations, so many of these."""
    price: float | None
    """Their share of what options brought, by today's prices; None where options brought nothing."""


class Supplier(msgspec.Struct, frozen=True, kw_only=True):
    """A partner and the options it supplies."""

    partner: str
    slice: Slice


class MakeDigital(msgspec.Struct, frozen=True, kw_only=True):
    """An option that is made each time, in a group where another is digital already."""

    group: str
    option: str
    title: str
    beside: str
    """The digital option of its group."""
    taken: Share
    cost: float
    spent: float
    """What it cost so far: its cost times the pieces."""
    lead_days: float


class Digital(msgspec.Struct, frozen=True, kw_only=True):
    """Digital and partners' share."""

    digital: Slice
    partners: Slice
    by_partner: list[Supplier]
    next: list[MakeDigital]
    """By what they cost so far."""


def digital(modules: Modules, sold: Sequence[Sold]) -> Digital:
    """Of one product, over what was completed."""
    partners = sorted({one.partner for one in modules.options if one.partner})
    return Digital(
        digital=_slice(modules, sold, lambda one: one.digital),
        partners=_slice(modules, sold, lambda one: bool(one.partner)),
        by_partner=[
            Supplier(partner=name, slice=_slice(modules, sold, lambda one, name=name: one.partner == name))  # type: ignore[misc]
            for name in partners
        ],
        next=_next(modules, sold),
    )


def _slice(modules: Modules, sold: Sequence[Sold], wanted: Callable[[Module], bool]) -> Slice:
    taken = [modules.by_pick[pick] for one in sold for pick in one.parts if pick in modules.by_pick]
    money = sum(max(one.price, 0.0) for one in taken)
    own = [one for one in taken if wanted(one)]
    return Slice(
        options=sum(wanted(one) for one in modules.options), of=len(modules.options),
        taken=share_of(len(own), len(taken)),
        price=round(sum(max(one.price, 0.0) for one in own) / money, 6) if money else None,
    )  # fmt: skip


def _next(modules: Modules, sold: Sequence[Sold]) -> list[MakeDigital]:
    times = Counter(pick for one in sold for pick in one.parts)
    pieces: Counter[tuple[str, str]] = Counter()
    for one in sold:
        pieces.update(dict.fromkeys(one.parts, one.quantity))
    found = []
    for options in modules.groups.values():
        beside = next((one for one in options if one.digital), None)
        found += [
            MakeDigital(
                group=one.group, option=one.option, title=modules.title_of(one.pick),
                beside=modules.title_of(beside.pick), taken=share_of(times[one.pick], len(sold)), cost=one.cost,
                spent=round(one.cost * pieces[one.pick], 2), lead_days=one.lead_days,
            )
            for one in options if beside is not None and not one.digital and one.cost > 0 and times[one.pick]
        ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.spent, one.group, one.option))[:NEXT_SHOWN]
