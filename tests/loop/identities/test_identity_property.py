"""Over random histories, on both stores: what was merged and unmerged is as if it had never been merged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.bootstrap import open_runtime
from rapport.core.acts import MANUAL, PROBABLE, Act, act_event
from rapport.core.customer import decode_profile
from rapport.core.event import LogEntry, encode_event
from rapport.core.identifier import Identifier
from rapport.core.time import HOUR_US
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.runtime import Runtime
from tests.loop.conftest import MORNING, CountingChance, HandClock, write_workspace

IDENTITY = """
namespaces:
  user_id: {priority: 100, unique: true}
  email: {priority: 80, limit: 2, shared_by: 2, held_by: 2, found_in: [properties.email]}
  anonymous_id: {priority: 10, shared_by: 2, held_by: 1, limit: 4, limits: {1d: 3}}
"""
NAMES = {"user_id": ("u1", "u2", "u3"), "email": ("e1", "e2", "e3"), "anonymous_id": ("a1", "a2", "a3", "a4")}


class Happening(NamedTuple):
    """Something that is seen: who it shows, when, and what it is."""

    names: dict[str, str]
    hour: int
    worth: int
    city: str
    previous: str = ""


class Saying(NamedTuple):
    """Two names, and how they are said to be one person."""

    a: Identifier
    b: Identifier
    rule: str


def happenings() -> st.SearchStrategy[Happening]:
    names = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in NAMES.items()})
    shown = names.filter(bool)
    return st.builds(Happening, shown, st.integers(0, 100), st.integers(0, 3), st.sampled_from(["", "Graz", "Linz"]),
                     st.sampled_from(["", "", "", "u1", "a1"]))  # fmt: skip


def identifiers() -> st.SearchStrategy[Identifier]:
    return st.sampled_from([Identifier(name, value) for name, values in NAMES.items() for value in values])


CLERK = Happening({"user_id": "clerk"}, 0, 0, "")


class World:
    """One runtime that many histories share: each has names of its own."""

    def __init__(self, root: Path, store: str) -> None:
        write_workspace(root, **{"identity.yaml": IDENTITY})
        with (root / "rapport.yaml").open("a") as file:
            file.write(f"store: {store}\n")
        self.clock = HandClock()
        self.rt: Runtime = open_runtime(root, clock=self.clock, chance=CountingChance())

    def happen(self, prefix: str, one: Happening) -> None:
        names = {name: prefix + value for name, value in one.names.items()}
        call = {
            "type": "alias" if one.previous and "user_id" in names else "identify" if one.city else "track",
            "event": "Order Completed",
            "userId": names.get("user_id"),
            "anonymousId": names.get("anonymous_id"),
            "previousId": prefix + one.previous if one.previous else None,
            "timestamp": (MORNING + one.hour * HOUR_US) // 1000,
            "traits": {"city": one.city} if one.city else {},
            "properties": {"email": names.get("email"), "revenue": one.worth},
        }
        ingest(self.rt, [json.dumps(call).encode()], source="test", live=False).saved.result()
        catch_up(self.rt)

    def say(self, kind: Any, prefix: str, said: Saying) -> None:
        a, b = (Identifier(name.namespace, prefix + name.value) for name in (said.a, said.b))
        rule = said.rule if kind == "link" else MANUAL
        act = Act(kind=kind, a=a, b=b, rule=rule, actor="desk")
        event = act_event(act, message_id=self.rt.chance.new_id("act_"), now_us=self.clock.now_us())
        self.rt.store.append([LogEntry(event.message_id, encode_event(event))]).result()
        catch_up(self.rt)

    def customer_of(self, prefix: str, name: Identifier) -> str:
        held = self.rt.store.identifiers([Identifier(name.namespace, prefix + name.value)])
        return next((row.customer_id for row in held.values()), "")

    def state(self, prefix: str) -> dict[str, Any]:
        """Everything that follows from the history: identifiers, profiles, refused joins, the links that stand."""
        names = [Identifier(name, prefix + value) for name, values in NAMES.items() for value in values]
        rows = self.rt.store.identifiers(names)
        customers = self.rt.store.customers({row.customer_id for row in rows.values()})
        return {
            "identifiers": {str(name): (row.customer_id, row.first_seq, row.shared, sorted(row.beside))
                            for name, row in sorted(rows.items())},
            "profiles": {key: decode_profile(row.profile) for key, row in sorted(customers.items())},
            "refused": {(str(one.a), str(one.b)): (one.reason, one.times, one.first_seq, one.last_seq)
                        for one in self.rt.store.refusals_of(names)},
        }  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[World]]:
    fresh: Callable[[], str]
    if request.param == "postgres":
        fresh = request.getfixturevalue("shared_postgres").fresh
    else:
        fresh = lambda: "sqlite:///data/rapport.db"  # noqa: E731
    both = [World(tmp_path_factory.mktemp("world"), fresh()) for _ in range(2)]
    for world in both:
        world.happen("", CLERK)
    yield both
    for world in both:
        world.rt.close()


NUMBERS = count()
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(
    st.lists(happenings(), min_size=2, max_size=7),
    st.builds(Saying, identifiers(), identifiers(), st.sampled_from([MANUAL, PROBABLE])),
    st.lists(happenings(), max_size=5),
    st.lists(happenings(), max_size=4),
)
def test_merge_and_unmerge_cancel_out(
    worlds: list[World], before: list[Happening], said: Saying, between: list[Happening], after: list[Happening]
) -> None:
    """In one world two people are merged and unmerged again, in the other a clerk does something else meanwhile."""
    prefix = f"m{next(NUMBERS)}-"
    merged, plain = worlds
    for world in worlds:
        for one in before:
            world.happen(prefix, one)
    if said.a == said.b or not all(plain.customer_of(prefix, name) for name in (said.a, said.b)):
        return
    merged.say("link", prefix, said)
    plain.happen("", CLERK)
    for world in worlds:
        for one in between:
            world.happen(prefix, one)
    together = plain.customer_of(prefix, said.a) == plain.customer_of(prefix, said.b)
    merged.say("unlink", prefix, said)
    plain.happen("", CLERK)
    for world in worlds:
        for one in after:
            world.happen(prefix, one)
    if together:
        assert merged.customer_of(prefix, said.a) != merged.customer_of(prefix, said.b)
    else:
        assert merged.state(prefix) == plain.state(prefix)


def test_a_replay_gives_every_history_again(worlds: list[World]) -> None:
    """After all that: the log alone gives the same people, bit for bit."""
    merged = worlds[0]
    rt = merged.rt

    def everything() -> list[Any]:
        customers = rt.store.scan_customers(limit=100_000)
        ids = [row.id for row in customers]
        names = [row.identifier for row in rt.store.identifiers_of(ids)]
        return [
            [(row.id, decode_profile(row.profile)) for row in customers],
            rt.store.identifiers_of(ids),
            rt.store.links_of(names),
            sorted(rt.store.refusals(1_000_000), key=str),
            sorted((alias, key) for key in ids for alias in rt.store.aliases_of(key)),
        ]

    before = everything()
    rebuild(rt)
    assert everything() == before
