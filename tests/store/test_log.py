"""The log: appended once by message id, read in commit order, byte for byte."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from rapport.core.customer import IdentifierRow
from rapport.core.errors import InvalidInput, StoreFailure
from rapport.core.event import AppendReceipt, LogEntry, StoredEvent
from rapport.core.identifier import Identifier
from rapport.ports.store import FoldBatch, Store
from rapport.store import open_store


def entries(*ids: str) -> list[LogEntry]:
    return [LogEntry(message_id, message_id.encode()) for message_id in ids]


def bodies(events: list[StoredEvent]) -> list[bytes]:
    return [event.body for event in events]


def test_an_empty_log_has_no_last_seq(store: Store) -> None:
    assert store.last_seq() == 0
    assert store.read_log(0, 10) == []


def test_events_come_back_in_order_after_a_seq(store: Store) -> None:
    assert store.append(entries("a", "b", "c")).result() == AppendReceipt(3, 0)
    log = store.read_log(0, 10)
    assert bodies(log) == [b"a", b"b", b"c"]
    assert store.read_log(log[0].seq, 1) == [log[1]]
    assert store.last_seq() == log[-1].seq


def test_events_are_read_by_their_places(store: Store) -> None:
    store.append(entries("a", "b", "c")).result()
    first, _, last = (event.seq for event in store.read_log(0, 10))
    assert bodies(store.events_at([last, first, last + 9])) == [b"a", b"c"]
    assert store.events_at([]) == []


def test_a_message_id_is_kept_once_within_a_batch_and_across_batches(store: Store) -> None:
    assert store.append(entries("a", "b", "a")).result() == AppendReceipt(2, 1)
    assert store.append([LogEntry("b", b"again"), LogEntry("c", b"c")]).result() == AppendReceipt(1, 1)
    assert bodies(store.read_log(0, 10)) == [b"a", b"b", b"c"]


def test_batches_that_share_a_transaction_count_their_own_events(store: Store) -> None:
    waiting = [store.append(entries("x", str(number))) for number in range(50)]
    receipts = [future.result() for future in waiting]
    assert sum(receipt.appended for receipt in receipts) == 51
    assert receipts[0] == AppendReceipt(2, 0)
    assert set(receipts[1:]) == {AppendReceipt(1, 1)}


def test_an_empty_batch_is_fine(store: Store) -> None:
    assert store.append([]).result() == AppendReceipt(0, 0)


def test_bodies_come_back_byte_for_byte(store: Store) -> None:
    odd = [b'{"a": 1.0}', '{"名":"书店","e":"\\u0000"}'.encode(), b"\x00\xff not json", b"", b"x" * 100_000]
    store.append([LogEntry(f"é{number}", body) for number, body in enumerate(odd)]).result()
    assert bodies(store.read_log(0, 10)) == odd


def test_many_events_at_once(store: Store) -> None:
    ids = [f"m{number}" for number in range(3_333)]
    assert store.append(entries(*ids)).result() == AppendReceipt(3_333, 0)
    assert store.append(entries(*ids, "new")).result() == AppendReceipt(1, 3_333)
    log = store.read_log(0, 10_000)
    assert bodies(log) == [name.encode() for name in [*ids, "new"]]
    assert all(earlier.seq < later.seq for earlier, later in pairwise(log))


def test_threads_append_together_and_nothing_is_lost_or_doubled(store: Store) -> None:
    def send(sender: int) -> int:
        sent = [store.append(entries(f"{sender}-{number}", f"shared-{number}")) for number in range(30)]
        return sum(future.result().appended for future in sent)

    with ThreadPoolExecutor(8) as pool:
        appended = sum(pool.map(send, range(8)))
    assert appended == 8 * 30 + 30
    assert len(set(bodies(store.read_log(0, 1_000)))) == appended


def test_a_store_opened_again_remembers_its_message_ids(store_url: str) -> None:
    first = open_store(store_url, Path())
    first.append(entries("a", "b")).result()
    first.close()
    again = open_store(store_url, Path())
    assert again.append(entries("b", "c")).result() == AppendReceipt(1, 1)
    assert bodies(again.read_log(0, 10)) == [b"a", b"b", b"c"]
    again.close()


def test_two_stores_on_one_database_see_each_others_message_ids(store: Store, store_url: str) -> None:
    other = open_store(store_url, Path())
    assert store.append(entries("a", "b")).result() == AppendReceipt(2, 0)
    assert other.append(entries("b", "c")).result() == AppendReceipt(1, 1)
    assert store.append(entries("c", "d")).result() == AppendReceipt(1, 1)
    assert bodies(other.read_log(0, 10)) == [b"a", b"b", b"c", b"d"]
    other.close()


@pytest.mark.parametrize("message_id", ["nul\x00", "half \ud800"])
def test_an_id_that_is_not_text_is_refused_at_once(store: Store, message_id: str) -> None:
    with pytest.raises(InvalidInput, match="messageId"):
        store.append([LogEntry(message_id, b"{}")])


def test_closing_writes_what_waits_and_takes_nothing_more(store_url: str) -> None:
    store = open_store(store_url, Path())
    waiting = [store.append(entries(str(number))) for number in range(100)]
    store.close()
    store.close()
    assert all(future.result() == AppendReceipt(1, 0) for future in waiting)
    with pytest.raises(StoreFailure, match="closed"):
        store.append(entries("late"))
    with pytest.raises(StoreFailure, match="closed"):
        store.last_seq()


def test_the_events_of_identifiers_page_from_the_newest(store: Store) -> None:
    store.append(entries("a", "b", "c", "d", "e")).result()
    seqs = [event.seq for event in store.read_log(0, 10)]
    ann = IdentifierRow(1, Identifier("email", "ann@example.com"), "c1", seqs[0])
    owned = [(1, seqs[0]), (2, seqs[1]), (1, seqs[2]), (3, seqs[3]), (2, seqs[4])]
    store.apply(FoldBatch(event_cursor=seqs[-1], decision_cursor=0, identifiers=[ann], owned=owned)).result()
    assert bodies(store.events_of([1, 2])) == [b"a", b"b", b"c", b"e"]
    assert bodies(store.events_of([1, 2], limit=2)) == [b"c", b"e"]
    assert bodies(store.events_of([1, 2], before=seqs[2], limit=2)) == [b"a", b"b"]
    assert store.events_of([]) == []
