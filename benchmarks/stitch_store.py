"""Stitching one event at a time over a store that holds a million identifiers: ``python -m benchmarks.stitch_store``.

What is timed is all that stands between an event and the answer whose it is: the questions to the store, the working
set, the stitch. The commit, which a group shares, is not in it. The peer in the same run is plain union-find over the
same identifiers, all of them in memory.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.stitch import IDENTITY, UnionFind, event
from rapport.core.customer import IdentifierRow
from rapport.core.event import Event
from rapport.core.identifier import Identifier
from rapport.identify.graph import Graph, new_customer_id
from rapport.identify.stitch import Stitcher
from rapport.ports.store import FoldBatch, Store
from rapport.store import open_store

STEP = 4_000
DEVICES = 3
"""Beside them each customer has a user id and an e-mail."""
KIOSK = "kiosk"


def people(store: Store, plain: UnionFind, identifiers: int) -> int:
    """Customers as the fold would have left them; returns how many."""
    customers = identifiers // (DEVICES + 2)
    number = 0
    for first in range(0, customers, STEP):
        rows = []
        for one in range(first, min(first + STEP, customers)):
            customer_id = new_customer_id(Identifier("user_id", f"u{one}"))
            names = {"user_id": f"u{one}", "email": f"p{one}@example.com"}
            names |= {f"anonymous_id{device}": f"d{one}-{device}" for device in range(DEVICES)}
            user = number + 1
            for name, value in names.items():
                number += 1
                key = (name.rstrip("012"), value)
                seen = () if name == "user_id" else (f"user_id:{user}",)
                rows.append(IdentifierRow(number, Identifier(*key), customer_id, one + 1, 1, seen))
            keys = [(row.identifier.namespace, row.identifier.value) for row in rows[-len(names) :]]
            for key in keys:
                plain.parent[key], plain.size[key] = keys[0], 1
            plain.size[keys[0]] = len(keys)
        store.apply(FoldBatch(event_cursor=first, decision_cursor=0, identifiers=rows)).result()
    kiosk = Identifier("anonymous_id", KIOSK)
    row = IdentifierRow(number + 1, kiosk, new_customer_id(kiosk), 1, 1, ("user_id:1", "user_id:6"), True)
    store.apply(FoldBatch(event_cursor=customers, decision_cursor=0, identifiers=[row])).result()
    return customers


def kinds(customers: int, chance: random.Random) -> dict[str, Callable[[int], Event]]:
    """What may happen, by the words of the table; each takes a running number."""

    def one() -> int:
        return chance.randrange(customers)

    def known(_: int) -> Event:
        number = one()
        return event(user_id=f"u{number}", anonymous_id=f"d{number}-{chance.randrange(DEVICES)}")

    return {
        "nothing new, one identifier": lambda _: event(user_id=f"u{one()}"),
        "nothing new, two identifiers": known,
        "a new device of a known customer": lambda n: event(user_id=f"u{one()}", anonymous_id=f"n{n}"),
        "first visit": lambda n: event(anonymous_id=f"v{n}"),
        "another person's device: the join is refused": lambda _: event(
            user_id=f"u{one()}", anonymous_id=f"d{one()}-0"
        ),
        "at a kiosk that is known as one": lambda _: event(user_id=f"u{one()}", anonymous_id=KIOSK),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identifiers", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--url", default="sqlite:///store.db", help="another store, empty")
    asked = parser.parse_args()
    stitcher, plain = Stitcher(IDENTITY), UnionFind()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(asked.url, Path(folder))
        customers = people(store, plain, asked.identifiers)
        print(f"{asked.identifiers:,} identifiers of {customers:,} customers; µs an event.\n")
        print("| what an event does | p50 | p99 | plain union-find in memory, p50 | p99 |\n|---|---:|---:|---:|---:|")
        for name, make in kinds(customers, random.Random(1)).items():
            ours, theirs = [], []
            for number in range(asked.events):
                one = make(number)
                started = time.perf_counter_ns()
                stitch_one(store, stitcher, one, customers + number)
                ours.append(time.perf_counter_ns() - started)
                started = time.perf_counter_ns()
                plain.add(one)
                theirs.append(time.perf_counter_ns() - started)
            figures = [
                sorted(taken)[int(asked.events * share)] / 1_000 for taken in (ours, theirs) for share in (0.5, 0.99)
            ]
            print(f"| {name} | " + " | ".join(f"{figure:.0f}" for figure in figures) + " |")
        store.close()


def stitch_one(store: Store, stitcher: Stitcher, one: Event, seq: int) -> str:
    """Whose an event is, asked of the store as the fold asks; nothing is written."""
    graph = Graph(next_id=10_000_000)
    known = store.identifiers(graph.missing([one]))
    graph.load(store.identifiers_of({row.customer_id for row in known.values()}))
    return stitcher.stitch(graph, one, seq).customer_id


if __name__ == "__main__":
    main()
