"""The 360° view of one customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rapport.core.customer import Customer
from rapport.core.time import iso
from rapport.loop.columns import customer_row
from rapport.loop.refreshing import differentiate
from rapport.loop.runtime import Runtime
from rapport.loop.view import links, offers, values
from rapport.loop.view.finding import find

_SHOWN_DECISIONS = 20
_SHOWN_ANSWERS = 100
_SHOWN_REFUSED = 100


def show(rt: Runtime, who: Mapping[str, str], *, others: bool = True) -> dict[str, Any]:
    """Who, worth, history in numbers, what was offered and what came of it; every value and link says why.

    Without ``others`` no identifier of another customer is told, as an export to the customer needs it. Raises
    ``NotFound`` for somebody we have not met.
    """
    customer = find(rt, who)
    now_us = rt.clock.now_us()
    row = customer_row(rt, customer.id, customer.profile, msgspec.json.encode(customer.scores), now_us)
    own = set(customer.identifiers)
    lines, refused = rt.store.links_of(own), rt.store.refusals_of(own)
    # An id that many others were refused to may have thousands; the last ones tell why.
    refusals = sorted(refused, key=lambda one: one.last_seq)[-_SHOWN_REFUSED:]
    if not others:
        lines = [links.veiled(line, own) for line in lines]
        refusals = [links.veiled_refusal(one, own) for one in refusals]
    settled = [one for one in offers.settled(rt, customer) if one.outcome in offers.ANSWERS][:_SHOWN_ANSWERS]
    seqs = {line.event_seq for line in lines} | {one.first_seq for one in refusals}
    events = {one.seq: one.event for one in rt.store.events_at(seqs | {offer.settled_seq for offer in settled})}
    features = {name: row[name] for name in rt.workspace.features}
    told = values.traits(rt, customer, now_us)
    answers = offers.answered(rt, settled, events)
    return {
        "id": customer.id,
        "aliases": customer.aliases,
        "identifiers": links.identifiers(customer),
        "first_seen": iso(customer.profile.first_seen),
        "last_seen": iso(customer.profile.last_seen),
        "events": customer.profile.events,
        "anonymous": row["anonymous"],
        "personalized": row["personalized"],
        "opted_out": row["opted_out"],
        "traits": told,
        "features": features,
        "scores": _scores(customer),
        "differences": differentiate.told(
            rt, customer.id, customer.profile, differentiate.told_at(rt, customer.scores)
        ),
        "kinds": values.by_kind(rt, customer, told, features=features, answers=answers, now_us=now_us),
        "links": links.links(rt, lines, events),
        "refused": links.refused(rt, refusals, events),
        "refused_in_all": len(refused),
        "decisions": offers.decisions(rt, customer, _SHOWN_DECISIONS),
    }


def _scores(customer: Customer) -> dict[str, Any]:
    scores = dict(customer.scores)
    if isinstance(refreshed_at := scores.get("refreshed_at"), int):
        scores["refreshed_at"] = iso(refreshed_at)
    return scores
