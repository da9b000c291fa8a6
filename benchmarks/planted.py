"""Planted trouble: does anybody's identity get mixed up, and are the culprits named: ``python -m benchmarks.planted``.

A shop with shared devices (people sign in with a user id, or leave only an e-mail), addresses that a whole firm uses,
and clients that make up a new anonymous id for every event. Everything goes the way it goes in production: arrival,
the log in SQLite, the fold. A customer is a wrong merge when it holds the identifiers of two people. The peer in the
same run is plain union-find over the same events.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.stitch import UnionFind
from rapport.bootstrap import opened
from rapport.core.event import decode_event
from rapport.loop.identities.identity import report
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.runtime import Runtime

IDENTITY = """
namespaces:
  email: {normalise: email, found_in: [traits.email], priority: 80}
  phone: {normalise: phone, found_in: [traits.phone], priority: 70}
"""
BATCH = 500


class Trouble(NamedTuple):
    """How much of what is planted among how many customers."""

    customers: int
    devices: int
    emails: int
    rotating: int
    rotations: int = 60
    people_a_device: tuple[int, int] = (4, 40)
    people_an_email: tuple[int, int] = (6, 50)


class Planted(NamedTuple):
    """The calls, in the order in which they are made, and the truth about every identifier."""

    calls: list[dict[str, Any]]
    person: dict[str, int]
    """Identifier → the person it is; what several share is not in it."""
    shared: set[str]
    rotating: set[str]


def plant(trouble: Trouble, seed: int = 1) -> Planted:
    """A shop's history with known truth."""
    chance = random.Random(seed)
    person: dict[str, int] = {}
    rounds: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for number in range(trouble.customers):
        for call in visits(number, chance):
            rounds[chance.randrange(8)].append(call)
            learn(person, call, number)
    shared = set()
    for call, name in [*kiosks(trouble, chance), *firms(trouble, chance)]:
        rounds[chance.randrange(8)].append(call)
        shared.add(name)
    rotating = set()
    for number in chance.sample(range(trouble.customers), trouble.rotating):
        rotating.add(f"user_id:u{number}")
        rounds[chance.randrange(8)].extend(
            {"type": "track", "event": "Page", "userId": f"u{number}", "anonymousId": f"r{number}-{turn}"}
            for turn in range(trouble.rotations)
        )
    calls = [call for number in sorted(rounds) for call in shuffled(rounds[number], chance)]
    return Planted(calls, {name: one for name, one in person.items() if name not in shared}, shared, rotating)


