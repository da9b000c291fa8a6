"""The consent ledger of one customer: every word on every purpose with its proof, and which of them holds now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rapport.core.customer import TraitValue
from rapport.core.errors import InvalidInput, NotFound
from rapport.core.event import Event, entry
from rapport.core.identifier import Identifier
from rapport.core.time import iso
from rapport.identify import consent
from rapport.identify.normalise import is_plain
from rapport.loop.runtime import Runtime
from rapport.loop.who import CUSTOMER_ID, whom

CONSENT_STATED = "Consent Stated"
"""The event by which staff enters what a customer said; the customer's own clients send consent with any event."""
NAME_MAX = 100


class Word(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a customer said to a member of staff: on the telephone, on paper, at the desk."""

    purpose: str
    """``marketing``, ``personalization``, ``sharing``, …"""
    given: bool
    channel: str = ""
    """Only in this channel: ``email``; empty for all."""
    proof: str | dict[str, str | int | float | bool] = ""
    """Where the proof lies: a form and its version, a recording's number, a letter's date."""


def ledger(rt: Runtime, who: Mapping[str, str]) -> dict[str, Any]:
    """All statements of a customer, newest first, as ``data``; what holds of each category and why, as ``now``.

    Raises ``NotFound`` for somebody we have not met.
    """
    customer_id, _ = _known(rt, who)
    placed = _stated(rt, customer_id)
    newest: dict[str, dict[str, Any]] = {}
    held: dict[str, TraitValue] = {}
    for time_us, seq, told in placed:
        name = told["category"]
        if name not in newest:
            told["holds"] = True
            newest[name], held[name] = told, TraitValue(told["given"], time_us, seq, told["source"])
    now = [_now(held, newest, name) for name in sorted({*held, *consent.GIVEN_UNTIL_WITHDRAWN})]
    return {"customer_id": customer_id, "now": now, "data": [told for _, _, told in placed], "next_cursor": None}


def state(rt: Runtime, who: Mapping[str, str], word: Word, *, actor: str) -> dict[str, Any]:
    """Enters what a customer said, durably; ``actor`` is who enters it. It holds once the log is folded.

    Raises ``NotFound`` for somebody we have not met, ``InvalidInput`` for a purpose, channel or actor without a name.
    """
    name = consent.category(_named("purpose", word.purpose), _named("channel", word.channel, empty=True))
    if "." in word.purpose:
        hint = "name the channel by itself"
        raise InvalidInput(f"a purpose with a dot, '{word.purpose[:NAME_MAX]}'", where="purpose", hint=hint)
    _, subject = _known(rt, who)
    now_us = rt.clock.now_us()
    carried: dict[str, Any] = {"categoryPreferences": {name: word.given}, "actor": _named("actor", actor)}
    if proof := consent.kept_proof(word.proof):
        carried["proof"] = proof
    event = Event(
        message_id=rt.chance.new_id("consent_"),
        type="track",
        event=CONSENT_STATED,
        subject=str(subject),
        identifiers={subject.namespace: subject.value},
        time=now_us,
        received_at=now_us,
        context={"consent": carried},
        source=actor,
        live=False,
    )
    rt.store.append([entry(event)]).result()
    return {"event_id": event.message_id, "category": name, "given": word.given, "time": iso(now_us), "actor": actor}


def _named(field: str, text: str, *, empty: bool = False) -> str:
    name = text.strip()
    if not (name or empty) or len(name) > NAME_MAX or not is_plain(name):
        hint = f"name it in plain text of at most {NAME_MAX} characters"
        raise InvalidInput(f"no {field}" if not name else f"{field} {name[:NAME_MAX]!r}", where=field, hint=hint)
    return name


def _known(rt: Runtime, who: Mapping[str, str]) -> tuple[str, Identifier]:
    """The id of a customer we have met, and the name to which a statement belongs.

    That is the name asked for; else the strongest that the customer shares with nobody.
    """
    asked, customer_id, found = whom(rt, who)
    if found is None:
        raise NotFound(f"no customer with {asked}", hint="check the spelling; events that wait are not folded yet")
    if CUSTOMER_ID not in who and "customer_id" not in who:
        return customer_id, asked
    ranks = {name: rank for rank, name in enumerate(rt.normalisers)}
    rows = rt.store.identifiers_of([customer_id])
    best = min(rows, key=lambda row: (row.shared, ranks.get(row.identifier.namespace, len(ranks)), row.id))
    return customer_id, best.identifier


def _stated(rt: Runtime, customer_id: str) -> list[tuple[int, int, dict[str, Any]]]:
    """When (µs), at which log position, and what a customer stated, newest first."""
    numbers = [row.id for row in rt.store.identifiers_of([customer_id])]
    # Most events say nothing of consent; looking at the bytes first saves decoding them.
    speaking = [stored for stored in rt.store.events_of(numbers) if b'"consent"' in stored.body]
    found = [one for stored in speaking for one in _of(stored.event, stored.seq)]
    return sorted(found, key=lambda one: (one[0], one[1], one[2]["category"]), reverse=True)


def _of(event: Event, seq: int) -> list[tuple[int, int, dict[str, Any]]]:
    return [(event.time, seq, _told(event, seq, statement)) for statement in consent.statements(event.context)]


def _told(event: Event, seq: int, statement: consent.Statement) -> dict[str, Any]:
    purpose, _, channel = statement.category.partition(".")
    return {
        "category": statement.category,
        "purpose": purpose,
        "channel": channel,
        "given": statement.given,
        "time": iso(event.time),
        "received_at": iso(event.received_at),
        "stated_as": event.subject,
        "source": event.source,
        "actor": statement.actor,
        "proof": statement.proof,
        "event_id": event.message_id,
        "event_seq": seq,
        "holds": False,
    }


def _now(held: Mapping[str, TraitValue], newest: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
    """Whether a category is allowed now, and by which statement."""
    purpose, _, channel = name.partition(".")
    found = consent.deciding(held, purpose, channel)
    allowed = consent.allowed(held, purpose, channel)
    told = newest[found[0]] if found else None
    return {
        "category": name,
        "purpose": purpose,
        "channel": channel,
        "allowed": allowed,
        "because": _because(told) if told else _by_default(allowed),
        "event_id": told["event_id"] if told else "",
    }


def _because(told: Mapping[str, Any]) -> str:
    verb = "given" if told["given"] else "withdrawn"
    by = f"entered by {told['actor']}" if told["actor"] else f"through {told['source'] or 'an unnamed source'}"
    proof = f"; proof: {_words(told['proof'])}" if told["proof"] else ""
    return f"{told['category']} was {verb} on {told['time'][:10]} as {told['stated_as']}, {by}{proof}"


def _by_default(allowed: bool) -> str:
    return f"nothing was stated: {'it holds until it is withdrawn' if allowed else 'it has to be given first'}"


def _words(proof: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in proof.items()) if isinstance(proof, dict) else str(proof)
