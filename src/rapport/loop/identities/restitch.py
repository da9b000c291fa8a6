"""The past changed: the customers concerned are stitched, folded and scored anew, as they would have been.

The fold sees an event that changes the past (an identifier turns out to be shared; a person unmerges, merges, or
tells two people apart; a lesson is taken back or restored), writes it down as the ``Turn`` in the same transaction, and
stops there. The next step is ``take``: one transaction, so a crash between the two loses nothing. Decisions and offers
stay as made: they are facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from rapport.core.acts import MANUAL, Act, read_act
from rapport.core.customer import IdentifierRow, Profile, encode_profile
from rapport.core.event import LINK, OURS, Event, decode_event
from rapport.core.identifier import Identifier, Link
from rapport.customize.elicit import picks
from rapport.identify import profile as traits
from rapport.identify.graph import Graph, new_customer_id
from rapport.identify.ledger import RESTITCHED, standing
from rapport.identify.restitch import Region, Restitched, corrections, part, restitch
from rapport.identify.stitch import ACTOR
from rapport.learn.lessons.withdrawal import LeftOut, left_out, without
from rapport.loop.learning import withdrawn
from rapport.loop.learning.learner import MODEL
from rapport.loop.refreshed import last_refresh
from rapport.loop.refreshing.differentiate import rescored
from rapport.loop.refreshing.memberships import Kept, keep
from rapport.loop.runtime import Runtime
from rapport.ports.store import FoldBatch

STATE = "projection:turn"
"""Name of the small state in which a turn waits."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What changed the past: the event's place and time, the identifiers concerned, and the act, if it was one."""

    seq: int
    time_us: int
    identifiers: list[Identifier]
    act: Act | None = None

    @classmethod
    def of(cls, event: Event, seq: int, identifiers: Iterable[Identifier]) -> Turn:
        """The turn that an event brought about."""
        act = read_act(event) if event.type == LINK else None
        return cls(seq=seq, time_us=event.received_at, identifiers=list(identifiers), act=act)

    @property
    def reason(self) -> str:
        """Why, in the words of the ledger."""
        if self.act is None:
            return f"shared by too many people: {', '.join(map(str, self.identifiers))}"
        return f"{self.act.kind} of {self.act.a} and {self.act.b} by {self.act.actor}"

    def line(self, kind: str, a: Identifier, b: Identifier, *, rule: str = MANUAL, actor: str, evidence: str) -> Link:
        """A line of the ledger that the turn adds."""
        return Link(kind=kind, a=a, b=b, rule=rule, actor=actor, evidence=evidence, time_us=self.time_us,
                    event_seq=self.seq)  # fmt: skip


encode_turn = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Turn).decode


def waiting(rt: Runtime) -> Turn | None:
    """The turn that the last step of the fold left, if any."""
    body = rt.store.state(STATE)
    return _decode(body) if body else None


def take(rt: Runtime, turn: Turn) -> None:
    """Stitches, folds and scores the customers concerned anew; for who holds the fold's lease."""
    region = region_of(rt, turn.identifiers)
    lines = rt.store.links_of([row.identifier for row in region.rows])
    said = _parted(rt, turn, region, lines)
    now = restitch(rt.stitcher, region, standing([*lines, *said]))

    def unlinked(a: Identifier, b: Identifier) -> Link:
        return turn.line("unlink", a, b, rule=RESTITCHED, actor=ACTOR, evidence=turn.reason)

    events: dict[str, list[tuple[int, Event]]] = {}
    for seq, event in region.events:
        if event.type not in OURS:
            events.setdefault(now.owners[seq], []).append((seq, event))
    gone = left_out(region.events)
    profiles = {customer_id: folded(rt, own, gone) for customer_id, own in events.items()}
    before = sorted({row.customer_id for row in region.rows})
    cursors = rt.store.cursors()
    kept = _scores(rt, turn, profiles, now)
    batch = FoldBatch(
        event_cursor=cursors.event,
        decision_cursor=cursors.decision,
        identifiers=_moved(region.rows, now),
        links=[*said, *corrections([*lines, *said], now, region, unlinked)],
        refusals=list(now.refusals),
        restitched=[row.identifier for row in region.rows],
        dissolved=before,
        aliases=_aliases(rt, before, now),
        profiles=[(customer_id, encode_profile(profiles[customer_id])) for customer_id in sorted(profiles)],
        scores=list(kept.scores),
        state={STATE: b"", **kept.state, **_left_out(rt, region, gone)},
    )
    rt.store.apply(batch).result()


