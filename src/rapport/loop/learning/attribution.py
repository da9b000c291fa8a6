"""The report on attribution: which offers share the credit for the outcomes, by every rule side by side."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final, NamedTuple

from rapport.core.decision import action_of
from rapport.core.errors import InvalidInput, did_you_mean
from rapport.core.time import DAY_US, iso
from rapport.learn.attribution_rules import RULES, Path
from rapport.learn.attribution_rules.removal import PATHS_MIN
from rapport.loop.learning.answered import Answered, answered
from rapport.loop.learning.evaluate import CONFIDENCE, held_out
from rapport.loop.learning.evidence import gather
from rapport.loop.runtime import Runtime

DAYS: Final = 90
"""Offers of so many days are read unless said otherwise."""
WINDOW_DAYS: Final = 30
"""So long before an outcome an offer may share in it."""
BY: Final = ("action", "slot")
_CHUNK: Final = 500


class _Offered(NamedTuple):
    made_at: int
    touch: str


class _Customer(NamedTuple):
    """What one customer was offered, and the log positions of what settled it."""

    offered: list[_Offered]
    accepted: list[int]


def report(rt: Runtime, *, days: int = DAYS, window_days: int = WINDOW_DAYS, by: str = "action") -> dict[str, Any]:
    """Outcomes credited to each action (``by="slot"``: to each action in each slot) by every rule.

    An outcome is an event that accepted an offer. Its path is what the customer was offered within the window before
    it, since the outcome before; who accepted nothing has a path without an outcome. Whoever was not decided for
    personally is left out. Raises ``InvalidInput`` for another ``by``.
    """
    if by not in BY:
        raise InvalidInput(f"by '{by}'", where="by", hint=did_you_mean(by, BY))
    now_us = rt.clock.now_us()
    customers, impersonal = _read(rt, now_us - days * DAY_US, by)
    paths = _paths(rt, customers, window_days * DAY_US)
    outcomes = sum(path.converted for path in paths)
    credits = {name: rule(paths) for name, rule in RULES.items()}
    return {
        "as_of": iso(now_us),
        "days": days,
        "window_days": window_days,
        "by": by,
        "customers": len(customers),
        "impersonal": impersonal,
        "outcomes": outcomes,
        "without_outcome": len(paths) - outcomes,
        "touches": _touches(paths, credits),
        "rules": {name: bool(found) for name, found in credits.items()},
        "removal_least": PATHS_MIN,
        "holdout": held_out(rt, gather(rt, days=days), CONFIDENCE),
    }


def _read(rt: Runtime, since_us: int, by: str) -> tuple[dict[str, _Customer], int]:
    """Customer → what they were offered; and how many decisions were not personal."""
    found: dict[str, _Customer] = defaultdict(lambda: _Customer([], []))
    impersonal = 0
    for one in answered(rt, open_too=True):
        if one.decision.made_at < since_us:
            continue
        if not one.decision.personalized:
            impersonal += 1
            continue
        _add(found, one, by)
    return found, impersonal


def _add(found: dict[str, _Customer], one: Answered, by: str) -> None:
    for offer in one.offers:
        name = action_of(offer.action)
        customer = found[offer.customer_id]
        customer.offered.append(_Offered(offer.made_at, name if by == "action" else f"{name} @ {one.decision.slot}"))
        if offer.outcome == "accepted":
            customer.accepted.append(offer.settled_seq)


def _paths(rt: Runtime, customers: dict[str, _Customer], window_us: int) -> list[Path]:
    times = _times(rt, sorted({seq for one in customers.values() for seq in one.accepted}))
    found: list[Path] = []
    for one in customers.values():
        offered = sorted(one.offered)
        before = 0
        for outcome in sorted({times[seq] for seq in one.accepted if seq in times}):
            found += _path(offered, max(before, outcome - window_us), outcome, converted=True)
            before = outcome
        if not before:
            found += _path(offered, offered[-1].made_at - window_us, offered[-1].made_at, converted=False)
    return found


def _path(offered: list[_Offered], after: int, until: int, *, converted: bool) -> list[Path]:
    met = [one for one in offered if after < one.made_at <= until]
    if not met:
        return []
    days = tuple((until - one.made_at) / DAY_US for one in met)
    return [Path(tuple(one.touch for one in met), days, converted)]


def _times(rt: Runtime, seqs: list[int]) -> dict[int, int]:
    """Log position → when it happened (µs)."""
    found: dict[int, int] = {}
    for place in range(0, len(seqs), _CHUNK):
        found |= {stored.seq: stored.event.time for stored in rt.store.events_at(seqs[place : place + _CHUNK])}
    return found


def _touches(paths: list[Path], credits: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    """Each touch with how often it was offered, and its credit by rule; what last touch credits most first."""
    offered: dict[str, int] = defaultdict(int)
    for path in paths:
        for touch in path.touches:
            offered[touch] += 1
    told = [
        {"touch": touch, "offered": times, **{rule: found.get(touch, 0.0) if found else None
                                              for rule, found in credits.items()}}
        for touch, times in offered.items()
    ]  # fmt: skip
    return sorted(told, key=lambda one: (-(one["last_touch"] or 0.0), one["touch"]))
