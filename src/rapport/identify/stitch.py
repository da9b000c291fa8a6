"""Stitching on arrival: identifiers seen on one event belong to one person, unless a rule protects against it.

``Stitcher`` walks the events in log order over a ``Graph`` and says whose each event is, which identifiers are new,
which customers turned out to be one, and which joins were refused. Nothing is read, nothing is random: a replay of
the log gives the same customers, the same ids and the same ledger.

- An event belongs to the customer of its subject.
- A *unique* namespace never joins two different values: the link is refused, and what both use stays with the first.
- A namespace's limits, in all and within windows of time, refuse what is beyond: ids that rotate stay alone.
- An identifier seen beside too many different identifiers of one stronger kind is *shared*: a family's tablet, a
  till, an address that a whole firm uses. It joins nobody, and nobody through it, from the log's beginning.
- Only an alias call, or a person's act, says that two user ids are one person.
- Two identifiers that an act told apart are never one person, whatever events show.
- Of two customers that turn out to be one, the one with the oldest identifier survives, and its id stays.
- Identifiers that already belong together cost nothing, and leave no second line in the ledger.

Whether an identifier is shared follows from the events alone, never from how they were stitched. What was joined
before it was known to be shared, and what an act withdraws, is stitched anew (``restitch``): ``Stitch.turn`` says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from rapport.core.acts import MANUAL, PROBABLE, Act, read_act
from rapport.core.customer import IdentifierRow
from rapport.core.event import LINK, Event
from rapport.core.identifier import USER_ID, Identifier, Link, Refusal
from rapport.identify.graph import ALIAS, PREVIOUS, Graph, Key, Person, new_customer_id
from rapport.identify.ledger import Standing
from rapport.identify.namespaces import namespaces
from rapport.workspace import duration_us
from rapport.workspace.definitions import Identity, Namespace

SAME_EVENT: Final = "same_event"
ACTOR: Final = "rapport"
"""Who made the links of this room: nobody by hand."""
APART: Final = "a person said that these are two people"
_UNDECLARED: Final = Namespace()
_JOINING: Final = (ALIAS, LINK)
"""Types of events that join identifiers which their subject may know already."""


class Refused(msgspec.Struct, frozen=True):
    """Two identifiers that one event showed together and that were not joined, and why."""

    a: Identifier
    b: Identifier
    reason: str


def count_refused(refusals: dict[tuple[Identifier, Identifier], Refusal], refused: Refused, seq: int) -> None:
    """Adds a refused join to the count of its pair, in place."""
    known = refusals.get((refused.a, refused.b))
    first, times = (known.first_seq, known.times) if known else (seq, 0)
    refusals[refused.a, refused.b] = Refusal(
        a=refused.a, b=refused.b, reason=refused.reason, first_seq=first, last_seq=seq, times=times + 1
    )


class Stitch(msgspec.Struct, frozen=True):
    """What one event did to the graph.

    ``owner`` is the subject's row after the event; ``merges`` are pairs of absorbed and surviving customer id, in
    the order in which they happened. Moved identifiers are in ``Graph.changed``. ``turn`` holds the identifiers whose
    past this event changed: their customers are to be stitched anew.
    """

    owner: IdentifierRow
    created: tuple[IdentifierRow, ...] = ()
    links: tuple[Link, ...] = ()
    merges: tuple[tuple[str, str], ...] = ()
    refused: tuple[Refused, ...] = ()
    turn: tuple[Identifier, ...] = ()

    @property
    def customer_id(self) -> str:
        """Whose the event is, once everything it showed is joined."""
        return self.owner.customer_id


class Stitcher:
    """The rules of one business: which namespaces are strong, unique, limited, and by how many they may be shared."""

    def __init__(self, identity: Identity) -> None:
        known = namespaces(identity)
        self._rank = {name: rank for rank, name in enumerate(known)}
        self._limit = {name: namespace.limit for name, namespace in known.items()}
        self._windows = {
            name: tuple((duration_us(window), window, limit) for window, limit in namespace.limits.items())
            for name, namespace in known.items()
        }
        self._known = known
        self._unique = frozenset(name for name, namespace in known.items() if namespace.unique)

    def stitch(self, graph: Graph, event: Event, seq: int, standing: Standing | None = None) -> Stitch:
        """Whose the event at ``seq`` is, and what it joined. The graph must hold all that it ``missing``-ed.

        ``standing`` is given when the past is stitched anew: then acts that do not stand do nothing.
        """
        rows = graph.rows
        namespace, _, value = event.subject.partition(":")
        owner = rows.get((namespace, value))
        if owner is None or event.type in _JOINING:
            return self._join(graph, event, seq, standing)
        identifiers = event.identifiers
        if len(identifiers) > 1:
            customer_id = owner.customer_id
            seen = f"{namespace}:{owner.id}"
            for key in identifiers.items():
                row = rows.get(key)
                if row is None:
                    return self._join(graph, event, seq, standing)
                if row is not owner and not row.shared and (row.customer_id != customer_id or seen not in row.beside):
                    return self._join(graph, event, seq, standing)
            if len(identifiers) > 2 and self._unseen(graph, event):
                return self._join(graph, event, seq, standing)
        return Stitch(owner)

    def _join(self, graph: Graph, event: Event, seq: int, standing: Standing | None) -> Stitch:
        step = _Step(self, graph, event, seq)
        if event.type == LINK:
            self._act(step, read_act(event), standing)
        else:
            others = [*_former(graph, event), *self._beside(event)]
            step.settle(others)
            for other, rule in others:
                step.link(other, rule)
        step.create_rest()
        if event.type != LINK and len(event.identifiers) > 1:
            step.turn.extend(self._note_sharing(graph, event))
        owner = graph.row(step.subject)
        assert owner is not None
        return Stitch(owner, tuple(step.created), tuple(step.links), tuple(step.merges), tuple(step.refused),
                      tuple(step.turn))  # fmt: skip

    def _act(self, step: _Step, act: Act, standing: Standing | None) -> None:
        """A link joins at once; whatever changes the past waits for its turn."""
        step.create_rest()
        step.ensure(act.b)
        if standing is not None:
            if standing.stands(act, step.seq):
                step.link(act.b, act.rule, act)
            return
        if act.kind == "link" and act.rule == PROBABLE:
            step.link(act.b, act.rule, act)
            return
        step.note(act.b, act.rule, act)
        step.turn.extend((act.a, act.b))

    def _beside(self, event: Event) -> list[tuple[Identifier, str]]:
        """What the event carries beside its subject, the strongest first."""
        namespace = event.subject.partition(":")[0]
        return [(Identifier(*key), SAME_EVENT) for key in self._ranked(event) if key[0] != namespace]

    def _ranked(self, event: Event) -> list[Key]:
        rank, weakest = self._rank, len(self._rank)
        return sorted(event.identifiers.items(), key=lambda key: (rank.get(key[0], weakest), key))

    def _unseen(self, graph: Graph, event: Event) -> bool:
        """Whether two identifiers of an event were never seen together before."""
        stronger: list[str] = []
        for key in self._ranked(event):
            row = graph.rows[key]
            if not row.shared and any(seen not in row.beside for seen in stronger):
                return True
            stronger.append(f"{key[0]}:{row.id}")
        return False

    def _note_sharing(self, graph: Graph, event: Event) -> list[Identifier]:
        """Remembers which stronger identifiers stood beside which; returns those now known to be shared."""
        turned: list[Identifier] = []
        stronger: list[str] = []
        for key in self._ranked(event):
            row = graph.rows[key]
            new = [] if row.shared else [seen for seen in stronger if seen not in row.beside]
            if new:
                beside = (*row.beside, *new)
                shared = self._is_shared(key[0], beside)
                graph.replace(msgspec.structs.replace(row, beside=beside, shared=shared))
                if shared:
                    turned.append(row.identifier)
            stronger.append(f"{key[0]}:{row.id}")
        return turned

    def _is_shared(self, namespace: str, beside: Iterable[str]) -> bool:
        """Whether so many stronger identifiers (``namespace:number``) are more than one person's."""
        rules = self._known.get(namespace, _UNDECLARED)
        counts = Counter(seen.partition(":")[0] for seen in beside)
        return any(
            count > (rules.held_by if name in self._unique else rules.shared_by) for name, count in counts.items()
        )

    def conflict(self, held: Person, added: Iterable[tuple[str, int]], rule: str) -> str:
        """Why one person cannot have more of some namespaces; empty when nothing speaks against it."""
        if rule == MANUAL:
            return ""
        for name, more in added:
            already = held.counts.get(name, 0)
            if not already:
                continue
            if name in self._unique and not (rule == ALIAS and name == USER_ID):
                return f"one person has one {name}"
            limit = self._limit.get(name, _UNDECLARED.limit)
            if already + more > limit:
                return f"one person has at most {limit} of {name}"
        return ""

    def rotation(self, graph: Graph, held: Person, added: Iterable[Key], times: Iterable[int], rule: str) -> str:
        """Why one person cannot gain more identifiers so fast; empty when nothing speaks against it."""
        if rule == MANUAL:
            return ""
        gained: dict[str, list[int]] = {}
        for (name, _), time_us in zip(added, times, strict=True):
            if self._windows.get(name) and held.counts.get(name):
                gained.setdefault(name, []).append(time_us)
        for name, new in gained.items():
            known = [graph.rows[key].first_us for key in held.keys if key[0] == name]
            for window_us, window, limit in self._windows[name]:
                if len(known) + len(new) > limit and _most_within(known + new, window_us) > limit:
                    return f"one person gains at most {limit} of {name} within {window}"
        return ""


