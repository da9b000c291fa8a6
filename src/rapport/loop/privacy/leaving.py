"""What leaves a store with some people, and what changes for those who stay.

Found by content, not by what the fold knows, so that a backup, whose log may not be folded to its end, is searched the
same way. The identifiers decide: every event that belongs to one of them, every act that names one, every decision made
for one. Events of others that only mention one stay, without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from rapport.core.customer import IdentifierRow
from rapport.core.decision import Decision, DecisionRow, decode_decision, encode_decision
from rapport.core.event import Event, StoredEvent, decode_event, encode_event
from rapport.core.identifier import ANONYMOUS_ID, Identifier
from rapport.core.linkage import MODEL as LINKING
from rapport.identify.graph import PREVIOUS, Key, mentioned, possible_ids
from rapport.identify.traces import Traces
from rapport.loop.deciding.catalogue import MODEL as RECOMMENDING
from rapport.loop.deciding.uplifts import STATE as UPLIFT
from rapport.loop.demand.report import STATE as DEMAND
from rapport.loop.learning.depth_report import STATE as DEPTH
from rapport.loop.learning.findings import STATE as FINDINGS
from rapport.loop.learning.learner import MODEL
from rapport.loop.learning.second import BOOSTED
from rapport.ports.store import Erasure, Store
from rapport.workspace.definitions import Identity

SEARCHED_MAX: Final = 200
"""Up to so many identifiers are searched in the log by the database; more in one pass over it."""
_PAGE: Final = 5_000
_REJECTIONS: Final = 100_000
_ANONYMOUS_ONLY: Final = {ANONYMOUS_ID}
_PROJECTION: Final = "projection:"
_COPIED: Final = "copy:"
"""Definitions in a backup; a word of theirs means no person."""


@dataclass(slots=True)
class Leaving:
    """One removal, planned: what the store does at once, and what has to follow."""

    traces: Traces
    erasure: Erasure = field(default_factory=Erasure)
    refold: list[str] = field(default_factory=list)
    """Customers who stay and whose profile changes with their events."""
    rebuild: bool = False
    """Whether somebody who stays would have been stitched otherwise: then the log is replayed."""
    exported: bool = False
    """Whether events of others change in parts that the warehouse has."""
    relearn: bool = False
    """Whether the model learnt from the people who leave."""
    own: dict[int, Event] = field(default_factory=dict)
    """Their events by position."""
    others: dict[int, Event] = field(default_factory=dict)
    """Events of others that mention them, as they were."""


def leaving(
    store: Store, identifiers: Collection[Identifier], identity: Identity, also: Collection[str] = ()
) -> Leaving:
    """Plans a removal; ``also`` are customer ids that are theirs beside those that their identifiers tell."""
    plan = Leaving(Traces(identifiers, identity))
    _events(store, plan)
    orphans = _orphans(store, plan)
    if orphans:
        plan = Leaving(Traces({*identifiers, *orphans}, identity), rebuild=plan.rebuild)
        _events(store, plan)
    _people(store, plan, also)
    _rewrite(store, plan)
    _decisions(store, plan)
    _rest(store, plan)
    return plan


def _events(store: Store, plan: Leaving) -> None:
    for stored in mentions(store, plan.traces):
        event = decode_event(stored.body)
        if plan.traces.owns(event):
            plan.own[stored.seq] = event
        else:
            plan.others[stored.seq] = event
    folded = store.cursors().event
    plan.erasure.seqs = sorted(
        seq for seq, event in plan.own.items() if seq > folded or event.owner not in plan.traces.identifiers
    )


def mentions(store: Store, traces: Traces, after: int = 0) -> Iterator[StoredEvent]:
    """Every event after a position that may mention one of the identifiers; of many only those that carry one.

    The database finds what is written as it is kept. A telephone number has too many spellings for that: its digits are
    looked for in every event, once.
    """
    if len(traces.identifiers) <= SEARCHED_MAX:
        found = store.events_holding(traces.needles, after)
        yield from found
        known = {stored.seq for stored in found}
        while traces.numbers and (page := store.read_log(after, _PAGE)):
            yield from (one for one in page if traces.calls(one.body) and one.seq not in known)
            after = page[-1].seq
        return
    keys = {(one.namespace, one.value) for one in traces.identifiers}
    while page := store.read_log(after, _PAGE):
        for stored in page:
            if not keys.isdisjoint(_named(stored.body)):
                yield stored
        after = page[-1].seq


class _Named(msgspec.Struct):
    """The part of an event that names people; of a long log nothing else is decoded."""

    identifiers: dict[str, str]
    properties: dict[str, msgspec.Raw] = {}


_decode_named = msgspec.json.Decoder(_Named).decode


def _named(body: bytes) -> Iterable[Key]:
    """Every identifier that an event mentions."""
    found = _decode_named(body)
    if PREVIOUS in found.properties or "other" in found.properties:
        return mentioned(decode_event(body))
    return found.identifiers.items()


def _orphans(store: Store, plan: Leaving) -> list[Identifier]:
    """Identifiers that only their events mention, although they were refused them: they would stay without a reason.

    One that others mention later would have been first seen there; whose it is then follows from the log alone.
    """
    keys = {key for event in plan.own.values() for key in mentioned(event)}
    strangers = {Identifier(*key) for key in keys} - plan.traces.identifiers
    first_here = [name for name, row in store.identifiers(strangers).items() if row.first_seq in plan.own]
    found: list[Identifier] = []
    for name in first_here:
        if len(first_here) > SEARCHED_MAX or _seen_elsewhere(store, name, plan):
            plan.rebuild = True
        else:
            found.append(name)
    return found


def _seen_elsewhere(store: Store, name: Identifier, plan: Leaving) -> bool:
    key: Key = (name.namespace, name.value)
    holding = store.events_holding(Traces([name], Identity()).needles)
    return any(key in mentioned(one.event) for one in holding if one.seq not in plan.own)


def _people(store: Store, plan: Leaving, also: Collection[str]) -> None:
    erasure, names = plan.erasure, plan.traces.identifiers
    rows = store.identifiers(names)
    erasure.identifiers = sorted(rows.values(), key=lambda row: row.id)
    customers = {row.customer_id for row in rows.values()}
    staying = {row.customer_id for row in store.identifiers_of(customers) if row.identifier not in names}
    if staying:
        # A backup may know somebody as one person who has been two since: whoever stays is folded anew.
        plan.rebuild = True
    gone = customers - staying
    aliases = {alias for customer_id in gone for alias in store.aliases_of(customer_id)}
    erasure.customer_ids = sorted({*also, *gone, *aliases, *possible_ids(names)} - staying)
    erasure.others = list(_neighbours(store, plan, rows))


def _neighbours(store: Store, plan: Leaving, rows: dict[Identifier, IdentifierRow]) -> Iterator[IdentifierRow]:
    """Identifiers of others that remember to have been seen beside one that leaves."""
    gone = {f"{row.identifier.namespace}:{row.id}" for row in rows.values()}
    events = [*plan.own.values(), *plan.others.values()]
    keys = {Identifier(*key) for event in events for key in mentioned(event)} - rows.keys()
    for row in store.identifiers(keys).values():
        beside = tuple(seen for seen in row.beside if seen not in gone)
        if beside == row.beside:
            continue
        if row.shared:
            # It may be shared no more: who else was seen with it is not remembered, and is read off the log.
            plan.rebuild = True
        yield msgspec.structs.replace(row, beside=beside)


def _rewrite(store: Store, plan: Leaving) -> None:
    """Events of others, without the identifiers; whose profile they change."""
    owners: set[Identifier] = set()
    for seq, event in sorted(plan.others.items()):
        cleaned = plan.traces.without(event)
        if cleaned is event:
            continue
        plan.erasure.events.append(StoredEvent(seq, encode_event(cleaned)))
        exported = _parts(cleaned) != _parts(event)
        plan.exported |= exported
        if exported or cleaned.identifiers.keys() == _ANONYMOUS_ONLY:
            owners.add(event.owner)
    plan.refold = sorted({row.customer_id for row in store.identifiers(owners).values()})


def _parts(event: Event) -> tuple[object, ...]:
    return event.properties, event.traits, event.context


def _decisions(store: Store, plan: Leaving) -> None:
    erasure, traces = plan.erasure, plan.traces
    plan.relearn = any(offer.outcome for offer in store.offers_of(erasure.customer_ids))
    names, ids = {str(one) for one in traces.identifiers}, set(erasure.customer_ids)
    for row in _records(store, traces):
        if row.customer_id in ids:
            continue
        decision = decode_decision(row.body)
        if decision.subject in names:
            erasure.decisions.append(row.id)
            continue
        cleaned = _without(decision, traces)
        if cleaned != decision:
            erasure.remade.append(msgspec.structs.replace(row, body=encode_decision(cleaned)))
    plan.relearn |= any(offer.outcome for offer in store.offers(erasure.decisions))


def _records(store: Store, traces: Traces) -> Iterator[DecisionRow]:
    """Decisions that may be about them."""
    few = len(traces.identifiers) <= SEARCHED_MAX
    known: set[int] = set()
    if few:
        words = {spelt for word in traces.words for spelt in (word, word.lower(), word.upper())}
        texts = [*map(_bytes, sorted(traces.identifiers)), *map(str.encode, [*traces.telling, *sorted(words)])]
        found = store.decisions_holding(texts)
        known = {row.seq for row in found}
        yield from found
    after = 0
    while (traces.numbers or not few) and (page := store.read_decisions(after, _PAGE)):
        yield from (row for row in page if not few or (traces.calls(row.body) and row.seq not in known))
        after = page[-1].seq


def _bytes(identifier: Identifier) -> bytes:
    return str(identifier).encode()


def _without(decision: Decision, traces: Traces) -> Decision:
    return msgspec.structs.replace(decision, inputs=traces.tree(decision.inputs), context=traces.tree(decision.context))


def _rest(store: Store, plan: Leaving) -> None:
    """Models, and for a few people refused calls and small state, that hold something of theirs."""
    erasure, traces = plan.erasure, plan.traces
    erasure.dropped += [UPLIFT, FINDINGS, DEPTH, DEMAND]
    if plan.relearn:
        erasure.models += [MODEL, BOOSTED]
    if plan.own and store.state(RECOMMENDING):
        erasure.models.append(RECOMMENDING)
        erasure.dropped.append(RECOMMENDING)
    if len(traces.identifiers) > SEARCHED_MAX:
        return
    erasure.rejections = [
        row.id for row in store.rejections(_REJECTIONS)
        if traces.in_call(row.body) or traces.in_text(row.message_id) or traces.in_text(row.reason)
    ]  # fmt: skip
    linking = store.model(LINKING)
    if linking is not None and _says(linking.body, traces.telling, traces):
        erasure.models.append(LINKING)
    needles = [*traces.telling, *erasure.customer_ids]
    for name, value in store.states("").items():
        named = _says(name.encode(), needles, traces)
        if not (named or (_holds(value, needles) if name.startswith(_COPIED) else _says(value, needles, traces))):
            continue
        if name.startswith(_PROJECTION):
            plan.rebuild = True
        cleaned = _clean_state(value, needles, traces)
        if cleaned is None or named:
            erasure.dropped.append(name)
        else:
            erasure.state[name] = cleaned


def _holds(body: bytes, texts: Collection[str]) -> bool:
    return any(text.encode() in body for text in texts)


def _says(body: bytes, texts: Collection[str], traces: Traces) -> bool:
    """Whether a small record holds any of some texts, or an identifier as people write it."""
    return _holds(body, texts) or traces.in_text(body.decode(errors="replace"))


def _clean_state(value: bytes, needles: Collection[str], traces: Traces) -> bytes | None:
    """A JSON state without them; None for what cannot be cleaned, and goes."""
    try:
        tree = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not isinstance(tree, dict):
        return None
    cleaned = msgspec.json.encode(traces.tree(tree))
    return None if _says(cleaned, needles, traces) else cleaned
