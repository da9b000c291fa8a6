"""The log, folded: identities stitched, profiles and features moved, offers settled, the model taught.

One process folds at a time (the store's lease). Each step reads some events after the cursor and writes all that
they change in one transaction with the new cursor, so a step happens once or not at all. Every piece is a
commutative fold; an event that arrives late lands where it belongs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rapport.core.customer import Profile, decode_profile, encode_profile
from rapport.core.decision import DecisionRow, Offer
from rapport.core.ecommerce import OFFER_IGNORED
from rapport.core.errors import Busy
from rapport.core.event import LESSON, OURS, SEGMENT, Event, LogEntry, decode_event, encode_event
from rapport.core.identifier import Identifier, Link, Refusal
from rapport.core.lesson import read_said
from rapport.customize.elicit import picks
from rapport.differentiate.history import State as History
from rapport.differentiate.history import decode_history
from rapport.identify import profile as traits
from rapport.identify.graph import Graph, possible_ids
from rapport.identify.stitch import count_refused
from rapport.learn import attribution
from rapport.loop.definitions import refold_if_changed
from rapport.loop.identities import restitch
from rapport.loop.learning import meanings
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing.differentiate import rescored
from rapport.loop.refreshing.memberships import Kept, keep
from rapport.loop.runtime import Runtime
from rapport.ports.store import FoldBatch

STEP_EVENTS = 1_000
STEP_EVENTS_MIN = 50
STEP_DECISIONS = 2_000
NEVER = 2**63 - 1
"""A position that no event of the log reaches."""
_SAID_OF_THEM = frozenset({SEGMENT, LESSON})
WAIT_S = 0.005
WAITS_MAX = 2_000
"""So often the lease is asked for again: ten seconds, a hundred steps of whoever holds it."""


@dataclass(slots=True)
class _Step:
    """What one step has read and changed so far."""

    graph: Graph
    profiles: dict[str, Profile]
    touched: set[str] = field(default_factory=set)
    histories: dict[str, History] = field(default_factory=dict)
    """Histories that this step read, by customer."""
    moved: dict[str, int] = field(default_factory=dict)
    """Customers whom a live event touched since the last refresh, or whom staff noted as having switched
    personalisation → when the newest of them came (µs)."""
    removed: list[str] = field(default_factory=list)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    refusals: dict[tuple[Identifier, Identifier], Refusal] = field(default_factory=dict)
    owned: list[tuple[int, int]] = field(default_factory=list)
    offers: dict[tuple[str, str], Offer] = field(default_factory=dict)
    """Offers this step opened or settled."""
    refreshed_at: int = 0
    refreshed_seq: int = NEVER
    """The log's position up to which the last refresh counted."""
    opened: dict[str, list[Offer]] = field(default_factory=dict)
    """Offers this step opened, by customer."""


def fold(rt: Runtime, limit: int = STEP_EVENTS) -> int:
    """One step: returns how many events and decisions it consumed; 0 when caught up or when another process folds."""
    with rt.store.fold_lease() as mine:
        if not mine:
            rt.learner.follow(rt.store)
            return 0
        consumed = _step(rt, limit)
        if not consumed:
            # Another process may have rewritten the past: then the model is another one.
            rt.learner.follow(rt.store)
        return consumed


@contextmanager
def alone(rt: Runtime) -> Iterator[None]:
    """Nobody else folds inside; waits for the step that is under way. Raises ``Busy`` when it does not end."""
    for _ in range(WAITS_MAX):
        with rt.store.fold_lease() as mine:
            if mine:
                yield
                return
        time.sleep(WAIT_S)
    raise Busy("another process is folding the log", hint="wait until it has caught up, then ask again")


def begin(rt: Runtime) -> None:
    """Before the first step: starts over where other definitions made the projection."""
    with rt.store.fold_lease() as mine:
        if mine:
            refold_if_changed(rt)
            meanings.note(rt)


def catch_up(rt: Runtime, progress: Callable[[str, float], None] | None = None) -> int:
    """Folds until nothing is left, or not at all while another process folds; returns how much it consumed."""
    with rt.store.fold_lease() as mine:
        if mine:
            return fold_all(rt, progress)
    rt.learner.follow(rt.store)
    return 0


def fold_all(rt: Runtime, progress: Callable[[str, float], None] | None = None) -> int:
    """Folds until nothing is left, for who holds the lease; returns how many events and decisions it consumed."""
    refold_if_changed(rt)
    meanings.note(rt)
    last = rt.store.last_seq()
    start = rt.store.cursors().event
    total = 0
    limit = STEP_EVENTS
    while consumed := _step(rt, limit):
        total += consumed
        # Where turns come thick, most of a long step would be read for nothing.
        limit = min(STEP_EVENTS, max(STEP_EVENTS_MIN, 2 * consumed if consumed < limit else 2 * limit))
        if progress is not None and last > start:
            progress("folding the log", min(1.0, (rt.store.cursors().event - start) / (last - start)))
    rt.learner.checkpoint(rt.store, rt.clock.now_us())
    return total


