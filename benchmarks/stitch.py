"""Arrival and stitching, processor time per event, and what protection costs: ``python -m benchmarks.stitch``.

Simulates people with several devices, and shared devices that join two people wherever nothing protects them. The peer
in the same run is plain union-find over the same events: what connected components alone would do.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from rapport.core.customer import IdentifierRow
from rapport.core.event import Event
from rapport.core.identifier import ANONYMOUS_ID, USER_ID, Identifier
from rapport.identify.arrival import Arrivals, read_call
from rapport.identify.graph import Graph
from rapport.identify.stitch import Stitcher
from rapport.workspace.definitions import Identity, Namespace, Trait

IDENTITY = Identity(
    namespaces={
        "email": Namespace(normalise="email", priority=80, found_in=["traits.email"]),
        "card": Namespace(normalise="digits", priority=60, found_in=["properties.card"]),
    }
)
STRENGTH = [USER_ID, "email", "card", ANONYMOUS_ID]
ROUNDS = 5
STEP_EVENTS = 1_000


class UnionFind:
    """Connected components with path halving and union by size: no limits, no uniqueness, no ledger."""

    def __init__(self) -> None:
        self.parent: dict[tuple[str, str], tuple[str, str]] = {}
        self.size: dict[tuple[str, str], int] = {}

    def find(self, key: tuple[str, str]) -> tuple[str, str]:
        parent = self.parent
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key

    def add(self, event: Event) -> None:
        roots = []
        for key in event.identifiers.items():
            if key not in self.parent:
                self.parent[key], self.size[key] = key, 1
            roots.append(self.find(key))
        for root in roots[1:]:
            one, other = self.find(roots[0]), self.find(root)
            if one != other:
                if self.size[one] < self.size[other]:
                    one, other = other, one
                self.parent[other] = one
                self.size[one] += self.size[other]

    def users_mixed_up(self) -> int:
        users: dict[tuple[str, str], int] = defaultdict(int)
        for key in self.parent:
            users[self.find(key)] += key[0] == USER_ID
        return sum(count for count in users.values() if count > 1)


def event(**identifiers: str) -> Event:
    ordered = {name: identifiers[name] for name in STRENGTH if name in identifiers}
    subject = next(iter(ordered.items()))
    return Event(
        message_id="m",
        type="track",
        subject=":".join(subject),
        identifiers=ordered,
        time=1,
        received_at=1,
        event="Product Viewed",
    )


def phases(people: int, shared: int, rng: random.Random) -> dict[str, list[Event]]:
    """The history in phases of one kind each, in which they happen in a shop's life."""
    numbers = list(range(people))
    visits = [event(anonymous_id=f"a{n}") for n in numbers]
    buyers = [event(user_id=f"u{n}", email=f"p{n}@example.com") for n in numbers]
    sign_ins = [event(user_id=f"u{n}", anonymous_id=f"a{n}") for n in numbers]
    new_devices = [event(user_id=f"u{n}", anonymous_id=f"b{n}") for n in numbers]
    again = [event(user_id=f"u{n}", anonymous_id=f"{rng.choice('ab')}{n}") for n in numbers]
    strangers = [event(user_id=f"u{(n + 1) % people}", anonymous_id=f"a{n}") for n in rng.sample(numbers, shared)]
    history = {
        "first visit: a new customer": visits,
        "first order: a new customer with two identifiers": buyers,
        "sign-in: two customers become one": sign_ins,
        "a new device of a known customer": new_devices,
        "nothing new, one identifier": [event(user_id=f"u{n}") for n in numbers],
        "nothing new, two identifiers": again,
        "a shared device: the join is refused": strangers,
    }
    for batch in history.values():
        rng.shuffle(batch)
    return history


def timed(work: Callable[[Any], object], events: Sequence[Any]) -> float:
    """Microseconds of processor time for each."""
    started = time.process_time()
    for one in events:
        work(one)
    return (time.process_time() - started) / len(events) * 1e6