def _left_out(rt: Runtime, region: Region, gone: LeftOut) -> dict[str, bytes]:
    """What staff took back of these customers' events, for who reads the log without their acts."""
    answers = {seq for seq, event in region.events if event.event in rt.answering_events}
    return withdrawn.standing(rt.store, {seq for seq, _ in region.events}, gone, answers, MODEL)


def region_of(rt: Runtime, identifiers: Iterable[Identifier]) -> Region:
    """Everything that the past of some identifiers' customers depends on."""
    rows: dict[Identifier, IdentifierRow] = {}
    frontier = list(rt.store.identifiers(list(identifiers)).values())
    while frontier:
        found = rt.store.identifiers_of({row.customer_id for row in frontier})
        new = [row for row in found if row.identifier not in rows]
        rows.update((row.identifier, row) for row in new)
        names = [row.identifier for row in new if not row.shared]
        ends = {end for refusal in rt.store.refusals_of(names) for end in (refusal.a, refusal.b)} - rows.keys()
        frontier = [row for row in rt.store.identifiers(ends).values() if not row.shared]
    stored = rt.store.events_of([row.id for row in rows.values()])
    events = [(one.seq, decode_event(one.body)) for one in stored]
    graph = Graph()
    graph.load(rows.values())
    outside = rt.store.identifiers(graph.missing(event for _, event in events))
    shared = [row for row in outside.values() if row.shared]
    return Region(sorted(rows.values(), key=lambda row: row.id), shared, events)


def _parted(rt: Runtime, turn: Turn, region: Region, lines: list[Link]) -> list[Link]:
    """The ledger lines that it takes, beside the act's own, so that an unmerge parts whom it names."""
    act = turn.act
    if act is None or act.kind == "link":
        return []
    parting = part(act.a, act.b, region, standing(lines), rt.stitcher)
    because = f"to part {act.a} from {act.b}"
    said = [turn.line("unlink", one.a, one.b, actor=act.actor, evidence=because) for one in parting.withdrawn]
    if parting.never and act.kind != "never":
        said.append(turn.line("never", act.a, act.b, actor=act.actor, evidence="events showed them together"))
    return said


def folded(rt: Runtime, events: Iterable[tuple[int, Event]], gone: LeftOut) -> Profile:
    """The profile of a customer whose own events these are, by position in the log, without what does not count."""
    profile = Profile()
    history: dict[str, Any] = {}
    for seq, said in events:
        event = without(said, gone[seq]) if seq in gone else said
        traits.add(profile, event, seq)
        rt.features.add(profile.features, event, seq)
        picks.keep(profile, event, seq)
        if rt.histories.concerns(event):
            rt.histories.add(history, event, seq)
    profile.history = rt.histories.encode(history)
    return profile


def _scores(rt: Runtime, turn: Turn, profiles: Mapping[str, Profile], now: Restitched) -> Kept:
    """The scores of the customers concerned, as of the last refresh or of the turn, whichever is later."""
    refreshed = last_refresh(rt)
    if refreshed is None:
        return Kept([], {})
    as_of = max(refreshed.as_of, turn.time_us)
    names = {owner: str(one) for one, owner in sorted(now.customers.items(), reverse=True)}
    scores = list(rescored(rt, sorted(profiles.items()), as_of))
    return keep(rt, scores, as_of, subjects=lambda one: names.get(one, ""))


def _moved(rows: Iterable[IdentifierRow], now: Restitched) -> list[IdentifierRow]:
    return [
        msgspec.structs.replace(row, customer_id=customer_id)
        for row in rows
        if (customer_id := now.customers[row.identifier]) != row.customer_id
    ]


def _aliases(rt: Runtime, before: Iterable[str], now: Restitched) -> list[tuple[str, str]]:
    """Every id that led to one of the customers leads on: to the customer of the identifier that gave the id."""
    current: Mapping[str, str] = {new_customer_id(identifier): owner for identifier, owner in now.customers.items()}
    former = {alias for customer_id in before for alias in (customer_id, *rt.store.aliases_of(customer_id))}
    return sorted((alias, owner) for alias in former if (owner := current.get(alias, alias)) != alias)
