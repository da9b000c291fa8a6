"""Deterministic stitching: identifiers seen on one event belong to one person, unless that would join two.

``Graph`` is the working set that the loop fills with what the store knows of the identifiers at hand. ``Stitcher``
walks the events in log order over it and says whose each event is, which identifiers are new, which customers turned
out to be one, and which joins were refused. Nothing is read, nothing is random: a replay of the log gives the same
customers, the same ids and the same ledger.

- An event belongs to the customer of its subject.
- A *unique* namespace never joins two different values: on a shared device the second user keeps to himself, the
  link is refused, and the device stays with the first.
- Only an alias call says that two user ids are one person; the namespace's limit holds even then.
- Of two customers that turn out to be one, the one with the oldest identifier survives, and its id stays.
- Identifiers that already belong together cost nothing, and leave no second line in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from rapport.core.customer import IdentifierRow
from rapport.core.event import Event
from rapport.core.identifier import USER_ID, Identifier, Link
from rapport.identify.namespaces import namespaces
from rapport.workspace.definitions import Identity, Namespace

SAME_EVENT: Final = "same_event"
ALIAS: Final = "alias"
ACTOR: Final = "rapport"
"""Who made the links of this room: nobody by hand."""
PREVIOUS: Final = "previous"
"""The property under which an alias event carries what its subject was called before: namespace → value."""

_Key = tuple[str, str]
_NEVER: Final = (2**63, 0)
"""Older than nothing, as (log position, identifier number)."""


class Refusal(msgspec.Struct, frozen=True):
    """Two identifiers that one event showed together and that were not joined, and why."""

    a: Identifier
    b: Identifier
    reason: str


class Stitch(msgspec.Struct, frozen=True):
    """What one event did to the graph.

    ``owner`` is the subject's row after the event; ``merges`` are pairs of absorbed and surviving customer id, in
    the order in which they happened. Moved identifiers are in ``Graph.changed``.
    """

    owner: IdentifierRow
    created: tuple[IdentifierRow, ...] = ()
    links: tuple[Link, ...] = ()
    merges: tuple[tuple[str, str], ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def customer_id(self) -> str:
        """Whose the event is, once everything it showed is joined."""
        return self.owner.customer_id


def new_customer_id(oldest: Identifier) -> str:
    """The id of the customer whose oldest identifier this is: 80 bits of BLAKE2b, so that a replay gives it again.

    >>> new_customer_id(Identifier("email", "ann@example.com"))
    'c_ccad33fc9252d7ad7ae8'
    """
    return "c_" + blake2b(str(oldest).encode(), digest_size=10).hexdigest()


def possible_ids(identifiers: Iterable[Identifier]) -> set[str]:
    """Every id under which the customer of these identifiers may stand in a decision.

    Theirs, those that were absorbed, and those they had before their first event: each comes from one identifier.
    """
    return {new_customer_id(identifier) for identifier in identifiers}


class _Person:
    """The identifiers of one customer within the graph: all of them, how many of each kind, and the oldest."""

    __slots__ = ("counts", "keys", "oldest")

    def __init__(self) -> None:
        self.keys: list[_Key] = []
        self.counts: dict[str, int] = {}
        self.oldest = _NEVER

    def add(self, key: _Key, row: IdentifierRow) -> None:
        self.keys.append(key)
        namespace = key[0]
        self.counts[namespace] = self.counts.get(namespace, 0) + 1
        age = (row.first_seq, row.id)
        self.oldest = min(self.oldest, age)


class Graph:
    """The identifiers at hand and their customers; remembers what changed since it was made.

    ``next_id`` is the number of the next new identifier. A customer must be loaded with all identifiers or not at
    all: uniqueness and limits are judged by what the graph holds.
    """

    __slots__ = ("_changed", "_next_id", "_people", "_rows")

    def __init__(self, next_id: int = 1) -> None:
        self._next_id = next_id
        self._rows: dict[_Key, IdentifierRow] = {}
        self._people: dict[str, _Person] = {}
        self._changed: dict[_Key, IdentifierRow] = {}

    def missing(self, events: Iterable[Event]) -> set[Identifier]:
        """The identifiers that these events mention and that the graph does not hold."""
        rows = self._rows
        keys = {key for event in events for key in _mentioned(event) if key not in rows}
        return {Identifier(*key) for key in keys}

    def load(self, rows: Iterable[IdentifierRow]) -> None:
        """Takes in what the store knows; rows that the graph already holds are left as they are."""
        for row in rows:
            key = (row.identifier.namespace, row.identifier.value)
            if key not in self._rows:
                self._put(key, row)

    def row(self, identifier: Identifier) -> IdentifierRow | None:
        """What is known of an identifier."""
        return self._rows.get((identifier.namespace, identifier.value))

    def of(self, customer_id: str) -> list[IdentifierRow]:
        """The identifiers of a customer, oldest first; empty for one who is not (or no longer) there."""
        person = self._people.get(customer_id)
        rows = [self._rows[key] for key in person.keys] if person else []
        return sorted(rows, key=lambda row: (row.first_seq, row.id))

    def changed(self) -> list[IdentifierRow]:
        """New and moved identifiers, in their last state, by id."""
        return sorted(self._changed.values(), key=lambda row: row.id)

    def create(self, identifier: Identifier, customer_id: str, seq: int) -> IdentifierRow:
        """A new identifier of a customer, first seen at a position of the log."""
        key = (identifier.namespace, identifier.value)
        row = IdentifierRow(self._next_id, identifier, customer_id, seq)
        self._next_id += 1
        self._put(key, row)
        self._changed[key] = row
        return row

    def counts(self, customer_id: str) -> Mapping[str, int]:
        """How many identifiers of each namespace a customer has."""
        return self._people[customer_id].counts

    def merge(self, one: str, other: str) -> tuple[str, str]:
        """Makes two customers one; returns the absorbed and the surviving id."""
        one_is_older = self._people[one].oldest < self._people[other].oldest
        absorbed, surviving = (other, one) if one_is_older else (one, other)
        person = self._people[surviving]
        for key in self._people.pop(absorbed).keys:
            was = self._rows[key]
            row = IdentifierRow(was.id, was.identifier, surviving, was.first_seq)
            self._rows[key] = self._changed[key] = row
            person.add(key, row)
        return absorbed, surviving

    def _put(self, key: _Key, row: IdentifierRow) -> None:
        self._rows[key] = row
        person = self._people.get(row.customer_id)
        if person is None:
            person = self._people[row.customer_id] = _Person()
        person.add(key, row)


class Stitcher:
    """The rules of one business: which namespaces are strong, unique, limited."""

    def __init__(self, identity: Identity) -> None:
        known = namespaces(identity)
        self._rank = {name: rank for rank, name in enumerate(known)}
        self._limit = {name: namespace.limit for name, namespace in known.items()}
        self._unique = frozenset(name for name, namespace in known.items() if namespace.unique)

    def stitch(self, graph: Graph, event: Event, seq: int) -> Stitch:
        """Whose the event at ``seq`` is, and what it joined. The graph must hold all that it ``missing``-ed."""
        rows = graph._rows
        namespace, _, value = event.subject.partition(":")
        owner = rows.get((namespace, value))
        if owner is None or event.type == ALIAS:
            return self._join(graph, event, seq)
        if len(event.identifiers) > 1:
            customer_id = owner.customer_id
            for key in event.identifiers.items():
                row = rows.get(key)
                if row is None or row.customer_id != customer_id:
                    return self._join(graph, event, seq)
        return Stitch(owner)

    def _join(self, graph: Graph, event: Event, seq: int) -> Stitch:
        subject = event.owner
        step = _Step(self, graph, subject, event.received_at, seq)
        others = [*_former(graph, event), *self._beside(event, subject)]
        step.settle(others)
        for other, rule in others:
            step.link(other, rule)
        owner = graph.row(subject)
        assert owner is not None
        return Stitch(owner, tuple(step.created), tuple(step.links), tuple(step.merges), tuple(step.refused))

    def _beside(self, event: Event, subject: Identifier) -> list[tuple[Identifier, str]]:
        """What the event carries beside its subject, the strongest first."""
        rank, weakest = self._rank, len(self._rank)
        keys = sorted(event.identifiers.items(), key=lambda key: (rank.get(key[0], weakest), key))
        return [(Identifier(*key), SAME_EVENT) for key in keys if key[0] != subject.namespace]

    def conflict(self, held: Mapping[str, int], added: Mapping[str, int], rule: str) -> str:
        """Why one person cannot have both counts of identifiers; empty when nothing speaks against it."""
        for name, more in added.items():
            already = held.get(name, 0)
            if not already:
                continue
            if name in self._unique and not (rule == ALIAS and name == USER_ID):
                return f"one person has one {name}"
            limit = self._limit.get(name, _UNDECLARED.limit)
            if already + more > limit:
                return f"one person has at most {limit} of {name}"
        return ""


_UNDECLARED: Final = Namespace()


class _Step:
    """One event being joined: its subject, and what came of it so far."""

    __slots__ = ("created", "graph", "links", "merges", "refused", "rules", "seq", "subject", "time_us")

    def __init__(self, rules: Stitcher, graph: Graph, subject: Identifier, time_us: int, seq: int) -> None:
        self.rules = rules
        self.graph = graph
        self.subject = subject
        self.time_us = time_us
        self.seq = seq
        self.created: list[IdentifierRow] = []
        self.links: list[Link] = []
        self.merges: list[tuple[str, str]] = []
        self.refused: list[Refusal] = []

    def settle(self, others: list[tuple[Identifier, str]]) -> None:
        """Gives a new subject its customer: the first one beside it who can take it, else one of its own."""
        if self.graph.row(self.subject) is not None:
            return
        for other, rule in others:
            row = self.graph.row(other)
            if row is not None and not self._conflict_with_new(row.customer_id, self.subject, rule):
                self._create(self.subject, row.customer_id)
                self._note(other, rule)
                return
        self._create(self.subject, new_customer_id(self.subject))

    def link(self, other: Identifier, rule: str) -> None:
        """Joins another identifier to the subject's customer, or says why not."""
        owner, row = self.graph.row(self.subject), self.graph.row(other)
        assert owner is not None
        mine = owner.customer_id
        if row is None:
            reason = self._conflict_with_new(mine, other, rule)
            if not reason:
                self._create(other, mine)
        elif row.customer_id == mine:
            return
        else:
            theirs = row.customer_id
            reason = self.rules.conflict(self.graph.counts(mine), self.graph.counts(theirs), rule)
            if not reason:
                self.merges.append(self.graph.merge(mine, theirs))
        if reason:
            self.refused.append(Refusal(self.subject, other, reason))
        else:
            self._note(other, rule)

    def _conflict_with_new(self, customer_id: str, identifier: Identifier, rule: str) -> str:
        return self.rules.conflict(self.graph.counts(customer_id), {identifier.namespace: 1}, rule)

    def _create(self, identifier: Identifier, customer_id: str) -> None:
        held = self.graph.create(identifier, customer_id, self.seq)
        self.created.append(held)

    def _note(self, other: Identifier, rule: str) -> None:
        line = Link(
            kind="link",
            a=self.subject,
            b=other,
            rule=rule,
            actor=ACTOR,
            time_us=self.time_us,
            event_seq=self.seq,
        )
        self.links.append(line)


def _mentioned(event: Event) -> Iterable[_Key]:
    """Every identifier that an event may touch."""
    if event.type != ALIAS:
        return event.identifiers.items()
    return [*event.identifiers.items(), *event.properties.get(PREVIOUS, {}).items()]


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
