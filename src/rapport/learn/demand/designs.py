"""The customer in the laboratory: designs handed in, credited and counted as demand, and whom to invite.

A design counts as demand by who takes the same or nearly the same afterwards, its own designer not counted. Invited are
customers whose configurations tell something: many different ones, unusual ones, wishes that could not be met, designs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from rapport.learn.demand.modules import Modules, Parts
from rapport.learn.demand.sessions import Design, Session

NEAR_MAX: Final = 1
"""Nearly the same: different in so many groups at most."""
INVITED_SHOWN: Final = 20
UNUSUAL_LEAST: Final = 10
"""Fewer completed configurations do not say what is unusual."""


class Credited(msgspec.Struct, frozen=True, kw_only=True):
    """One design."""

    customer_id: str
    title: str
    us: int
    minutes: float | None
    parts: list[tuple[str, str]]
    credited: bool
    """Whether it stands ready as a variant."""
    same: int
    """Configurations that others completed afterwards with exactly these parts, whatever the services around them."""
    near: int
    """With these parts but for one group at most, the same ones included."""
    customers: int
    """How many different others those were."""
    revenue: float
    """What the same ones were paid, quantities counted."""


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """A customer to invite, and why; the first in order has most to tell."""

    customer_id: str
    designs: int
    configurations: int
    """Different ones completed."""
    refused: int
    """Different wishes that could not be met."""
    unusual_bits: float | None
    """How unusual their most unusual configuration is: an option that one of 2^b takes counts b bits."""


class Laboratory(msgspec.Struct, frozen=True, kw_only=True):
    """What customers contributed, and who may contribute more."""

    designs: list[Credited]
    customers: int
    minutes: float
    """Handed in with the designs."""
    timed: int
    """How many designs say how long they took."""
    invite: list[Invited]


def laboratory(
    modules: Modules, sessions: Sequence[Session], designs: Sequence[Design], may_ask: Collection[str]
) -> Laboratory:
    """Of one product; ``may_ask``: the customers who may be told apart."""
    timed = [one.minutes for one in designs if one.minutes is not None]
    return Laboratory(
        designs=[_credited(modules, one, sessions) for one in designs],
        customers=len({one.customer for one in designs if one.customer}),
        minutes=round(sum(timed), 1),
        timed=len(timed),
        invite=_invite(modules, sessions, designs, may_ask),
    )


def _credited(modules: Modules, design: Design, sessions: Sequence[Session]) -> Credited:
    later = [
        (one.owner, one.sold)
        for one in sessions
        if one.sold is not None and one.sold.us > design.us and one.customer != design.customer
    ]
    own = modules.made_of(design.parts)
    near = [(owner, sold) for owner, sold in later if modules.changes(modules.made_of(sold.parts), own) <= NEAR_MAX]
    same = [sold for _, sold in near if modules.made_of(sold.parts) == own]
    return Credited(
        customer_id=design.customer, title=design.title, us=design.us, minutes=design.minutes,
        parts=sorted(design.parts), credited=own in map(modules.made_of, modules.variants), same=len(same),
        near=len(near),
        customers=len({owner for owner, _ in near}),
        revenue=round(sum((one.price or 0.0) * one.quantity for one in same), 2),
    )  # fmt: skip


def surprises(modules: Modules, bought: Sequence[Parts]) -> Mapping[Parts, float]:
    """Configuration → bits: -Σ log₂ of the share of what it chooses in each group, smoothed by one half.

    Groups are taken by themselves, so that it tells how much there is to learn choice by choice.
    """
    found = dict.fromkeys(bought, 0.0)
    for group in modules.groups:
        chosen = {parts: frozenset(pick for pick in parts if pick[0] == group) for parts in found}
        counts = Counter(chosen[parts] for parts in bought)
        whole = len(bought) + 0.5 * max(len(modules.groups[group]), len(counts))
        for parts, picks in chosen.items():
            found[parts] -= float(np.log2((counts[picks] + 0.5) / whole))
    return found


def _invite(
    modules: Modules, sessions: Sequence[Session], designs: Sequence[Design], may_ask: Collection[str]
) -> list[Invited]:
    own: dict[str, list[Session]] = defaultdict(list)
    for one in sessions:
        if one.customer in may_ask:
            own[one.customer].append(one)
    handed = Counter(one.customer for one in designs if one.customer in may_ask)
    bought = [one.sold.parts for one in sessions if one.sold is not None]
    bits = surprises(modules, bought) if len(bought) >= UNUSUAL_LEAST else {}
    told = [_invited(name, handed[name], own[name], bits) for name in sorted({*own, *handed})]
    worth = [one for one in told if one.designs or one.refused or one.configurations > 1]
    worth.sort(key=lambda one: (-one.designs, -one.configurations - one.refused, -(one.unusual_bits or 0.0)))
    return worth[:INVITED_SHOWN]


def _invited(name: str, designs: int, sessions: Sequence[Session], bits: Mapping[Parts, float]) -> Invited:
    taken = {one.sold.parts for one in sessions if one.sold is not None}
    refused = {move.pick for one in sessions for move in one.blocked if move.pick}
    unusual = max((bits[parts] for parts in taken if parts in bits), default=None)
    return Invited(
        customer_id=name, designs=designs, configurations=len(taken), refused=len(refused),
        unusual_bits=None if unusual is None else round(unusual, 2),
    )  # fmt: skip
