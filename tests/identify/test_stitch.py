"""Whose an event is, and who turns out to be one person."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.customer import IdentifierRow
from rapport.core.event import Event
from rapport.core.identifier import Identifier
from rapport.identify.graph import Graph, new_customer_id
from rapport.identify.namespaces import namespaces
from rapport.identify.stitch import Stitch, Stitcher
from rapport.workspace.definitions import Identity, Namespace

IDENTITY = Identity(
    namespaces={
        "email": Namespace(normalise="email", priority=80, limit=2),
        "card": Namespace(normalise="digits", priority=70, unique=True),
        "anonymous_id": Namespace(priority=10, held_by=3),
    }
)
RANK = list(namespaces(IDENTITY))


def event(type_: str = "track", *, previous: str = "", received_at: int = 1_000, **identifiers: str) -> Event:
    subject = min(identifiers, key=RANK.index)
    properties: dict[str, Any] = {"previous": {"user_id": previous, "anonymous_id": previous}} if previous else {}
    return Event(
        message_id="m",
        type=type_,  # type: ignore[arg-type]
        subject=f"{subject}:{identifiers[subject]}",
        identifiers=identifiers,
        time=1,
        received_at=received_at,
        properties=properties,
    )


def walk(events: list[Event], graph: Graph | None = None) -> tuple[Graph, list[Stitch]]:
    graph = graph or Graph()
    stitcher = Stitcher(IDENTITY)
    return graph, [stitcher.stitch(graph, event, seq) for seq, event in enumerate(events, start=1)]


def people(graph: Graph) -> dict[str, set[str]]:
    """Customer id → printed identifiers."""
    held: dict[str, set[str]] = {}
    for row in graph.changed():
        held.setdefault(row.customer_id, set()).add(str(row.identifier))
    return held


def test_the_first_event_makes_a_customer_named_after_its_subject() -> None:
    _, [first] = walk([event(anonymous_id="a1")])
    assert first.owner == IdentifierRow(1, Identifier("anonymous_id", "a1"), first.customer_id, 1, first_us=1)
    assert first.customer_id == new_customer_id(Identifier("anonymous_id", "a1"))
    assert first.created == (first.owner,)
    assert first.links == first.merges == first.refused == ()


def test_a_known_identifier_changes_nothing() -> None:
    graph, [first, second] = walk([event(anonymous_id="a1")] * 2)
    assert second == Stitch(first.owner)
    assert len(graph.changed()) == 1


def test_anonymous_history_joins_on_sign_in() -> None:
    graph, [browsing, sign_in, again] = walk(
        [event(anonymous_id="a1"), event(anonymous_id="a1", user_id="u1"), event(anonymous_id="a1", user_id="u1")]
    )
    assert sign_in.customer_id == browsing.customer_id
    [link] = sign_in.links
    assert (link.kind, str(link.a), str(link.b), link.rule) == ("link", "user_id:u1", "anonymous_id:a1", "same_event")
    assert (link.event_seq, link.time_us) == (2, 1_000)
    assert sign_in.merges == again.links == ()
    assert people(graph) == {browsing.customer_id: {"anonymous_id:a1", "user_id:u1"}}


def test_two_customers_become_one_and_the_older_id_stays() -> None:
    graph, [phone, laptop, both] = walk(
        [event(anonymous_id="a1"), event(user_id="u1", email="ann@x.org"), event(user_id="u1", anonymous_id="a1")]
    )
    assert both.merges == ((laptop.customer_id, phone.customer_id),)
    assert both.customer_id == phone.customer_id
    assert [row.identifier.namespace for row in graph.of(phone.customer_id)] == ["anonymous_id", "user_id", "email"]
    assert graph.of(laptop.customer_id) == []


def test_the_second_user_of_a_shared_device_keeps_to_himself() -> None:
    graph, [ann, ben, device] = walk(
        [
            event(user_id="ann", anonymous_id="kiosk"),
            event(user_id="ben", anonymous_id="kiosk"),
            event(anonymous_id="kiosk"),
        ]
    )
    assert ben.customer_id != ann.customer_id
    [refusal] = ben.refused
    assert (str(refusal.a), str(refusal.b)) == ("user_id:ben", "anonymous_id:kiosk")
    assert refusal.reason == "one person has one user_id"
    assert ben.links == ()
    assert device.customer_id == ann.customer_id
    assert people(graph)[ben.customer_id] == {"user_id:ben"}


def test_two_known_users_are_never_joined_by_what_they_share() -> None:
    _, [ann, ben, both] = walk(
        [event(user_id="ann", email="home@x.org"), event(user_id="ben"), event(user_id="ben", email="home@x.org")]
    )
    assert both.merges == ()
    assert both.customer_id == ben.customer_id != ann.customer_id
    assert [refusal.reason for refusal in both.refused] == ["one person has one user_id"]


def test_every_unique_namespace_protects() -> None:
    _, stitches = walk([event(card="1", anonymous_id="till"), event(card="2", anonymous_id="till")])
    assert [refusal.reason for refusal in stitches[1].refused] == ["one person has one card"]


def test_a_limit_holds() -> None:
    graph, stitches = walk([event(user_id="u1", email=f"{name}@x.org") for name in "abc"])
    assert [refusal.reason for refusal in stitches[2].refused] == ["one person has at most 2 of email"]
    assert len(graph.of(stitches[0].customer_id)) == 3
    alone = graph.row(Identifier("email", "c@x.org"))
    assert alone is not None
    assert alone.customer_id == new_customer_id(alone.identifier)


def test_who_stood_beside_whom_is_remembered_whatever_was_joined() -> None:
    graph, stitches = walk([event(user_id=f"u{number}", anonymous_id="kiosk") for number in range(4)])
    kiosk = graph.row(Identifier("anonymous_id", "kiosk"))
    assert kiosk is not None
    assert [stitch.turn for stitch in stitches] == [(), (), (), (kiosk.identifier,)]
    assert (kiosk.shared, len(kiosk.beside)) == (True, 4)
    after, [more] = walk([event(user_id="u9", anonymous_id="kiosk", email="x@x.org")], graph)
    assert more.turn == ()
    assert [str(link.b) for link in more.links] == ["email:x@x.org"]
    assert len(after.row(kiosk.identifier).beside) == 4


def test_ids_that_come_too_fast_stay_alone() -> None:
    rules = Identity(namespaces={"anonymous_id": Namespace(priority=10, limits={"1h": 2})})
    graph, stitcher, hour_us = Graph(), Stitcher(rules), 3_600_000_000
    reasons = []
    for seq, time_us in enumerate((0, 1, 2, hour_us, hour_us + 1), start=1):
        one = msgspec.structs.replace(event(user_id="u1", anonymous_id=f"a{seq}"), time=time_us)
        reasons.append([refused.reason for refused in stitcher.stitch(graph, one, seq).refused])
    assert reasons == [[], [], ["one person gains at most 2 of anonymous_id within 1h"], [], []]


def test_all_identifiers_of_one_event_belong_together() -> None:
    graph, [first, second] = walk(
        [event(email="ann@x.org", card="7"), event(user_id="u1", anonymous_id="a1", email="ann@x.org")]
    )
    assert len(people(graph)) == 1
    assert [str(link.b) for link in second.links] == ["email:ann@x.org", "anonymous_id:a1"]
    assert first.customer_id == second.customer_id == new_customer_id(Identifier("email", "ann@x.org"))


def test_an_alias_joins_two_user_ids() -> None:
    graph, [old, new, alias] = walk(
        [event(user_id="old"), event(user_id="new"), event("alias", user_id="new", previous="old")]
    )
    assert alias.merges == ((new.customer_id, old.customer_id),)
    assert [(str(link.b), link.rule) for link in alias.links] == [("user_id:old", "alias")]
    assert len(people(graph)) == 1


def test_an_alias_joins_a_known_anonymous_id_and_invents_no_user() -> None:
    graph, _ = walk([event(anonymous_id="a1"), event("alias", user_id="u1", previous="a1")])
    assert list(people(graph).values()) == [{"anonymous_id:a1", "user_id:u1"}]


def test_an_alias_may_come_before_the_history_that_it_joins() -> None:
    _, [alias, late] = walk([event("alias", user_id="u1", previous="a1"), event(anonymous_id="a1")])
    assert late.customer_id == alias.customer_id


def test_an_aliased_person_still_takes_a_new_device_and_refuses_a_third_user() -> None:
    _, stitches = walk(
        [
            event("alias", user_id="new", previous="old"),
            event(user_id="new", anonymous_id="a1"),
            event(user_id="stranger", anonymous_id="a1"),
        ]
    )
    assert stitches[1].refused == ()
    assert stitches[2].customer_id != stitches[0].customer_id


def test_an_alias_does_not_join_two_cards() -> None:
    _, stitches = walk(
        [event(user_id="old", card="1"), event(user_id="new", card="2"), event("alias", user_id="new", previous="old")]
    )
    assert [refusal.reason for refusal in stitches[2].refused] == ["one person has one card"]


def test_missing_names_what_the_store_should_be_asked_for() -> None:
    graph, _ = walk([event(user_id="u1")])
    wanted = graph.missing([event(user_id="u1", email="ann@x.org"), event("alias", user_id="u1", previous="p")])
    assert {str(one) for one in wanted} == {"email:ann@x.org", "user_id:p", "anonymous_id:p"}


def test_what_was_loaded_is_not_a_change_until_it_moves() -> None:
    graph = Graph(next_id=10)
    graph.load(
        [
            IdentifierRow(1, Identifier("user_id", "u1"), "c_u", 5),
            IdentifierRow(2, Identifier("anonymous_id", "a1"), "c_a", 3),
        ]
    )
    assert graph.changed() == []
    _, [joined] = walk([event(user_id="u1", anonymous_id="a1")], graph)
    assert joined.merges == (("c_u", "c_a"),)
    assert graph.changed() == [
        IdentifierRow(1, Identifier("user_id", "u1"), "c_a", 5),
        IdentifierRow(2, Identifier("anonymous_id", "a1"), "c_a", 3, beside=("user_id:1",)),
    ]


def test_new_identifiers_count_on_from_the_stores_number() -> None:
    graph = Graph(next_id=10)
    walk([event(user_id="u1", email="ann@x.org")], graph)
    assert [row.id for row in graph.changed()] == [10, 11]


names = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["u1", "u2", "u3"]),
        "anonymous_id": st.sampled_from(["a1", "a2", "a3", "a4"]),
        "email": st.sampled_from(["e1@x.org", "e2@x.org", "e3@x.org"]),
        "card": st.sampled_from(["1", "2"]),
    },
).filter(bool)
plain_events = names.map(lambda identifiers: event(**identifiers))
aliases = st.builds(
    lambda user, previous: event("alias", user_id=user, previous=previous),
    st.sampled_from(["u1", "u2"]),
    st.sampled_from(["u3", "a1", "a2"]),
)
logs = st.lists(st.one_of(plain_events, plain_events, aliases), max_size=25)


def in_steps(log: list[Event], size: int) -> tuple[dict[Identifier, IdentifierRow], list[Stitch]]:
    """The log folded in steps of some size over a fake store: a dictionary of rows."""
    stored: dict[Identifier, IdentifierRow] = {}
    stitches: list[Stitch] = []
    stitcher = Stitcher(IDENTITY)
    for start in range(0, len(log), size):
        step = log[start : start + size]
        graph = Graph(next_id=len(stored) + 1)
        customers = {stored[wanted].customer_id for wanted in graph.missing(step) if wanted in stored}
        graph.load(row for row in stored.values() if row.customer_id in customers)
        stitches += [stitcher.stitch(graph, one, start + place) for place, one in enumerate(step, start=1)]
        stored.update((row.identifier, row) for row in graph.changed())
    return stored, stitches


@settings(max_examples=150, deadline=None)
@given(logs, st.integers(1, 7))
def test_a_replay_gives_the_same_whatever_the_steps(log: list[Event], size: int) -> None:
    assert in_steps(log, size) == in_steps(log, len(log) or 1)


@settings(max_examples=150, deadline=None)
@given(st.lists(plain_events, max_size=25))
def test_no_two_values_of_a_unique_namespace_ever_meet(log: list[Event]) -> None:
    graph, _ = walk(log)
    for identifiers in people(graph).values():
        for namespace, most in (("user_id", 1), ("card", 1), ("email", 2)):
            assert sum(one.startswith(f"{namespace}:") for one in identifiers) <= most


@settings(max_examples=150, deadline=None)
@given(logs)
def test_a_customers_id_is_that_of_its_oldest_identifier(log: list[Event]) -> None:
    graph, stitches = walk(log)
    for customer_id in people(graph):
        oldest = graph.of(customer_id)[0]
        assert customer_id == new_customer_id(oldest.identifier)
    for absorbed in (merge[0] for stitch in stitches for merge in stitch.merges):
        assert graph.of(absorbed) == []


@settings(max_examples=150, deadline=None)
@given(logs)
def test_the_ledger_alone_explains_who_is_one(log: list[Event]) -> None:
    graph, stitches = walk(log)
    parts: dict[Identifier, Identifier] = {row.identifier: row.identifier for row in graph.changed()}

    def root(one: Identifier) -> Identifier:
        while parts[one] != one:
            one = parts[one]
        return one

    links = [link for stitch in stitches for link in stitch.links]
    for link in links:
        assert root(link.a) != root(link.b), "a line that says nothing new"
        parts[root(link.a)] = root(link.b)
    by_ledger: dict[Identifier, set[str]] = {}
    for one in parts:
        by_ledger.setdefault(root(one), set()).add(str(one))
    assert sorted(map(sorted, by_ledger.values())) == sorted(map(sorted, people(graph).values()))
