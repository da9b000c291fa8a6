"""Erasing one person: her rows leave every table, the others' stay, and her events do not come back."""

from __future__ import annotations

from pathlib import Path

from rapport.core.customer import CustomerRow, IdentifierRow
from rapport.core.decision import DecisionRow, Offer
from rapport.core.event import AppendReceipt, LogEntry
from rapport.core.identifier import Identifier, Link
from rapport.ports.store import Erasure, FoldBatch, Store
from rapport.store import open_store

ANN, COOKIE, BOB = Identifier("email", "ann@x"), Identifier("anonymous_id", "a1"), Identifier("email", "bob@x")
HERS = [LogEntry("h1", b"her first"), LogEntry("h2", b"her second")]
HIS = [LogEntry("b1", b"his")]


def offer(decision: str, customer: str) -> Offer:
    return Offer(decision_id=decision, action="tea", customer_id=customer, made_at=1, closes_at=9)


def two_people(store: Store) -> None:
    store.append([*HERS, *HIS]).result()
    seqs = [event.seq for event in store.read_log(0, 10)]
    store.record(DecisionRow("d1", "c0", "home", 1, b"hers")).result()
    store.record(DecisionRow("d2", "c2", "home", 1, b"his")).result()
    store.apply(
        FoldBatch(
            event_cursor=seqs[-1],
            decision_cursor=2,
            identifiers=[
                IdentifierRow(1, ANN, "c1", 1),
                IdentifierRow(2, COOKIE, "c1", 1),
                IdentifierRow(3, BOB, "c2", 3),
            ],
            links=[Link(kind="link", a=ANN, b=COOKIE, rule="same_event", actor="fold", time_us=1, event_seq=1)],
            aliases=[("c0", "c1")],
            profiles=[("c1", b"ann"), ("c2", b"bob")],
            owned=[(1, seqs[0]), (2, seqs[1]), (3, seqs[2])],
            offers=[offer("d1", "c0"), offer("d2", "c2")],
        )
    ).result()
    store.write_scores([("c1", b"{}"), ("c2", b'{"x":1}')]).result()


def row(number: int, identifier: Identifier, customer: str) -> IdentifierRow:
    return IdentifierRow(number, identifier, customer, number)


def erase_ann(store: Store) -> dict[str, int]:
    return store.erase(
        Erasure(customer_ids=["c1", "c0"], identifiers=[row(1, ANN, "c1"), row(2, COOKIE, "c1")])
    ).result()


def test_her_rows_leave_and_his_stay(store: Store) -> None:
    two_people(store)
    assert erase_ann(store) == {
        "events": 2, "owned": 2, "identifiers": 2, "aliases": 1, "customers": 1, "scores": 1, "links": 1, "offers": 1,
        "decisions": 1,
    }  # fmt: skip
    assert [event.body for event in store.read_log(0, 10)] == [b"his"]
    assert store.identifiers([ANN, COOKIE]) == {}
    assert (store.find(ANN), store.customer("c1"), store.customer("c0")) == (None, None, None)
    assert (store.links_of([ANN, COOKIE]), store.decision("d1"), store.offers(["d1"])) == ([], None, [])
    assert store.find(BOB) == CustomerRow("c2", b"bob", b'{"x":1}')
    assert [row.id for row in store.decisions_of(["c2"])] == ["d2"]
    assert store.offers_of(["c2"]) == [offer("d2", "c2")]
    assert [event.body for event in store.events_of([3])] == [b"his"]


def test_her_events_do_not_come_back_when_they_are_sent_again(store: Store, store_url: str) -> None:
    two_people(store)
    erase_ann(store)
    assert store.append([*HERS, LogEntry("h3", b"new")]).result() == AppendReceipt(1, 2)
    again = open_store(store_url, Path())
    assert again.append([*HERS, *HIS]).result() == AppendReceipt(0, 3)
    assert [event.body for event in again.read_log(0, 10)] == [b"his", b"new"]
    again.close()


def test_a_position_in_the_log_is_never_given_twice(store: Store, store_url: str) -> None:
    two_people(store)
    newest = store.last_seq()
    store.erase(Erasure(customer_ids=["c2"], identifiers=[row(3, BOB, "c2")])).result()
    store.close()
    again = open_store(store_url, Path())
    again.append([LogEntry("n", b"new")]).result()
    assert again.last_seq() > newest
    again.record(DecisionRow("d3", "c1", "home", 2, b"")).result()
    assert [row.id for row in again.read_decisions(0, 9)] == ["d1", "d3"]
    assert again.read_decisions(0, 9)[-1].seq > 2
    again.close()