def _most_within(times: list[int], window_us: int) -> int:
    """How many moments fall into the fullest window."""
    times.sort()
    most = start = 0
    for end, time_us in enumerate(times):
        while times[start] <= time_us - window_us:
            start += 1
        most = max(most, end - start + 1)
    return most


class _Step:
    """One event being joined: its subject, and what came of it so far."""

    __slots__ = ("created", "event", "graph", "links", "merges", "refused", "rules", "seq", "subject", "turn")

    def __init__(self, rules: Stitcher, graph: Graph, event: Event, seq: int) -> None:
        self.rules = rules
        self.graph = graph
        self.event = event
        self.subject = event.owner
        self.seq = seq
        self.created: list[IdentifierRow] = []
        self.links: list[Link] = []
        self.merges: list[tuple[str, str]] = []
        self.refused: list[Refused] = []
        self.turn: list[Identifier] = []

    def settle(self, others: list[tuple[Identifier, str]]) -> None:
        """Gives a new subject its customer: the first one beside it who can take it, else one of its own."""
        if self.graph.row(self.subject) is not None:
            return
        if self._foreseen_shared(self.subject):
            self.ensure(self.subject)
            return
        for other, rule in others:
            row = self.graph.row(other)
            if row is not None and not row.shared and not self._conflict_with_new(row.customer_id, self.subject, rule):
                self._create(self.subject, row.customer_id)
                self.note(other, rule)
                return
        self.ensure(self.subject)

    def link(self, other: Identifier, rule: str, act: Act | None = None) -> None:
        """Joins another identifier to the subject's customer, or says why not. What is shared joins nobody."""
        owner, row = self.graph.row(self.subject), self.graph.row(other)
        assert owner is not None
        mine = owner.customer_id
        if owner.shared or (row.shared or row.customer_id == mine if row else self._foreseen_shared(other)):
            return
        if row is None:
            reason = self._conflict_with_new(mine, other, rule)
            if not reason:
                self._create(other, mine)
        else:
            reason = self._conflict_between(mine, row.customer_id, rule)
            if not reason:
                self.merges.append(self.graph.merge(mine, row.customer_id))
        if reason:
            self.refused.append(Refused(self.subject, other, reason))
        else:
            self.note(other, rule, act)

    def create_rest(self) -> None:
        """Gives every identifier of the event that has no customer yet one of its own: it was refused, or is shared."""
        for namespace, value in self.event.identifiers.items():
            self.ensure(Identifier(namespace, value))

    def ensure(self, identifier: Identifier) -> None:
        """Gives an identifier that nobody knows a customer of its own."""
        if self.graph.row(identifier) is None:
            self._create(identifier, new_customer_id(identifier))

    def note(self, other: Identifier, rule: str, act: Act | None = None) -> None:
        """One more line for the ledger."""
        line = Link(
            kind=act.kind if act else "link",
            a=self.subject,
            b=other,
            rule=rule,
            actor=act.actor if act else ACTOR,
            evidence=act.evidence if act else "",
            time_us=self.event.received_at,
            event_seq=self.seq,
        )
        self.links.append(line)

    def _conflict_with_new(self, customer_id: str, new: Identifier, rule: str) -> str:
        graph, person, key = self.graph, self.graph.people[customer_id], (new.namespace, new.value)
        if graph.told_apart([key], customer_id):
            return APART
        return self.rules.conflict(person, [(new.namespace, 1)], rule) or self.rules.rotation(
            graph, person, [key], [self._first_us(key)], rule
        )

    def _conflict_between(self, mine: str, theirs: str, rule: str) -> str:
        graph = self.graph
        held, added = graph.people[mine], graph.people[theirs]
        if graph.told_apart(added.keys, mine):
            return APART
        times = [graph.rows[key].first_us for key in added.keys]
        return self.rules.conflict(held, added.counts.items(), rule) or self.rules.rotation(
            graph, held, added.keys, times, rule
        )

    def _foreseen_shared(self, identifier: Identifier) -> bool:
        fact = self.graph.foreseen((identifier.namespace, identifier.value))
        return fact is not None and fact.shared

    def _first_us(self, key: Key) -> int:
        fact = self.graph.foreseen(key)
        return fact.first_us if fact else self.event.time

    def _create(self, identifier: Identifier, customer_id: str) -> None:
        self.created.append(self.graph.create(identifier, customer_id, self.seq, self.event.time))


def _former(graph: Graph, event: Event) -> list[tuple[Identifier, str]]:
    """The former names that an alias event gives its subject.

    The wire does not say whether a ``previousId`` was a user id or an anonymous id: whichever is known is meant,
    and both when neither is, so that the alias may arrive before the history that it joins.
    """
    if event.type != ALIAS:
        return []
    previous = event.properties.get(PREVIOUS, {})
    former = [Identifier(*key) for key in previous.items() if event.identifiers.get(key[0]) != key[1]]
    known = [name for name in former if graph.row(name) is not None]
    return [(name, ALIAS) for name in known or former]
