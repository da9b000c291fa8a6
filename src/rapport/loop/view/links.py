"""How a customer's identifiers came to be one person, and which joins were refused, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from rapport.core.customer import Customer
from rapport.core.event import Event
from rapport.core.identifier import Identifier, Link, Refusal
from rapport.core.time import iso
from rapport.identify.because import because_linked, because_refused, because_shared
from rapport.loop.runtime import Runtime

SOMEBODY: Final = "(somebody else's)"
"""Stands for the value of an identifier of another customer, where that is not to be told."""


def identifiers(customer: Customer) -> list[dict[str, Any]]:
    """Every identifier, when it was first seen, and whether too many people share it."""
    return [
        {
            "namespace": row.identifier.namespace,
            "value": row.identifier.value,
            "first_seen": iso(row.first_us),
            "shared": row.shared,
            "why": because_shared(row) if row.shared else "",
        }
        for row in customer.names
    ]


def links(rt: Runtime, lines: Iterable[Link], events: Mapping[int, Event]) -> list[dict[str, Any]]:
    """Lines of the ledger, each with the event that is its evidence."""
    return [
        {
            "kind": line.kind,
            "a": str(line.a),
            "b": str(line.b),
            "rule": line.rule,
            "actor": line.actor,
            "evidence": line.evidence,
            "time": iso(line.time_us),
            "event_seq": line.event_seq,
            "event": _evidence(events.get(line.event_seq)),
            "why": because_linked(line, events.get(line.event_seq), rt.zone),
        }
        for line in lines
    ]


def refused(rt: Runtime, refusals: Iterable[Refusal], events: Mapping[int, Event]) -> list[dict[str, Any]]:
    """Joins that were refused: which, how often, and why."""
    return [
        {
            "a": str(one.a),
            "b": str(one.b),
            "reason": one.reason,
            "times": one.times,
            "first_seq": one.first_seq,
            "last_seq": one.last_seq,
            "event": _evidence(events.get(one.first_seq)),
            "why": because_refused(one, events.get(one.first_seq), rt.zone),
        }
        for one in refusals
    ]


def veiled(line: Link, own: Collection[Identifier]) -> Link:
    """A ledger line without the names of other people, which the evidence of a parting may hold too."""
    if line.kind == "link" and line.a in own and line.b in own:
        return line
    return Link(kind=line.kind, a=veil(line.a, own), b=veil(line.b, own), rule=line.rule, actor=line.actor,
                time_us=line.time_us, event_seq=line.event_seq)  # fmt: skip


def veiled_refusal(one: Refusal, own: Collection[Identifier]) -> Refusal:
    """A refused join without the names of other people."""
    return Refusal(a=veil(one.a, own), b=veil(one.b, own), reason=one.reason, first_seq=one.first_seq,
                   last_seq=one.last_seq, times=one.times)  # fmt: skip


def veil(identifier: Identifier, own: Collection[Identifier]) -> Identifier:
    """An identifier, of somebody else's only the kind."""
    return identifier if identifier in own else Identifier(identifier.namespace, SOMEBODY)


def _evidence(event: Event | None) -> dict[str, Any] | None:
    """The event that showed it, as far as it tells where a link comes from; None when it is gone."""
    if event is None:
        return None
    return {"type": event.type, "event": event.event, "source": event.source, "time": iso(event.time),
            "message_id": event.message_id}  # fmt: skip