def close_windows(rt: Runtime, limit: int = 1_000) -> int:
    """Silence is an answer: appends an ``Offer Ignored`` event for every offer whose window has closed."""
    now_us = rt.clock.now_us()
    closing = rt.store.offers_closing(now_us, limit)
    if not closing:
        return 0
    subjects = {
        offer.decision_id: row.decision.subject for offer in closing if (row := rt.store.decision(offer.decision_id))
    }
    entries = [
        _ignored(offer, subjects[offer.decision_id], now_us) for offer in closing if offer.decision_id in subjects
    ]
    rt.store.append(entries).result()
    return len(entries)


def _ignored(offer: Offer, subject: str, now_us: int) -> LogEntry:
    owner = Identifier.parse(subject)
    message_id = f"ignored:{offer.decision_id}:{offer.action}"
    event = Event(
        message_id=message_id,
        type="track",
        event=OFFER_IGNORED,
        subject=subject,
        identifiers={owner.namespace: owner.value},
        time=now_us,
        received_at=now_us,
        properties={"decision_id": offer.decision_id, "action": offer.action},
        source="rapport",
    )
    return LogEntry(message_id, encode_event(event))


def _step(rt: Runtime, limit: int) -> int:
    turn = restitch.waiting(rt)
    if turn is not None:
        restitch.take(rt, turn)
        rt.learner.follow(rt.store)
        return 1
    cursors = rt.store.cursors()
    # Read before the decisions: what these events answer was decided by then.
    stored = rt.store.read_log(cursors.event, limit)
    decisions = rt.store.read_decisions(cursors.decision, STEP_DECISIONS)
    if len(decisions) == STEP_DECISIONS:
        # There may be more: the events wait until every offer that they may answer is open.
        stored = []
    if not stored and not decisions:
        return 0
    events = [(row.seq, decode_event(row.body)) for row in stored]
    step = _begin(rt, [event for _, event in events])
    _open_offers(rt, step, decisions)
    folded, turn = _fold_until_turn(rt, step, events)
    for customer_id, history in step.histories.items():
        step.profiles[customer_id].history = rt.histories.encode(history)
    kept = _scores(rt, step)
    batch = FoldBatch(
        event_cursor=stored[folded - 1].seq if folded else cursors.event,
        decision_cursor=decisions[-1].seq if decisions else cursors.decision,
        identifiers=step.graph.changed(),
        links=step.links,
        refusals=list(step.refusals.values()),
        aliases=step.aliases,
        profiles=[(customer_id, encode_profile(step.profiles[customer_id])) for customer_id in sorted(step.touched)],
        scores=list(kept.scores),
        removed=step.removed,
        owned=step.owned,
        offers=list(step.offers.values()),
        state={**kept.state, **({restitch.STATE: restitch.encode_turn(turn)} if turn else {})},
    )
    rt.store.apply(batch).result()
    rt.learner.follow(rt.store)
    return folded + len(decisions)


def _begin(rt: Runtime, events: list[Event]) -> _Step:
    """Reads everything the events may touch, in a few statements."""
    apart = [(line.a, line.b) for line in rt.store.links_apart()]
    graph = Graph(next_id=rt.store.next_identifier_id(), apart=apart)
    known = rt.store.identifiers(graph.missing(events))
    customer_ids = {row.customer_id for row in known.values()}
    graph.load(rt.store.identifiers_of(customer_ids))
    stored = rt.store.customers(customer_ids)
    profiles = {customer_id: decode_profile(row.profile) for customer_id, row in stored.items()}
    refreshed = last_refresh(rt)
    if refreshed is None:
        return _Step(graph, profiles)
    return _Step(graph, profiles, refreshed_at=refreshed.as_of, refreshed_seq=refreshed.last_seq)


def _open_offers(rt: Runtime, step: _Step, rows: list[DecisionRow]) -> None:
    for row in rows:
        for offer in attribution.open_offers(row.made, rt.workspace.actions, rt.workspace.settings):
            step.offers[offer.decision_id, offer.action] = offer
            step.opened.setdefault(offer.customer_id, []).append(offer)


def _fold_until_turn(rt: Runtime, step: _Step, events: list[tuple[int, Event]]) -> tuple[int, restitch.Turn | None]:
    """Folds events up to the first that changes the past; what follows waits until the past is in order."""
    for place, (seq, event) in enumerate(events, start=1):
        if turned := _fold_one(rt, step, event, seq):
            return place, restitch.Turn.of(event, seq, turned)
    return len(events), None


