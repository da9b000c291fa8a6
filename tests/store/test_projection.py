"""The projection: who is who, what each customer is like, and how far the fold has come."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.core.customer import CustomerRow, IdentifierRow
from rapport.core.errors import Conflict
from rapport.core.event import LogEntry
from rapport.core.identifier import Identifier, Link
from rapport.ports.store import Cursors, FoldBatch, ModelRow, Store
from rapport.store import open_store

EMAIL = Identifier("email", "ann@example.com")
COOKIE = Identifier("anonymous_id", "ann@example.com")
PHONE = Identifier("phone", "+4930123")


def batch(event: int = 1, decision: int = 0, **changes: object) -> FoldBatch:
    return FoldBatch(event_cursor=event, decision_cursor=decision, **changes)


def link(a: Identifier, b: Identifier, event_seq: int = 1) -> Link:
    return Link(kind="link", a=a, b=b, rule="same_event", actor="fold", evidence="e", time_us=5, event_seq=event_seq)


def known(store: Store) -> None:
    rows = [IdentifierRow(1, EMAIL, "c1", 4), IdentifierRow(2, COOKIE, "c2", 7)]
    profiles = [("c1", b"one"), ("c2", b"two")]
    store.apply(batch(7, 3, identifiers=rows, links=[link(EMAIL, PHONE)], profiles=profiles)).result()


def test_nothing_is_known_at_first(store: Store) -> None:
    assert store.cursors() == Cursors(0, 0)
    assert store.next_identifier_id() == 1
    assert store.find(EMAIL) is None
    assert store.customer("c1") is None
    assert (store.count_customers(), store.scan_customers()) == (0, [])
    assert store.identifiers([EMAIL]) == {}


def test_a_step_of_the_fold_is_found_again(store: Store) -> None:
    known(store)
    assert store.cursors() == Cursors(7, 3)
    assert store.next_identifier_id() == 3
    assert store.find(EMAIL) == CustomerRow("c1", b"one")
    assert store.find(COOKIE) == CustomerRow("c2", b"two")
    assert store.find(PHONE) is None
    assert store.identifiers([EMAIL, PHONE, COOKIE]) == {
        EMAIL: IdentifierRow(1, EMAIL, "c1", 4),
        COOKIE: IdentifierRow(2, COOKIE, "c2", 7),
    }
    assert store.identifiers_of(["c2", "c1"]) == [IdentifierRow(1, EMAIL, "c1", 4), IdentifierRow(2, COOKIE, "c2", 7)]
    assert store.customers(["c1", "nobody"]) == {"c1": CustomerRow("c1", b"one")}


def test_an_identifier_moves_and_a_profile_is_overwritten(store: Store) -> None:
    known(store)
    store.apply(batch(8, identifiers=[IdentifierRow(2, COOKIE, "c1", 7)], profiles=[("c1", b"both")])).result()
    assert store.find(COOKIE) == CustomerRow("c1", b"both")


def test_one_step_may_name_a_row_twice_and_the_last_word_counts(store: Store) -> None:
    rows = [IdentifierRow(1, EMAIL, "c1", 4), IdentifierRow(1, EMAIL, "c2", 4)]
    store.apply(batch(identifiers=rows, profiles=[("c2", b"old"), ("c2", b"new")], owned=[(1, 4), (1, 4)])).result()
    assert store.find(EMAIL) == CustomerRow("c2", b"new")


def test_a_removed_customer_is_reached_by_alias(store: Store) -> None:
    known(store)
    store.write_scores([("c1", b'{"x":1}'), ("c2", b'{"x":2}')]).result()
    moved = [IdentifierRow(2, COOKIE, "c1", 7)]
    store.apply(
        batch(8, identifiers=moved, profiles=[("c1", b"both")], aliases=[("c2", "c1")], removed=["c2"])
    ).result()
    assert store.customer("c2") == store.customer("c1") == CustomerRow("c1", b"both", b'{"x":1}')
    assert store.aliases_of("c1") == ["c2"]
    assert store.customers(["c2"]) == {}
    assert store.count_customers() == 1


@pytest.mark.parametrize("steps", [
    [[("a", "b")], [("b", "c")], [("c", "d")]],
    [[("a", "b"), ("b", "c"), ("c", "d")]],
    [[("c", "d"), ("b", "c"), ("a", "b")]],
    [[("c", "d")], [("b", "c")], [("a", "b")]],
])  # fmt: skip
def test_a_chain_of_aliases_leads_to_its_end_in_one_step(store: Store, steps: list[list[tuple[str, str]]]) -> None:
    store.apply(batch(profiles=[("d", b"d")])).result()
    for aliases in steps:
        store.apply(batch(aliases=aliases, removed=[old for old, _ in aliases])).result()
    assert store.aliases_of("d") == ["a", "b", "c"]
    assert store.customer("a") == CustomerRow("d", b"d")


def test_a_customer_who_has_a_profile_again_is_no_alias(store: Store) -> None:
    store.apply(batch(profiles=[("a", b"a"), ("b", b"b")])).result()
    store.apply(batch(aliases=[("a", "b")], removed=["a"])).result()
    store.apply(batch(profiles=[("a", b"a again")])).result()
    assert store.customer("a") == CustomerRow("a", b"a again")
    assert store.aliases_of("b") == []


def test_the_ledger_is_read_by_either_end_in_order(store: Store) -> None:
    lines = [link(EMAIL, PHONE, 1), link(COOKIE, EMAIL, 2), link(COOKIE, PHONE, 3), link(EMAIL, EMAIL, 4)]
    store.apply(batch(links=lines[:2])).result()
    store.apply(batch(links=lines[2:])).result()
    assert store.links_of([EMAIL]) == [lines[0], lines[1], lines[3]]
    assert store.links_of([PHONE, COOKIE]) == lines[:3]
    assert store.links_of([]) == []


def test_customers_are_scanned_in_the_order_of_their_bytes(store: Store) -> None:
    names = ["Z", "a", "b", "é", "书"]
    store.apply(batch(profiles=[(name, name.encode()) for name in reversed(names)])).result()
    assert [row.id for row in store.scan_customers(limit=2)] == ["Z", "a"]
    assert [row.id for row in store.scan_customers("a")] == ["b", "é", "书"]


def test_scores_are_written_in_parts_and_read_with_the_customer(store: Store) -> None:
    known(store)
    many = ((f"x{number}", b"{}") for number in range(20_001))
    assert store.write_scores(many).result() == 20_001
    assert store.write_scores([("c1", b'{"rfm":"Loyal"}')]).result() == 1
    assert store.write_scores([("c1", b'{"rfm":"Active"}')]).result() == 1
    assert store.write_scores([]).result() == 0
    assert store.find(EMAIL) == CustomerRow("c1", b"one", b'{"rfm":"Active"}')
    assert store.scores_of(["c1", "nobody"]) == {"c1": b'{"rfm":"Active"}'}
    assert store.scores_of([]) == {}
    assert store.count_customers() == 2


def test_a_large_step(store: Store) -> None:
    people = range(1, 3_001)
    rows = [IdentifierRow(number, Identifier("email", f"{number}@x"), f"c{number}", number) for number in people]
    store.apply(batch(3_000, identifiers=rows, profiles=[(f"c{number}", b"p") for number in people])).result()
    assert len(store.identifiers([row.identifier for row in rows])) == 3_000
    assert len(store.customers([row.customer_id for row in rows])) == store.count_customers() == 3_000


def test_a_step_that_fails_changes_nothing_and_the_next_succeeds(store: Store) -> None:
    known(store)
    taken = [IdentifierRow(9, EMAIL, "c9", 9)]
    wrong = store.apply(batch(99, identifiers=taken, profiles=[("c9", b"nine")]))
    right = store.save_state("mark", b"1")
    with pytest.raises(Conflict):
        wrong.result()
    right.result()
    assert store.cursors() == Cursors(7, 3)
    assert store.customer("c9") is None
    assert store.state("mark") == b"1"


def test_the_projection_is_forgotten_and_the_facts_stay(store: Store) -> None:
    store.append([LogEntry("m", b"{}")]).result()
    known(store)
    store.apply(batch(8, links=[link(EMAIL, COOKIE, 0)], aliases=[("c0", "c1")], owned=[(1, 1)])).result()
    store.write_scores([("c1", b"{}")]).result()
    store.save_model(ModelRow("m", 1, 0, 8, b"")).result()
    of_records = ModelRow("linking", 1, 0, 0, b"weights")
    store.save_model(of_records).result()
    store.save_state("projection:x", b"1").result()
    store.save_state("imports:x", b"2").result()
    store.reset_projection().result()
    assert store.cursors() == Cursors(0, 0)
    assert (store.find(EMAIL), store.count_customers(), store.next_identifier_id()) == (None, 0, 1)
    assert store.links_of([EMAIL]) == [link(EMAIL, COOKIE, 0)]
    assert (store.model("m"), store.events_of([1]), store.customer("c0")) == (None, [], None)
    assert store.model("linking") == of_records
    assert store.states("") == {"imports:x": b"2"}
    assert len(store.read_log(0, 10)) == 1


def test_one_process_folds_at_a_time(store: Store, store_url: str) -> None:
    other = open_store(store_url, Path())
    with store.fold_lease() as mine:
        assert mine
        with other.fold_lease() as theirs, store.fold_lease() as again:
            assert (theirs, again) == (False, False)
        store.apply(batch(5)).result()
    with other.fold_lease() as theirs:
        assert theirs
    other.close()
