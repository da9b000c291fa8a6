"""What was offered to a customer, what came of it, and what it taught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rapport.core.customer import Customer
from rapport.core.decision import Decision, Offer, action_of
from rapport.core.event import Event
from rapport.core.time import iso
from rapport.identify.graph import possible_ids
from rapport.loop.runtime import Runtime
from rapport.loop.view.finding import find

ANSWERS = ("accepted", "rejected")
"""What a customer said; silence is no answer."""


def lessons(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """What each settled offer taught us about this customer, newest first."""
    return {"data": [_offer(offer) for offer in settled(rt, find(rt, who))], "next_cursor": None}


def settled(rt: Runtime, customer: Customer) -> list[Offer]:
    """The offers to a customer that were answered or ran out, the newest outcome first."""
    offers = rt.store.offers_of(possible_ids(customer.identifiers))
    return sorted((offer for offer in offers if offer.outcome), key=lambda offer: -offer.settled_seq)


def answered(rt: Runtime, offers: Sequence[Offer], events: Mapping[int, Event]) -> list[dict[str, Any]]:
    """Answers as data of their own: which offer, accepted or refused, told by which source, when."""
    return [
        {
            "name": offer.action,
            "value": offer.outcome,
            "source": event.source if (event := events.get(offer.settled_seq)) else "",
            "time": iso(event.time) if event else None,
            "confidence": rt.sources.of(event.source).confidence if event else None,
            "purpose": "",
            "title": action.title if (action := rt.workspace.actions.get(action_of(offer.action))) else "",
            "worth": offer.value,
            "decision_id": offer.decision_id,
        }
        for offer in offers
        if offer.outcome in ANSWERS
    ]


def decisions(rt: Runtime, customer: Customer, limit: int) -> list[dict[str, Any]]:
    """The newest decisions, with what came of each pick."""
    rows = rt.store.decisions_of(possible_ids(customer.identifiers), limit)
    offers = rt.store.offers([row.id for row in rows])
    outcomes = {(offer.decision_id, offer.action): offer for offer in offers}
    return [_decision(row.decision, outcomes) for row in rows]


def _decision(decision: Decision, outcomes: Mapping[tuple[str, str], Offer]) -> dict[str, Any]:
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
