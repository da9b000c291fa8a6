"""The rights of access and portability: all that is stored about one customer, as one document or as tables."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from rapport.core.customer import Customer
from rapport.core.decision import Chosen, Decision, Offer
from rapport.core.event import LINK, Event
from rapport.core.identifier import Identifier, Link, Refusal
from rapport.core.time import iso
from rapport.customize.because import because
from rapport.identify.graph import possible_ids
from rapport.loop import view
from rapport.loop.privacy import consent
from rapport.loop.runtime import Runtime
from rapport.loop.view.links import veil, veiled, veiled_refusal
from rapport.ports.store import ReviewRow

FORMAT: Final = 1
"""Changes when a reader of exports would have to."""
DECISIONS_MAX: Final = 1_000_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet might run."""
_MADE: Final = (1980, 1, 1, 0, 0, 0)
"""The same export is the same bytes, so its entries have no time of their own."""


def export(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """Everything stored about one customer; raises ``NotFound`` for somebody we have not met.

    ``customer`` is the 360° view as of now; each further entry is a list of plain records, all of them. Identifiers
    of other people, which refused and denied links name, are told by their kind alone.
    """
    customer = view.find(rt, who)
    own = {"id": customer.id}
    names = customer.identifiers
    offers = rt.store.offers_of(possible_ids(names))
    return {
        "format": FORMAT,
        "exported_at": iso(rt.clock.now_us()),
        "customer": view.show(rt, own, others=False),
        "identifiers": _identifiers(customer),
        "traits": _traits(rt, customer),
        "consents": consent.ledger(rt, own)["data"],
        "events": _events(rt, customer),
        "decisions": _decisions(rt, customer, offers),
        "offers": [_offer(one) for one in offers],
        "lessons": view.lessons(rt, own)["data"],
        "links": [_link(veiled(one, names)) for one in rt.store.links_of(names)],
        "refusals": [_refusal(veiled_refusal(one, names)) for one in rt.store.refusals_of(names)],
        "reviews": [_review(one, names) for one in rt.store.reviews_of(names)],
    }


def tables(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """An export as tables: its lists as they are, and the customer's features, scores and single facts by name."""
    facts = document["customer"]
    single = {name: value for name, value in facts.items() if not isinstance(value, dict | list)}
    by_name = {"customer": single, "features": facts["features"], "scores": facts["scores"]}
    named = {table: _pairs(known) for table, known in by_name.items()}
    return named | {name: rows for name, rows in document.items() if isinstance(rows, list)}


def _pairs(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in known.items()]


def archive(document: Mapping[str, Any]) -> bytes:
    """An export as a zip with one CSV file a table: UTF-8 without byte-order mark, a header line, RFC 4180.

    Lists and objects stand in a cell as JSON. A text that a spreadsheet might take for a formula, or that begins with
    an apostrophe, has an apostrophe put before it: ``plain`` takes it off again.
    """
    return packed(tables(document))


def packed(named: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Tables by name, as ``archive`` packs them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, rows in named.items():
            zipped.writestr(zipfile.ZipInfo(f"{name}.csv", _MADE), table_csv(rows), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def table_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Records as CSV text; a key that any of them has is a column.

    >>> table_csv([{"n": 1, "note": "=1+1"}, {"n": -2, "tags": ["a"]}]).splitlines()
    ['n,note,tags', "1,'=1+1,", '-2,,"[""a""]"']
    """
    text = io.StringIO(newline="")
    columns = list(dict.fromkeys(key for row in rows for key in row))
    write = csv.writer(text).writerow
    if columns:
        write(columns)
    for row in rows:
        write([_cell(row.get(column)) for column in columns])
    return text.getvalue()


def plain(cell: str) -> str:
    """The text that a cell of ours stands for.

    >>> plain("'=1+1"), plain("''tis"), plain("tea")
    ('=1+1', "'tis", 'tea')
    """
    return cell.removeprefix("'")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return f"'{value}" if value.startswith(("'", *_FORMULA)) else value


def _identifiers(customer: Customer) -> list[dict[str, Any]]:
    return [
        {"namespace": row.identifier.namespace, "value": row.identifier.value, "first_seen": iso(row.first_us),
         "shared": row.shared}
        for row in customer.names
    ]  # fmt: skip


def _traits(rt: Runtime, customer: Customer) -> list[dict[str, Any]]:
    """Every value that any source holds; ``shown`` marks the one that rules and pages see."""
    shown = rt.survivors.shown(customer.profile.traits, rt.clock.now_us())
    declared = rt.workspace.traits
    return [
        {
            "name": name,
            "value": held.value,
            "source": held.source,
            "time": iso(held.time),
            "event_seq": held.seq,
            "shown": shown.get(name) == held,
            "kind": declared[name].kind if name in declared else "",
            "purpose": declared[name].purpose if name in declared else "",
        }
        for name, values in sorted(customer.profile.traits.items())
        for held in values
    ]


def _events(rt: Runtime, customer: Customer) -> list[dict[str, Any]]:
    stored = rt.store.events_of([row.id for row in customer.names])
    return [_event(event, one.seq) for one in stored if (event := one.event).type != LINK]


def _event(event: Event, seq: int) -> dict[str, Any]:
    """The record as the log holds it, with its position and with moments that people can read."""
    told: dict[str, Any] = msgspec.to_builtins(event)
    moments = {"time": event.time, "receivedAt": event.received_at, "originalTimestamp": event.original_timestamp,
               "sentAt": event.sent_at}  # fmt: skip
    return {"seq": seq, **told, **{name: iso(moment) for name, moment in moments.items() if moment is not None}}


def _decisions(rt: Runtime, customer: Customer, offers: Iterable[Offer]) -> list[dict[str, Any]]:
    outcomes = {(offer.decision_id, offer.action): offer.outcome for offer in offers}
    rows = rt.store.decisions_of(possible_ids(customer.identifiers), DECISIONS_MAX)
    return [_decision(rt, row.decision, outcomes) for row in rows]


def _decision(rt: Runtime, decision: Decision, outcomes: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    lists = (decision.candidates, decision.mean, decision.spread, decision.weight, decision.choice_probability)
    keys = ("action", "mean", "spread", "weight", "probability")
    return {
        "decision_id": decision.id,
        "made_at": iso(decision.made_at),
        "made_as": decision.customer_id,
        "asked_as": decision.subject,
        "slot": decision.slot,
        "personalized": decision.personalized,
        "impersonal": decision.impersonal,
        "context": decision.context,
        "inputs": decision.inputs,
        "items": [_item(rt, decision, pick, outcomes) for pick in decision.chosen],
        "candidates": [dict(zip(keys, one, strict=True)) for one in zip(*lists, strict=True)],
        "excluded": [{"action": one.action, "reason": one.reason} for one in decision.excluded],
        "seed": str(decision.seed),
        "model": decision.model,
        "definitions": decision.definitions,
    }


def _item(rt: Runtime, decision: Decision, pick: Chosen, outcomes: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    reasons = because(decision, pick, rt.workspace.actions, zone=rt.zone, currency=rt.workspace.settings.currency)
    told: dict[str, Any] = msgspec.to_builtins(pick)
    return told | {
        "because": msgspec.to_builtins(reasons),
        "sentence": rt.sentences.of(decision, pick),
        "outcome": outcomes.get((decision.id, pick.action), ""),
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "decision_id": offer.decision_id,
        "action": offer.action,
        "offered_as": offer.customer_id,
        "offered_at": iso(offer.made_at),
        "closes_at": iso(offer.closes_at),
        "outcome": offer.outcome,
        "value": offer.value,
        "event_seq": offer.settled_seq,
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "kind": link.kind,
        "a": str(link.a),
        "b": str(link.b),
        "rule": link.rule,
        "actor": link.actor,
        "evidence": link.evidence,
        "time": iso(link.time_us),
        "event_seq": link.event_seq,
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "a": str(refusal.a),
        "b": str(refusal.b),
        "reason": refusal.reason,
        "first_seq": refusal.first_seq,
        "last_seq": refusal.last_seq,
        "times": refusal.times,
    }


def _review(review: ReviewRow, own: Sequence[Identifier]) -> dict[str, Any]:
    """Without the evidence, which compares the customer with somebody else."""
    return {
        "a": str(veil(review.a, own)),
        "b": str(veil(review.b, own)),
        "status": review.status,
        "probability": review.probability,
        "found_at": iso(review.found_at),
        "decided_at": iso(review.decided_at) if review.decided_at else "",
        "decided_by": review.decided_by,
    }
