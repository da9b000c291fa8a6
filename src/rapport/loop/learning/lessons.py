"""The lessons of one customer: the ledger, its depth in bits, and what a competitor would have to learn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from rapport.core.customer import Customer, CustomerRow, decode_profile, encode_profile
from rapport.core.event import OURS, Event
from rapport.core.path import Path, reader, scalar_text
from rapport.core.time import iso
from rapport.differentiate.readings import ATTRIBUTES, MOMENTS, STATED_WEIGHT, Tallied
from rapport.identify.graph import possible_ids
from rapport.learn.lessons import depth, words
from rapport.learn.lessons.ledger import Answer, Lesson, ledger
from rapport.learn.lessons.withdrawal import LeftOut, left_out
from rapport.loop.identities.restitch import folded
from rapport.loop.learning.depth import Everybody, depths, everybody, needs_learnt, told
from rapport.loop.refreshing import differentiate
from rapport.loop.runtime import Runtime
from rapport.loop.view.finding import find

WEIGHED_MAX: Final = 40
"""So many lessons, the newest, are weighed one by one: each is the customer folded and scored without it."""
Placed = tuple[int, Event]


class Held(msgspec.Struct, frozen=True):
    """One customer with his events in the order of the log, what of them does not count, and his lessons."""

    customer: Customer
    events: list[Placed]
    gone: LeftOut
    lessons: list[Lesson]


def read(rt: Runtime, who: Mapping[str, str]) -> Held:
    """A customer's lessons, oldest first; raises ``NotFound`` for somebody we have not met."""
    customer = find(rt, who)
    events = [(one.seq, one.event) for one in rt.store.events_of([row.id for row in customer.names])]
    gone = left_out(events)
    found = ledger(events, _answers(rt, customer), traits=rt.workspace.traits, stated=_stated(rt.readings), gone=gone)
    return Held(customer, events, gone, found)


def of_customer(rt: Runtime, who: Mapping[str, str], *, sensitive: bool = False) -> dict[str, Any]:
    """The ledger, newest first, with what each lesson is worth; depth; and what a competitor would have to learn.

    What was noted as sensitive is told only with ``sensitive``. Raises ``NotFound``.
    """
    held = read(rt, who)
    beside = everybody(rt)
    now = _depth(rt, held, held.gone, beside)
    worth = _worth(rt, held, now, beside)
    rows = [_row(rt, one, worth.get(one.id), sensitive) for one in reversed(held.lessons)]
    return {
        "customer_id": held.customer.id,
        "contacts": held.customer.profile.events,
        "depth": told(now),
        "competitor": _competitor(rt, now, rows),
        "follows": _follows(rt, held),
        "data": rows,
        "next_cursor": None,
    }


def listed(rt: Runtime, who: Mapping[str, str], *, sensitive: bool = False) -> list[dict[str, Any]]:
    """The ledger alone, newest first: what each contact taught, not what it is worth."""
    return [_row(rt, one, None, sensitive) for one in reversed(read(rt, who).lessons)]


def leaving_out(held: Held, lesson: Lesson, *, back: bool = False) -> LeftOut:
    """What of a customer's events would not count without a lesson; ``back``: were it restored."""
    gone = {seq: set(parts) for seq, parts in held.gone.items()}
    for seq in lesson.seqs:
        parts = gone.setdefault(seq, set())
        parts.discard(lesson.trait) if back else parts.add(lesson.trait)
    return {seq: frozenset(parts) for seq, parts in gone.items() if parts}


def row_without(rt: Runtime, held: Held, gone: LeftOut) -> CustomerRow:
    """The customer, folded and scored without some parts of his events; nothing is kept."""
    own = [(seq, event) for seq, event in held.events if event.type not in OURS]
    profile = folded(rt, own, gone)
    as_of_us = differentiate.told_at(rt, held.customer.scores)
    scored = dict(differentiate.rescored(rt, [(held.customer.id, profile)], as_of_us))
    kept = msgspec.json.encode(held.customer.scores)
    shared = bool(held.customer.names) and all(row.shared for row in held.customer.names)
    return CustomerRow(held.customer.id, encode_profile(profile), scored.get(held.customer.id, kept), shared)


def _depth(rt: Runtime, held: Held, gone: LeftOut, beside: Everybody) -> depth.Depth:
    row = row_without(rt, held, gone)
    return depths(rt, [(row, decode_profile(row.profile))], beside)[0]


def _worth(rt: Runtime, held: Held, now: depth.Depth, beside: Everybody) -> dict[str, float]:
    """Lesson → so many bits less would be known without it; only of what can be left out alone."""
    weighed = [one for one in reversed(held.lessons) if one.kind in ("trait", "need") and not one.removed]
    found = {}
    for one in weighed[:WEIGHED_MAX]:
        found[one.id] = now.bits - _depth(rt, held, leaving_out(held, one), beside).bits
    return found


