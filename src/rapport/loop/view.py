"""What we know of one customer: the 360° view, the timeline, the export, the lessons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rapport.core.customer import Customer, CustomerRow, TraitValue, decode_profile
from rapport.core.decision import Decision, Offer
from rapport.core.errors import InvalidInput, NotFound
from rapport.core.event import StoredEvent
from rapport.core.time import iso
from rapport.identify.graph import possible_ids
from rapport.loop.columns import customer_row
from rapport.loop.runtime import Runtime
from rapport.loop.who import whom

PAGE_MAX = 500
_SHOWN_DECISIONS = 20


def find(rt: Runtime, who: Mapping[str, str]) -> Customer:
    """The customer behind any of their names; raises ``NotFound`` for one we have not met."""
    asked, _, found = whom(rt, who)
    if found is None:
        raise NotFound(
            f"no customer with {asked}", hint="check the spelling; what arrived a moment ago may not be folded yet"
        )
    return Customer(
        id=found.id,
        profile=decode_profile(found.profile),
        scores=msgspec.json.decode(found.scores),
        names=rt.store.identifiers_of([found.id]),
        aliases=rt.store.aliases_of(found.id),
    )


def show(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """The 360° view: who, worth, history in numbers, what was offered and what came of it."""
    customer = find(rt, who)
    now_us = rt.clock.now_us()
    row = customer_row(rt, customer.id, customer.profile, msgspec.json.encode(customer.scores), now_us)
    return {
        "id": customer.id,
        "aliases": customer.aliases,
        "identifiers": [{"namespace": one.namespace, "value": one.value} for one in customer.identifiers],
        "first_seen": iso(customer.profile.first_seen),
        "last_seen": iso(customer.profile.last_seen),
        "events": customer.profile.events,
        "anonymous": row["anonymous"],
        "personalized": row["personalized"],
        "opted_out": row["opted_out"],
        "traits": {
            name: _trait(rt, name, held)
            for name, held in sorted(rt.survivors.shown(customer.profile.traits, now_us).items())
        },
        "features": {name: row[name] for name in rt.workspace.features},
        "scores": _scores(customer),
        "links": _links(rt, customer),
        "decisions": _decisions(rt, customer, _SHOWN_DECISIONS),
    }


def timeline(rt: Runtime, who: Mapping[str, str], before: str = "", limit: int = 50) -> dict[str, Any]:
    """Events in the order they happened, newest first, ``{"data": […], "next_cursor": …}``; pass the cursor back."""
    customer = find(rt, who)
    size = _page(limit)
    ids = [row.id for row in rt.store.identifiers_of([customer.id])]
    placed = [((stored.event.time, stored.seq), stored) for stored in rt.store.events_of(ids)]
    earlier = sorted((one for one in placed if one[0] < _cursor(before)), key=lambda one: one[0], reverse=True)
    page = earlier[:size]
    cursor = "{}-{}".format(*page[-1][0]) if len(earlier) > size else None
    return {"data": [_event(stored) for _, stored in page], "next_cursor": cursor}


def export(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """Everything stored about one customer."""
    customer = find(rt, who)
    ids = [row.id for row in rt.store.identifiers_of([customer.id])]
    return {
        "customer": show(rt, {"id": customer.id}),
        "events": [_event(stored) for stored in rt.store.events_of(ids)],
        "decisions": _decisions(rt, customer, limit=1_000_000),
    }


def listing(rt: Runtime, after: str = "", limit: int = 50) -> dict[str, Any]:
    """Customers in id order, a page at a time."""
    size = _page(limit)
    rows = rt.store.scan_customers(after, size)
    return {"data": [_summary(row) for row in rows], "next_cursor": rows[-1].id if len(rows) == size else None}


def lessons(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """What each settled offer taught us about this customer, newest first."""
    customer = find(rt, who)
    offers = rt.store.offers_of(possible_ids(customer.identifiers))
    settled = sorted((offer for offer in offers if offer.outcome), key=lambda offer: -offer.settled_seq)
    return {"data": [_offer(offer) for offer in settled], "next_cursor": None}


def _page(limit: int) -> int:
    if not 1 <= limit <= PAGE_MAX:
        raise InvalidInput(f"limit {limit}", where="limit", hint=f"ask for 1 to {PAGE_MAX}")
    return limit


def _cursor(text: str) -> tuple[int, int]:
    """The place before which the page lies, as (time, seq)."""
    if not text:
        return (2**63, 0)
    time, _, seq = text.partition("-")
    if not (time.isdecimal() and seq.isdecimal()):
        raise InvalidInput(f"cursor {text!r}", where="before", hint="pass back next_cursor unchanged")
    return int(time), int(seq)


def _trait(rt: Runtime, name: str, held: TraitValue) -> dict[str, Any]:
    declared = rt.workspace.traits.get(name)
    return {
        "value": held.value,
        "source": held.source,
        "time": iso(held.time),
        "kind": declared.kind if declared else "",
        "purpose": declared.purpose if declared else "",
    }


def _scores(customer: Customer) -> dict[str, Any]:
    scores = dict(customer.scores)
    if isinstance(refreshed_at := scores.get("refreshed_at"), int):
        scores["refreshed_at"] = iso(refreshed_at)
    return scores


def _links(rt: Runtime, customer: Customer) -> list[dict[str, Any]]:
    return [
        {"kind": link.kind, "a": str(link.a), "b": str(link.b), "rule": link.rule, "actor": link.actor,
         "evidence": link.evidence, "time": iso(link.time_us), "event_seq": link.event_seq}
        for link in rt.store.links_of(customer.identifiers)
    ]  # fmt: skip


def _decisions(rt: Runtime, customer: Customer, limit: int) -> list[dict[str, Any]]:
    rows = rt.store.decisions_of(possible_ids(customer.identifiers), limit)
    offers = rt.store.offers([row.id for row in rows])
    outcomes = {(offer.decision_id, offer.action): offer for offer in offers}
    return [_decision(row.decision, outcomes) for row in rows]


def _decision(decision: Decision, outcomes: dict[tuple[str, str], Offer]) -> dict[str, Any]:
    def item(action: str, probability: float) -> dict[str, Any]:
        offer = outcomes.get((decision.id, action))
        return {"action": action, "probability": probability, "outcome": offer.outcome if offer else ""}

    return {
        "decision_id": decision.id,
        "made_at": iso(decision.made_at),
        "made_as": decision.customer_id,
        "slot": decision.slot,
        "personalized": decision.personalized,
        "model": decision.model,
        "items": [item(pick.action, pick.probability) for pick in decision.chosen],
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "decision_id": offer.decision_id,
        "action": offer.action,
        "outcome": offer.outcome,
        "value": offer.value,
        "offered_at": iso(offer.made_at),
        "event_seq": offer.settled_seq,
    }


def _event(stored: StoredEvent) -> dict[str, Any]:
    event = stored.event
    told = msgspec.to_builtins(event)
    told |= {"seq": stored.seq, "time": iso(event.time), "receivedAt": iso(event.received_at)}
    return dict(told)


def _summary(row: CustomerRow) -> dict[str, Any]:
    profile = decode_profile(row.profile)
    scores = msgspec.json.decode(row.scores)
    return {
        "id": row.id,
        "events": profile.events,
        "first_seen": iso(profile.first_seen),
        "last_seen": iso(profile.last_seen),
        "anonymous": not profile.known,
        "segment": scores.get("rfm_segment"),
    }
