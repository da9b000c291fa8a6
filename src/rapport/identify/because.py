"""Why a value is shown, and why two identifiers are (or are not) one person, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from rapport.core.acts import MANUAL, PROBABLE, Act
from rapport.core.customer import IdentifierRow
from rapport.core.event import Event
from rapport.core.identifier import Link, Refusal
from rapport.core.path import scalar_text
from rapport.core.time import from_us
from rapport.identify.graph import ALIAS
from rapport.identify.ledger import RESTITCHED
from rapport.identify.survivors import Judged
from rapport.workspace.definitions import Survivor

UNNAMED: Final = "an unnamed source"
_HEARD_BITS: Final = 0.05
"""Fewer bits than this say nothing."""


def because_shown(judged: Sequence[Judged], survivor: Survivor, zone: ZoneInfo) -> str:
    """Why the first of a trait's values (as ``Survivors.judged`` gives them) is shown, and what the others said."""
    first = judged[0]
    others = [f"{_said(one, zone)} ({because_not(one, first, zone)})" for one in judged[1:]]
    if first.expired:
        others = [f"{_said(first, zone)} ({because_not(first, first, zone)})", *others]
        return f"no value counts any more: {'; '.join(others)}"
    live = [one for one in judged[1:] if not one.expired]
    return "; ".join([f"{_claim(first, live, survivor)}, stated {when(first.held.time, zone)}", *others])


def because_not(one: Judged, shown: Judged, zone: ZoneInfo) -> str:
    """Why a value is not the one that is shown."""
    if one.expired:
        return f"expired {when(one.expires_at, zone)}"
    if one.belief.third_party and not shown.belief.third_party:
        return "a third party, which never outweighs the customer or the business"
    if one.rank < shown.rank:
        return f"less trusted: {_sure(one)}"
    return "older" if one.held.time < shown.held.time else "of the same moment, earlier in the log"


def because_linked(link: Link, event: Event | None, zone: ZoneInfo) -> str:
    """Why a line of the ledger stands; ``event`` is the one that showed it, if it is still there."""
    both, moment = f"{link.a} and {link.b}", when(link.time_us, zone)
    why = f": {_evidence(link.evidence)}" if link.evidence else ""
    if link.rule == RESTITCHED:
        return f"{both} are no longer joined, as was found {moment}{why}"
    if link.kind == "never":
        return f"{link.actor} said {moment} that {both} are two people{why}"
    if link.kind == "unlink":
        return f"{link.actor} withdrew {moment} that {both} are one person{why}"
    if link.rule == MANUAL:
        return f"{link.actor} said {moment} that {both} are one person{why}"
    if link.rule == PROBABLE:
        return f"{link.actor} found {moment} that {both} are probably one person{why}"
    call = called(event, zone) if event else f"an event received {moment}"
    return f"{call} said that {both} are one person" if link.rule == ALIAS else f"{call} carried both {both}"


def because_refused(refusal: Refusal, event: Event | None, zone: ZoneInfo) -> str:
    """Why a join was refused; ``event`` is the first that showed it, if it is still there."""
    often = "once" if refusal.times == 1 else f"{refusal.times:,} times"
    first = f", first in {called(event, zone)}" if event else ""
    return f"{refusal.a} and {refusal.b} came together {often}{first}, and were not joined: {refusal.reason}"


def because_shared(row: IdentifierRow) -> str:
    """Why an identifier joins nobody: of which stronger kind it was seen with too many."""
    kinds = Counter(seen.partition(":")[0] for seen in row.beside)
    told = " and ".join(f"{count} of {kind}" for kind, count in sorted(kinds.items()))
    return f"seen beside so many people that it joins nobody: {told}" if told else "shared, so it joins nobody"


def told_act(act: Act, when_us: int, zone: ZoneInfo) -> str:
    """What an act of identity said, as a timeline shows it."""
    line = Link(kind=act.kind, a=act.a, b=act.b, rule=act.rule, actor=act.actor, evidence=act.evidence, time_us=when_us)
    return because_linked(line, None, zone)


def called(event: Event, zone: ZoneInfo) -> str:
    """An event as a sentence names it: what, from where, when."""
    what = f"'{event.event}'" if event.event else f"the {event.type} call"
    return f"{what} of {event.source or UNNAMED} at {when(event.time, zone)[3:]}"


def when(time_us: int, zone: ZoneInfo) -> str:
    """A moment by the business's clock.

    >>> when(0, ZoneInfo("Asia/Shanghai"))
    'on 1970-01-01 08:00 CST'
    """
    return f"on {from_us(time_us).astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _claim(first: Judged, live: Sequence[Judged], survivor: Survivor) -> str:
    source = f"{first.held.source or UNNAMED} ({_sure(first)})"
    if not live:
        return f"the only value that counts, of {source}"
    if survivor == "newest":
        ahead = first.belief.third_party or not any(one.belief.third_party for one in live)
        return (
            f"the newest value, of {source}" if ahead else f"the newest value that is not a third party's, of {source}"
        )
    if all(one.rank < first.rank for one in live):
        return f"the newest of the most trusted source {source}"
    if any(one.rank < first.rank for one in live):
        return f"the newest of the most trusted sources, of {source}"
    return f"the newest of equally trusted sources, of {source}"


def _said(one: Judged, zone: ZoneInfo) -> str:
    value = scalar_text(one.held.value)
    return f"{one.held.source or UNNAMED} said {value} {when(one.held.time, zone)}"


def _sure(one: Judged) -> str:
    party = "a third party, " if one.belief.third_party else ""
    return f"{party}{one.belief.confidence:.0%} sure"


class _Step(msgspec.Struct):
    field: str
    level: str
    bits: float


class _Account(msgspec.Struct):
    """What the ledger keeps of a probable link: how probable it is, and what each field said."""

    probability: float
    steps: list[_Step]


def _evidence(text: str) -> str:
    """A steward's words as they are; of a probable link the fields that spoke, the loudest first."""
    try:
        account = msgspec.json.decode(text, type=_Account)
    except msgspec.MsgspecError:
        return text
    loudest = sorted(account.steps, key=lambda step: -abs(step.bits))
    told = [f"{step.field} {step.level} ({step.bits:+.1f} bits)" for step in loudest if abs(step.bits) >= _HEARD_BITS]
    return ", ".join([f"{account.probability:.2%} probable", *told])