def _answers(rt: Runtime, customer: Customer) -> dict[int, Answer]:
    """Position of the answer in the log → the offer that it settled, and its decision."""
    offers = [one for one in rt.store.offers_of(possible_ids(customer.identifiers)) if one.outcome]
    found = {}
    for offer in offers:
        row = rt.store.decision(offer.decision_id)
        if row is not None:
            found[offer.settled_seq] = Answer(offer, row.decision)
    return found


def _stated(readings: Iterable[Tallied]) -> Callable[[Event], list[tuple[str, str]]]:
    """Reads the needs that an event states in so many words; those that are traits are lessons as traits."""
    places = [
        (one, [reader(Path.parse(path)) for path in one.of], [(reader(Path.parse(path)), scalar_text(value))
                                                              for path, value in one.where])
        for one in readings
        if one.reading is not None and one.reading.evidence == "stated" and one.about in ATTRIBUTES and one.of
        and one.of[0] not in MOMENTS and not one.of[0].startswith("traits.")
    ]  # fmt: skip

    def stated(event: Event) -> list[tuple[str, str]]:
        return [
            (one.about, text)
            for one, reads, wanted in places
            if one.event in (event.event, event.type)
            and all(any(scalar_text(value) == text for value in read(event)) for read, text in wanted)
            for read in reads
            for value in read(event)
            if (text := scalar_text(value)) is not None
        ]

    return stated


def _row(rt: Runtime, one: Lesson, bits: float | None, sensitive: bool) -> dict[str, Any]:
    hidden = one.sensitive and not sensitive
    shown = msgspec.structs.replace(one, value=None) if hidden else one
    action = rt.workspace.actions.get(one.about.partition("/")[0]) if one.kind == "answer" else None
    named = action.title if action is not None and action.title else one.about
    row = {
        "id": one.id,
        "kind": one.kind,
        "about": one.about,
        "value": shown.value,
        "before": one.before,
        "said": words.said(shown, named, "en"),
        "said_zh": words.said(shown, named, "zh"),
        "time": iso(one.time_us),
        "source": one.source,
        "channel": one.channel,
        "actor": one.actor,
        "event_id": one.message_id,
        "event_seq": one.seqs[0],
        "event_seqs": list(one.seqs),
        "bits": None if bits is None else round(bits, 4),
        "surprise_bits": None if one.surprise is None else round(one.surprise, 4),
        "sensitive": one.sensitive,
        "removed": one.removed,
    }
    if one.kind == "answer":
        row |= {"decision_id": one.decision_id, "action": one.about, "outcome": one.value}
    return row


def _follows(rt: Runtime, held: Held) -> list[dict[str, Any]]:
    """What follows from all contacts together, and from no single one: habits, shifts, the stage. None can be taken
    back: what somebody did is a fact, and goes only with an erasure."""
    profile = held.customer.profile
    known = differentiate.told(rt, held.customer.id, profile, differentiate.told_at(rt, held.customer.scores))
    needs = known.get("needs", {})
    rows = [
        {"kind": "habit", "about": one["facet"], "value": one["values"][0]["value"],
         "probability": one["values"][0]["probability"], "everybody": one["values"][0]["segment"],
         "evidence": one["evidence"]}
        for one in needs.get("facets", []) if one["known"] and one["values"]
    ]  # fmt: skip
    rows += [{"kind": "shift", "about": one["facet"], "before": one["from"], "value": one["to"], "since": one["since"]}
             for one in needs.get("changed", [])]  # fmt: skip
    stage = held.customer.scores.get("buying_stage")
    if stage:
        rows.append({"kind": "stage", "about": "buying_stage", "value": stage,
                     "probability": held.customer.scores.get("buying_probability")})  # fmt: skip
    return [row | {"said": words.follows(row, "en"), "said_zh": words.follows(row, "zh")} for row in rows]


def _competitor(rt: Runtime, now: depth.Depth, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What somebody who begins with nothing would have to learn, and how many questions that takes at least."""
    beyond = max(0.0, now.bits - now.chance)
    counted = [row for row in rows if not row["removed"] and (row["bits"] or 0.0) > 0.0]
    best = sorted(counted, key=lambda row: (-row["bits"], row["id"]))
    question = _question(rt)
    return {
        "bits": round(beyond, 4),
        "lessons": [{name: row[name] for name in ("id", "said", "said_zh", "bits")} for row in best[:5]],
        "bits_a_question": None if question is None else round(question, 4),
        "questions_least": None if not question else int(-(-beyond // question)),
    }


def _question(rt: Runtime) -> float | None:
    """Bits that the best question teaches on average of somebody of whom nothing is known; None before a refresh."""
    learnt = needs_learnt(rt)
    if learnt is None:
        return None
    part, model = learnt
    arrays = part.arrays(model)
    bits = [
        depth.of_question(arrays.share[0, arrays.first[n] : arrays.first[n + 1]], STATED_WEIGHT, facet.strength)
        for n, facet in enumerate(model.facets)
    ]
    return max(bits, default=None)
