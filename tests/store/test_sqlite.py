"""What is SQLite's own: the WAL stays small, threads clean up after themselves, reads do not wait for writes."""

from __future__ import annotations

import gc
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.core.event import LogEntry
from rapport.ports.store import Store
from rapport.store import open_store
from rapport.store.sqlite import SqliteStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store("sqlite:///data/rapport.db", tmp_path)
    yield opened
    opened.close()


def wave(number: int, size: int = 1_000) -> list[LogEntry]:
    return [LogEntry(f"{number}-{place}", b"x" * 1_000) for place in range(size)]


def test_the_wal_is_folded_back_while_events_keep_coming(store: Store, tmp_path: Path) -> None:
    for number in range(15):
        store.append(wave(number)).result()
        store.read_log(0, 10)
        time.sleep(0.05)
    assert (tmp_path / "data" / "rapport.db-wal").stat().st_size < 10_000_000


def test_a_reader_that_stays_delays_no_writer(store: Store, tmp_path: Path) -> None:
    store.append(wave(0, 10)).result()
    export = sqlite3.connect(tmp_path / "data" / "rapport.db", isolation_level=None)
    export.execute("BEGIN")
    assert export.execute("SELECT count(*) FROM events").fetchall() == [(10,)]
    for number in range(1, 8):
        store.append(wave(number)).result(5)
        time.sleep(0.05)
    assert export.execute("SELECT count(*) FROM events").fetchall() == [(10,)]
    assert store.last_seq() == 7_010
    export.close()


def test_a_thread_takes_its_connection_along(store: Store) -> None:
    assert isinstance(store, SqliteStore)
    readers = [threading.Thread(target=store.last_seq) for _ in range(5)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    gc.collect()
    assert len(store._readers) == 0
    store.last_seq()
    assert len(store._readers) == 1


def test_a_reader_writes_nothing(store: Store) -> None:
    assert isinstance(store, SqliteStore)
    with pytest.raises(Exception, match="readonly"):
        store.rows("DELETE FROM events")