def _fold_one(rt: Runtime, step: _Step, event: Event, seq: int) -> tuple[Identifier, ...]:
    """Folds an event; returns the identifiers whose past it changed."""
    if event.type in _SAID_OF_THEM and step.graph.row(event.owner) is None:
        # Somebody left meanwhile: what was said of him brings nobody back.
        return ()
    stitch = rt.stitcher.stitch(step.graph, event, seq)
    step.links.extend(stitch.links)
    for refused in stitch.refused:
        count_refused(step.refusals, refused, seq)
    for absorbed, surviving in stitch.merges:
        _absorb(rt, step, absorbed, surviving)
    step.owned.append((stitch.owner.id, seq))
    if event.type == LESSON and read_said(event).kind != "note":
        return (*stitch.turn, event.owner)
    if event.type in OURS:
        return stitch.turn
    customer_id = stitch.customer_id
    profile = step.profiles.get(customer_id)
    if profile is None:
        profile = step.profiles[customer_id] = Profile()
    was_personal = traits.personalized(profile)
    traits.add(profile, event, seq)
    switched = traits.personalized(profile) != was_personal
    rt.features.add(profile.features, event, seq)
    picks.keep(profile, event, seq)
    if rt.histories.concerns(event):
        rt.histories.add(_history(step, customer_id, profile), event, seq)
    step.touched.add(customer_id)
    if ((event.live or switched) and seq > step.refreshed_seq) or customer_id in rt.learnt.replayed:
        step.moved[customer_id] = max(event.received_at, step.moved.get(customer_id, 0))
    if event.live and event.event in rt.answering_events:
        _settle(rt, step, event, seq, customer_id)
    return stitch.turn


def _history(step: _Step, customer_id: str, profile: Profile) -> History:
    history = step.histories.get(customer_id)
    if history is None:
        history = step.histories[customer_id] = decode_history(profile.history)
    return history


def _scores(rt: Runtime, step: _Step) -> Kept:
    """The scores of customers whom live events moved, as of the newest of these, and what segments they changed."""
    if not step.moved:
        return Kept([], {})
    found = [(customer_id, step.profiles[customer_id]) for customer_id in sorted(step.moved)]
    as_of = max(step.refreshed_at, *step.moved.values())
    return keep(rt, list(rescored(rt, found, as_of)), as_of, subjects=lambda one: _subject(step, one))


def _subject(step: _Step, customer_id: str) -> str:
    """The oldest name of a customer that is his alone."""
    own = [row for row in step.graph.of(customer_id) if not row.shared]
    return str(min(own, key=lambda row: row.id).identifier) if own else ""


def _absorb(rt: Runtime, step: _Step, absorbed: str, surviving: str) -> None:
    """One customer's profile goes into another's; the old id keeps answering as an alias."""
    gone = step.profiles.pop(absorbed, None)
    if gone is not None:
        into = step.profiles.setdefault(surviving, Profile())
        traits.merge(into, gone)
        rt.features.merge(into.features, gone.features)
        picks.merge(into, gone)
        history = step.histories.pop(absorbed, None) or decode_history(gone.history)
        if history:
            rt.histories.merge(_history(step, surviving, into), history)
        step.touched.add(surviving)
    step.touched.discard(absorbed)
    step.histories.pop(absorbed, None)
    if absorbed in step.moved:
        step.moved[surviving] = max(step.moved.pop(absorbed), step.moved.get(surviving, 0))
    step.removed.append(absorbed)
    step.aliases.append((absorbed, surviving))


def _settle(rt: Runtime, step: _Step, event: Event, seq: int, customer_id: str) -> None:
    """Closes the offers that this event answers."""
    for offer in attribution.settle(event, seq, _open_for(rt, step, event, customer_id), rt.workspace.actions):
        step.offers[offer.decision_id, offer.action] = offer


def _open_for(rt: Runtime, step: _Step, event: Event, customer_id: str) -> list[Offer]:
    """The offers still open for this customer (under any id they ever had) or named by this response."""
    ids = possible_ids(row.identifier for row in step.graph.of(customer_id))
    candidates = rt.store.offers_of(ids, open_only=True)
    candidates += rt.store.offers([str(event.properties.get("decision_id", ""))])
    candidates += [offer for owner in ids for offer in step.opened.get(owner, [])]
    current = {(offer.decision_id, offer.action): offer for offer in candidates}
    current |= {key: step.offers[key] for key in current if key in step.offers}
    return [offer for offer in current.values() if not offer.outcome]
