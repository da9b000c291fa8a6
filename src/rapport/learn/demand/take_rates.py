"""How often each option is taken: of all configurations, where it could be chosen, and from week to week."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rapport.learn.demand.estimates import Share, share_of
from rapport.learn.demand.modules import Module, Modules, Parts, Pick
from rapport.learn.demand.sessions import Session, Sold
from rapport.learn.demand.trends import Trend, trends

Possible = Sequence[tuple[Parts, frozenset[Pick]]]
"""Completed configurations, all of them or some drawn evenly: each with the options that go together with the rest."""


class TakeRate(msgspec.Struct, frozen=True, kw_only=True):
    """One option among the completed configurations."""

    group: str
    option: str
    title: str
    taken: Share
    """Of all completed configurations."""
    reachable: Share
    """Of those in which its group could be chosen, because what its group hangs on was."""
    possible: Share | None
    """Of those in which it goes together with the rest; None where that was not worked out."""
    pieces: int
    """How many were sold, quantities counted."""
    standard: bool
    """Whether the standard product has it."""
    trend: Trend


def sold_of(sessions: Sequence[Session]) -> list[Sold]:
    """What was completed, the oldest first."""
    return sorted((one.sold for one in sessions if one.sold is not None), key=lambda one: one.us)


def take_rates(modules: Modules, sold: Sequence[Sold], possible: Possible | None = None) -> list[TakeRate]:
    """Of each option, in the product's order."""
    moments = [one.us for one in sold]
    moved = trends(moments, [[module.pick in one.parts for one in sold] for module in modules.options])
    return [
        TakeRate(
            group=module.group, option=module.option, title=modules.title_of(module.pick),
            taken=share_of(_count(sold, module.pick), len(sold)),
            reachable=_reachable(modules, sold, module),
            possible=None if possible is None else _possible(module.pick, possible),
            pieces=sum(one.quantity for one in sold if module.pick in one.parts),
            standard=module.pick in modules.standard,
            trend=trend,
        )
        for module, trend in zip(modules.options, moved, strict=True)
    ]  # fmt: skip


def _count(sold: Sequence[Sold], pick: Pick) -> int:
    return sum(pick in one.parts for one in sold)


def _reachable(modules: Modules, sold: Sequence[Sold], module: Module) -> Share:
    could = [one for one in sold if module.pick in one.parts or modules.open_in(module.group, one.parts)]
    return share_of(_count(could, module.pick), len(could))


def _possible(pick: Pick, possible: Possible) -> Share:
    could = [parts for parts, fits in possible if pick in parts or pick in fits]
    return share_of(sum(pick in parts for parts in could), len(could))
