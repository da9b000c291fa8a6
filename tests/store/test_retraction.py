"""Taking events back: they leave the log, and unlike erased ones they may come again."""

from __future__ import annotations

from pathlib import Path

from rapport.core.customer import IdentifierRow
from rapport.core.event import AppendReceipt, LogEntry
from rapport.core.identifier import Identifier
from rapport.ports.store import Erasure, FoldBatch, Store
from rapport.store import open_store

ANN = Identifier("email", "ann@x")
ENTRIES = [LogEntry(f"m{n}", b"%d" % n) for n in range(6)]


def bodies(store: Store) -> list[bytes]:
    return [event.body for event in store.read_log(0, 99)]


def seqs(store: Store, *wanted: bytes) -> list[int]:
    return [event.seq for event in store.read_log(0, 99) if event.body in wanted]


def test_a_retracted_event_leaves_and_may_come_again_once(store: Store) -> None:
    store.append(ENTRIES[:4]).result()
    store.append(ENTRIES[4:]).result()
    assert store.retract(seqs(store, b"1", b"4", b"5")).result() == 3
    assert bodies(store) == [b"0", b"2", b"3"]
    assert store.append(ENTRIES).result() == AppendReceipt(3, 3)
    assert store.append(ENTRIES).result() == AppendReceipt(0, 6)
    assert bodies(store) == [b"0", b"2", b"3", b"1", b"4", b"5"]


def test_back_and_forth(store: Store, store_url: str) -> None:
    for _ in range(3):
        assert store.append(ENTRIES[:2]).result() == AppendReceipt(2, 0)
        newest = store.last_seq()
        assert store.retract(seqs(store, b"0", b"1")).result() == 2
    store.close()
    again = open_store(store_url, Path())
    assert again.append(ENTRIES[:2]).result() == AppendReceipt(2, 0)
    assert min(seqs(again, b"0", b"1")) > newest
    again.close()


def test_what_is_not_there_is_not_taken(store: Store) -> None:
    store.append(ENTRIES[:1]).result()
    assert store.retract([]).result() == 0
    assert store.retract([7, 8]).result() == 0
    assert bodies(store) == [b"0"]


def test_a_store_that_was_open_before_agrees(store: Store, store_url: str) -> None:
    store.append(ENTRIES).result()
    other = open_store(store_url, Path())
    assert other.append(ENTRIES).result() == AppendReceipt(0, 6)
    store.retract(seqs(store, b"2", b"3")).result()
    assert other.append(ENTRIES).result() == AppendReceipt(2, 4)
    assert store.append(ENTRIES).result() == AppendReceipt(0, 6)
    other.retract(seqs(other, b"2")).result()
    assert store.append(ENTRIES).result() == AppendReceipt(1, 5)
    assert sorted(bodies(other)) == [entry.body for entry in ENTRIES]
    other.close()


def test_an_erased_event_stays_away_though_its_neighbour_was_retracted(store: Store, store_url: str) -> None:
    store.append(ENTRIES[:3]).result()
    other = open_store(store_url, Path())
    other.append(ENTRIES[:3]).result()
    erased, retracted = seqs(store, b"0"), seqs(store, b"1")
    store.apply(
        FoldBatch(
            event_cursor=3,
            decision_cursor=0,
            identifiers=[IdentifierRow(1, ANN, "c1", 1)],
            owned=[(1, erased[0])],
        )
    ).result()
    store.erase(Erasure(customer_ids=["c1"], identifiers=[IdentifierRow(1, ANN, "c1", 1)])).result()
    assert store.retract([*erased, *retracted]).result() == 1
    assert other.append(ENTRIES[:3]).result() == AppendReceipt(1, 2)
    assert store.append(ENTRIES[:3]).result() == AppendReceipt(0, 3)
    assert bodies(store) == [b"2", b"1"]
    other.close()