def visits(number: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """What one person does on their own devices; one in four never signs in and leaves an e-mail at most."""
    member = number % 4 != 3
    traits = {"email": f"p{number}@example.com"}
    if number % 3 == 0:
        traits["phone"] = f"+43 1 {4_000_000 + number}"
    for device in range(1 + chance.randrange(3)):
        anonymous = f"d{number}-{device}"
        yield {"type": "track", "event": "Product Viewed", "anonymousId": anonymous}
        user = {"userId": f"u{number}"} if member else {}
        if member or chance.random() < 0.7:
            yield {"type": "identify", "anonymousId": anonymous, "traits": traits, **user}


def kiosks(trouble: Trouble, chance: random.Random) -> Iterator[tuple[dict[str, Any], str]]:
    """People at shared devices: on every other device they sign in, on the rest they leave an e-mail."""
    for device in range(trouble.devices):
        name = f"kiosk{device}"
        for number in chance.sample(range(trouble.customers), chance.randint(*trouble.people_a_device)):
            if device % 2 and number % 4 != 3:
                call = {"type": "track", "event": "Page", "userId": f"u{number}", "anonymousId": name}
            else:
                call = {"type": "identify", "anonymousId": name, "traits": {"email": f"p{number}@example.com"}}
            yield call, f"anonymous_id:{name}"


def firms(trouble: Trouble, chance: random.Random) -> Iterator[tuple[dict[str, Any], str]]:
    """Members who gave the address of the firm they all work for."""
    members = [number for number in range(trouble.customers) if number % 4 != 3]
    for firm in range(trouble.emails):
        email = f"office@firm{firm}.example"
        for number in chance.sample(members, chance.randint(*trouble.people_an_email)):
            yield {"type": "identify", "userId": f"u{number}", "traits": {"email": email}}, f"email:{email}"


def learn(person: dict[str, int], call: dict[str, Any], number: int) -> None:
    """Writes down whose the identifiers of a call are."""
    given = {"user_id": call.get("userId"), "anonymous_id": call.get("anonymousId"), **call.get("traits", {})}
    for namespace, value in given.items():
        if value:
            person[f"{namespace}:{value.replace(' ', '')}"] = number


def shuffled(calls: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    chance.shuffle(calls)
    return calls


def load(rt: Runtime, planted: Planted) -> float:
    """Sends everything and folds it; returns the fold's seconds."""
    for start in range(0, len(planted.calls), BATCH):
        raws = [json.dumps(call).encode() for call in planted.calls[start : start + BATCH]]
        ingest(rt, raws, source="web").saved.result()
    started = time.perf_counter()
    catch_up(rt)
    return time.perf_counter() - started


class Verdict(NamedTuple):
    """What came of it."""

    customers: int
    wrong_merges: int
    shared_missed: int
    shared_wrongly: int
    rotating_missed: int
    split: int
    """People with a user id whose own identifiers lie in more than one customer, those of rotating clients aside."""


def judge(rt: Runtime, planted: Planted) -> Verdict:
    """Compares the customers with the truth."""
    people: dict[str, set[int]] = defaultdict(set)
    homes: dict[int, set[str]] = defaultdict(set)
    rows = 0
    after = ""
    while page := rt.store.scan_customers(after, 5_000):
        after = page[-1].id
        for row in rt.store.identifiers_of([one.id for one in page]):
            rows += 1
            owner = planted.person.get(str(row.identifier))
            if owner is not None:
                people[row.customer_id].add(owner)
                homes[owner].add(row.customer_id)
    said = report(rt, shown=1_000_000)
    shared = {one["identifier"] for one in said["shared"]["identifiers"]}
    rotating = {one["identifier"] for one in said["rotating"]["identifiers"]}
    return Verdict(
        customers=rt.store.count_customers(),
        wrong_merges=sum(len(owners) > 1 for owners in people.values()),
        shared_missed=len(planted.shared - shared),
        shared_wrongly=len(shared - planted.shared),
        rotating_missed=len(planted.rotating - rotating),
        split=sum(
            len(places) > 1
            for owner, places in homes.items()
            if owner % 4 != 3 and f"user_id:u{owner}" not in planted.rotating
        ),
    )


def plain(rt: Runtime, planted: Planted) -> tuple[float, int, int]:
    """Union-find over the same log: seconds, customers that hold several people, people in them."""
    components = UnionFind()
    events = []
    after = 0
    while page := rt.store.read_log(after, 50_000):
        events += [decode_event(one.body) for one in page]
        after = page[-1].seq
    started = time.perf_counter()
    for event in events:
        components.add(event)
    seconds = time.perf_counter() - started
    people: dict[tuple[str, str], set[int]] = defaultdict(set)
    for key in components.parent:
        owner = planted.person.get(":".join(key))
        if owner is not None:
            people[components.find(key)].add(owner)
    sizes = Counter(len(owners) for owners in people.values())
    mixed = {size: count for size, count in sizes.items() if size > 1}
    return seconds, sum(mixed.values()), sum(size * count for size, count in mixed.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    asked = parser.parse_args()
    planted = plant(Trouble(customers=asked.customers, devices=1_000, emails=100, rotating=50))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "rapport.yaml").write_text("name: Shop\n")
        (root / "identity.yaml").write_text(IDENTITY)
        with opened(root) as rt:
            seconds = load(rt, planted)
            verdict = judge(rt, planted)
            alone, mixed, people = plain(rt, planted)
    print(f"{asked.customers:,} people, {len(planted.calls):,} events; folded in {seconds:.0f} s.\n")
    print("| what | Rapport | plain union-find |")
    print("|---|---:|---:|")
    print(f"| customers that hold two people or more | {verdict.wrong_merges:,} | {mixed:,} ({people:,} people) |")
    print(f"| shared devices and addresses not named, of {len(planted.shared):,} | {verdict.shared_missed:,} | all |")
    print(f"| named as shared and are not | {verdict.shared_wrongly:,} | – |")
    print(f"| rotating clients not named, of {len(planted.rotating):,} | {verdict.rotating_missed:,} | all |")
    print(f"| members in more than one customer, rotating clients aside | {verdict.split:,} | – |")
    print(f"| µs an event, the whole fold; stitching alone | {seconds / len(planted.calls) * 1e6:.0f} | "
          f"{alone / len(planted.calls) * 1e6:.0f} |")  # fmt: skip


if __name__ == "__main__":
    main()
