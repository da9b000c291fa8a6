"""The identifiers at hand and whose they are: the working set that stitching changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from rapport.core.acts import read_act
from rapport.core.customer import IdentifierRow
from rapport.core.event import LINK, Event
from rapport.core.identifier import Identifier

Key = tuple[str, str]
"""An identifier as a plain tuple, which is compared faster."""
Pair = tuple[Identifier, Identifier]
"""Two identifiers in their natural order."""

PREVIOUS: Final = "previous"
"""The property under which an alias event carries what its subject was called before: namespace → value."""
ALIAS: Final = "alias"
_NEVER: Final = (2**63, 0)
"""Older than nothing, as (log position, identifier number)."""


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


def mentioned(event: Event) -> Iterable[Key]:
    """Every identifier that an event may touch."""
    if event.type == ALIAS:
        return [*event.identifiers.items(), *event.properties.get(PREVIOUS, {}).items()]
    if event.type == LINK:
        other = read_act(event).b
        return [*event.identifiers.items(), (other.namespace, other.value)]
    return event.identifiers.items()


class Person:
    """The identifiers of one customer within the graph: all of them, how many of each kind, and the oldest."""

    __slots__ = ("counts", "keys", "oldest")

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.counts: dict[str, int] = {}
        self.oldest = _NEVER

    def add(self, key: Key, row: IdentifierRow) -> None:
        """Takes in one more identifier."""
        self.keys.append(key)
        namespace = key[0]
        self.counts[namespace] = self.counts.get(namespace, 0) + 1
        self.oldest = min(self.oldest, (row.first_seq, row.id))


class Graph:
    """The identifiers at hand and their customers; remembers what changed since it was made.

    ``next_id`` is the number of the next new identifier; ``apart`` are the pairs that are never one person. A customer
    must be loaded with all identifiers or not at all: uniqueness and limits are judged by what the graph holds.
    """

    __slots__ = ("_apart", "_changed", "_facts", "_next_id", "people", "rows")

    def __init__(self, next_id: int = 1, apart: Iterable[Pair] = ()) -> None:
        self._next_id = next_id
        self.rows: dict[Key, IdentifierRow] = {}
        self.people: dict[str, Person] = {}
        self._changed: dict[Key, IdentifierRow] = {}
        self._facts: dict[Key, IdentifierRow] = {}
        self._apart: dict[Key, list[Key]] = {}
        for a, b in apart:
            self._apart.setdefault(_key(a), []).append(_key(b))
            self._apart.setdefault(_key(b), []).append(_key(a))

    def missing(self, events: Iterable[Event]) -> set[Identifier]:
        """The identifiers that these events mention and that the graph does not hold."""
        rows = self.rows
        keys = {key for event in events for key in mentioned(event) if key not in rows}
        return {Identifier(*key) for key in keys}

    def load(self, rows: Iterable[IdentifierRow]) -> None:
        """Takes in what the store knows; rows that the graph already holds are left as they are."""
        for row in rows:
            key = _key(row.identifier)
            if key not in self.rows:
                self._put(key, row)

    def foresee(self, rows: Iterable[IdentifierRow]) -> None:
        """Identifiers that are created again by and by: with their numbers, ages and sharing, without a customer."""
        self._facts.update((_key(row.identifier), row) for row in rows)

    def foreseen(self, key: Key) -> IdentifierRow | None:
        """What is known of an identifier that is created again by and by."""
        return self._facts.get(key)

    def row(self, identifier: Identifier) -> IdentifierRow | None:
        """What is known of an identifier."""
        return self.rows.get(_key(identifier))

    def of(self, customer_id: str) -> list[IdentifierRow]:
        """The identifiers of a customer, oldest first; empty for one who is not (or no longer) there."""
        person = self.people.get(customer_id)
        rows = [self.rows[key] for key in person.keys] if person else []
        return sorted(rows, key=lambda row: (row.first_seq, row.id))

    def changed(self) -> list[IdentifierRow]:
        """New and changed identifiers, in their last state, by id."""
        return sorted(self._changed.values(), key=lambda row: row.id)

    def counts(self, customer_id: str) -> Mapping[str, int]:
        """How many identifiers of each namespace a customer has."""
        return self.people[customer_id].counts

    def create(self, identifier: Identifier, customer_id: str, seq: int, time_us: int) -> IdentifierRow:
        """A new identifier of a customer, first seen at a position of the log, by an event of that time."""
        key = _key(identifier)
        fact = self._facts.get(key)
        if fact is None:
            row = IdentifierRow(self._next_id, identifier, customer_id, seq, time_us)
            self._next_id += 1
        else:
            row = msgspec.structs.replace(fact, customer_id=customer_id)
        self._put(key, row)
        self._changed[key] = row
        return row

    def replace(self, row: IdentifierRow) -> None:
        """What is known of an identifier now; its customer stays."""
        key = _key(row.identifier)
        self.rows[key] = self._changed[key] = row

    def merge(self, one: str, other: str) -> tuple[str, str]:
        """Makes two customers one; returns the absorbed and the surviving id."""
        one_is_older = self.people[one].oldest < self.people[other].oldest
        absorbed, surviving = (other, one) if one_is_older else (one, other)
        person = self.people[surviving]
        for key in self.people.pop(absorbed).keys:
            row = msgspec.structs.replace(self.rows[key], customer_id=surviving)
            self.rows[key] = self._changed[key] = row
            person.add(key, row)
        return absorbed, surviving

    def told_apart(self, keys: Iterable[Key], customer_id: str) -> bool:
        """Whether one of some identifiers must never be one person with one of a customer's."""
        if not self._apart:
            return False
        others = (other for key in keys for other in self._apart.get(key, ()))
        return any(row.customer_id == customer_id for other in others if (row := self.rows.get(other)))

    def _put(self, key: Key, row: IdentifierRow) -> None:
        self.rows[key] = row
        person = self.people.get(row.customer_id)
        if person is None:
            person = self.people[row.customer_id] = Person()
        person.add(key, row)


def _key(identifier: Identifier) -> Key:
    return identifier.namespace, identifier.value
