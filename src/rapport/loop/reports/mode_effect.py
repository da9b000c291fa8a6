"""What came of decisions, by the marketing mode in which they were made."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from rapport.core.decision import Offer, Pick, Treated, action_of
from rapport.core.time import DAY_US
from rapport.identify.quality import Share
from rapport.loop.runtime import Runtime

EFFECT_DAYS: Final = 90
_CHUNK: Final = 2_000
_EVER: Final = sys.maxsize
"""Decisions to come are without end: those so far are a sample of them."""


class _Seen(msgspec.Struct, kw_only=True):
    """The part of a decision that counts here."""

    id: str
    customer_id: str
    made_at: int
    chosen: list[Pick]
    treatment: Treated | None = None


@dataclass(slots=True)
class _Sums:
    """What one mode's decisions came to."""

    customers: set[str] = field(default_factory=set)
    decisions: int = 0
    contacts: int = 0
    offers: int = 0
    settled: int = 0
    accepted: int = 0
    cost: float = 0.0
    value: float = 0.0


_decode = msgspec.msgpack.Decoder(_Seen).decode


def effect(rt: Runtime, now_us: int, days: int = EFFECT_DAYS) -> list[dict[str, Any]]:
    """Mode by mode: customers, decisions, contacts, offers, how many of the settled were accepted, cost and value.

    Acceptance has Wilson's 95% interval. Modes hold different customers, so that a difference between two modes is no
    effect of their treatments; compare a mode with itself before and after a change.
    """
    sums: dict[str, _Sums] = defaultdict(_Sums)
    since_us = now_us - days * DAY_US
    contacts = {name for name, action in rt.workspace.actions.items() if action.contact}
    for seen, offers in _decided(rt):
        if seen.treatment is None or seen.made_at < since_us:
            continue
        one = sums[seen.treatment.mode]
        one.customers.add(seen.customer_id)
        one.decisions += 1
        one.contacts += any(action_of(pick.action) in contacts for pick in seen.chosen)
        one.offers += len(seen.chosen)
        for offer in offers:
            _count(rt, one, offer)
    return [_told(mode, sums[mode]) for mode in sorted(sums)]


def _decided(rt: Runtime) -> Iterator[tuple[_Seen, list[Offer]]]:
    after = 0
    while rows := rt.store.read_decisions(after, _CHUNK):
        after = rows[-1].seq
        seen = [_decode(row.body) for row in rows]
        offers: dict[str, list[Offer]] = defaultdict(list)
        for offer in rt.store.offers([one.id for one in seen if one.treatment is not None]):
            offers[offer.decision_id].append(offer)
        yield from ((one, offers[one.id]) for one in seen)


def _count(rt: Runtime, one: _Sums, offer: Offer) -> None:
    if not offer.outcome:
        return
    one.settled += 1
    if offer.outcome == "accepted":
        action = rt.workspace.actions.get(action_of(offer.action))
        one.accepted += 1
        one.cost += action.cost if action is not None else 0.0
        one.value += offer.value


def _told(mode: str, one: _Sums) -> dict[str, Any]:
    rate = Share.estimated(one.accepted, one.settled, _EVER)
    return {
        "mode": mode,
        "customers": len(one.customers),
        "decisions": one.decisions,
        "contacts": one.contacts,
        "offers": one.offers,
        "settled": one.settled,
        "accepted": one.accepted,
        "acceptance": {"share": rate.share, "low": rate.low, "high": rate.high},
        "cost": round(one.cost, 4),
        "value": round(one.value, 4),
    }