class Fold:
    """The fold's use of a stitcher: a fresh graph for each step, filled from a dictionary that plays the store."""

    def __init__(self) -> None:
        self.stitcher = Stitcher(IDENTITY)
        self.rows: dict[Identifier, IdentifierRow] = {}
        self.by_customer: dict[str, set[Identifier]] = defaultdict(set)
        self.seq = self.refused = 0

    def step(self, events: Sequence[Event]) -> float:
        """Stitches one step; returns the seconds it took, working set and changes included, the store left out."""
        started = time.process_time()
        graph = Graph(next_id=len(self.rows) + 1)
        missing = graph.missing(events)
        taken = time.process_time() - started
        customers = {self.rows[one].customer_id for one in missing if one in self.rows}
        rows = [self.rows[one] for customer_id in customers for one in self.by_customer[customer_id]]
        started = time.process_time()
        graph.load(rows)
        for one in events:
            self.seq += 1
            self.refused += len(self.stitcher.stitch(graph, one, self.seq).refused)
        changed = graph.changed()
        taken += time.process_time() - started
        for row in changed:
            if row.identifier in self.rows:
                self.by_customer[self.rows[row.identifier].customer_id].discard(row.identifier)
            self.rows[row.identifier] = row
            self.by_customer[row.customer_id].add(row.identifier)
        return taken

    def users_mixed_up(self) -> int:
        users = (sum(one.namespace == USER_ID for one in held) for held in self.by_customer.values())
        return sum(count for count in users if count > 1)


def stitching(people: int, shared: int) -> None:
    figures: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for round_ in range(ROUNDS):
        fold, plain = Fold(), UnionFind()
        for name, events in phases(people, shared, random.Random(round_)).items():
            steps = [events[start : start + STEP_EVENTS] for start in range(0, len(events), STEP_EVENTS)]
            ours = sum(map(fold.step, steps)) / len(events) * 1e6
            figures[name].append((ours, timed(plain.add, events)))
    print(f"{people:,} people, {shared:,} shared devices, steps of {STEP_EVENTS:,} events, best of {ROUNDS} rounds.\n")
    print("| what an event does | stitch, µs CPU | plain union-find, µs | ratio |\n|---|---|---|---|")
    for name, rounds in figures.items():
        ours, theirs = min(one for one, _ in rounds), min(one for _, one in rounds)
        print(f"| {name} | {ours:.1f} | {theirs:.1f} | {ours / theirs:.1f} |")
    print(f"\nShared devices refused: {fold.refused:,} of {shared:,}.", end=" ")
    print(f"Users mixed up with another: {fold.users_mixed_up()} (plain: {plain.users_mixed_up():,}).")


def calls(count: int) -> dict[str, list[bytes]]:
    line = {"product_id": "p1", "category": "tea", "price": 3.5, "quantity": 2}
    page = {
        "path": "/tea",
        "referrer": "",
        "search": "?utm_source=news",
        "title": "Tea",
        "url": "https://x.example/tea",
    }
    library = {"name": "analytics.js", "version": "1"}
    web = {"page": page, "userAgent": "Mozilla/5.0 (X11; Linux x86_64)", "locale": "en-GB", "library": library}

    def view(n: int) -> dict[str, object]:
        return {"type": "track", "event": "Product Viewed", "properties": line}

    def order(n: int) -> dict[str, object]:
        bought = {"order_id": f"o{n}", "total": 9.9, "products": [line]}
        return {
            "type": "track",
            "event": "Order Completed",
            "anonymousId": f"a{n}",
            "properties": bought,
            "context": web,
        }

    def identify(n: int) -> dict[str, object]:
        traits = {"email": f"p{n}@example.com", "city": "Bonn", "age": "41"}
        return {"type": "identify", "anonymousId": f"a{n}", "traits": traits}

    def sent(n: int) -> dict[str, object]:
        return {"userId": f"u{n}", "messageId": f"m{n}", "timestamp": "2024-05-01T12:00:00.000Z"}

    kinds = {"a product seen": view, "an order from a browser": order, "identify with three traits": identify}
    return {name: [json.dumps(make(n) | sent(n)).encode() for n in range(count)] for name, make in kinds.items()}


def arriving(count: int) -> None:
    arrivals = Arrivals(IDENTITY, {"email": Trait(), "city": Trait(), "age": Trait(type="integer")})
    received_at = 1_714_564_805_000_000

    def ours(raw: bytes) -> None:
        arrivals.event(read_call(raw), received_at=received_at, sent_at=received_at, source="web", fallback_id=str)

    print(f"\n{count:,} calls, every person another, best of {ROUNDS} rounds.\n")
    print("| call | bytes | decode and arrive, µs | decode alone, µs | json.loads alone, µs | ratio to json.loads |")
    print("|---|---|---|---|---|---|")
    for name, raws in calls(count).items():
        works: list[Callable[[bytes], object]] = [ours, read_call, json.loads]
        arrive, decode, stdlib = (min(timed(work, raws) for _ in range(ROUNDS)) for work in works)
        print(f"| {name} | {len(raws[0])} | {arrive:.1f} | {decode:.1f} | {stdlib:.1f} | {arrive / stdlib:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--shared", type=int, default=15_000)
    asked = parser.parse_args()
    gc.collect()
    gc.freeze()
    stitching(asked.people, asked.shared)
    arriving(asked.people // 4)


if __name__ == "__main__":
    main()
