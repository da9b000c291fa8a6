"""Appending to the log beside the storage's own limit: ``python -m benchmarks.ingest_store``.

The store keeps batches of 100 events in flight and makes each durable and idempotent; the limit is a bare ``sqlite3``
loop that writes the same rows in transactions of the same sizes, with the same pragmas and checkpoints, and asks
nothing. Both take turns on one database, first empty, then with N message ids stored. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from rapport.core.event import LogEntry
from rapport.ports.store import Store
from rapport.store import open_store
from rapport.store.message_index import message_hashes

BATCH = 100
BODY = 500
PREFILL_PART = 100_000


def sync_rate(folder: Path, seconds: float = 1.0) -> float:
    """Syncs a second of one 4 KiB page."""
    handle = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY)
    page, syncs, start = b"x" * 4096, 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        os.pwrite(handle, page, 4096 * (syncs % 64))
        os.fdatasync(handle)
        syncs += 1
    os.close(handle)
    (folder / "sync").unlink()
    return syncs / seconds


def fresh_entries(count: int) -> list[LogEntry]:
    """Events nobody has seen."""
    return [LogEntry(str(uuid.uuid4()), os.urandom(BODY // 2).hex().encode()) for _ in range(count)]


def prefill(path: Path, count: int) -> None:
    """Puts message ids into the log quickly, without syncing, as the store itself would have left them."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    for first in range(1, count + 1, PREFILL_PART):
        ids = [os.urandom(16).hex() for _ in range(min(PREFILL_PART, count + 1 - first))]
        connection.execute("BEGIN")
        rows = ((first + place, message_id, b"{}") for place, message_id in enumerate(ids))
        connection.executemany("INSERT INTO events VALUES (?,?,?)", rows)
        hashes = message_hashes(ids)
        commits = ((first + at, hashes[at : at + 1000].tobytes()) for at in range(0, len(ids), 1000))
        connection.executemany("INSERT INTO commits VALUES (?,?)", commits)
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def append(store: Store, batches: Iterable[list[LogEntry]], in_flight: int) -> None:
    """Keeps so many batches waiting for the disk, and waits for all."""
    waiting: deque[object] = deque()
    for batch in batches:
        if len(waiting) == in_flight:
            waiting.popleft().result()
        waiting.append(store.append(batch))
    for future in waiting:
        future.result()


def bare(path: Path, rows: Iterator[tuple[int, str, bytes]], sizes: list[int]) -> None:
    """The same rows in the same transactions, and nothing else."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=FULL", "wal_autocheckpoint=0", "cache_size=-65536", "mmap_size=1073741824"):
        connection.execute(f"PRAGMA {pragma}")
    checkpointed = time.perf_counter()
    for size in sizes:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events VALUES (?,?,?)", islice(rows, size))
        connection.execute("COMMIT")
        if time.perf_counter() - checkpointed > 0.2:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
            checkpointed = time.perf_counter()
    connection.close()


def turn(path: Path, events: int, in_flight: int) -> tuple[float, float, float]:
    """One turn of both: the store's and the limit's events a second, and the mean events a transaction."""
    store = open_store(f"sqlite:///{path}", Path())
    store.append([]).result()
    before = store.last_seq()
    entries = fresh_entries(events)
    batches = [entries[at : at + BATCH] for at in range(0, events, BATCH)]
    start = time.perf_counter()
    append(store, batches, in_flight)
    ours = events / (time.perf_counter() - start)
    store.close()
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT length(hashes) / 8 FROM commits WHERE first_seq > ?", (before,)).fetchall()
    connection.close()
    sizes = [size for (size,) in found]
    after = before + events
    others = fresh_entries(events)
    rows = iter([(after + number, entry.message_id, entry.body) for number, entry in enumerate(others, 1)])
    start = time.perf_counter()
    bare(path, rows, sizes)
    limit = events / (time.perf_counter() - start)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM events WHERE seq > ?", (after,))
    connection.close()
    return ours, limit, statistics.mean(sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ids", type=int, default=10_000_000, help="message ids already stored")
    parser.add_argument("--events", type=int, default=100_000, help="events a turn")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 16])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as name:
        folder = Path(name)
        path = folder / "store.db"
        print(f"disk: {sync_rate(folder):,.0f} syncs a second\n")
        print(
            "| ids stored | batches in flight | events a transaction | store, events/s | bare loop, events/s | ratio |"
        )
        print("|---:|---:|---:|---:|---:|---:|")
        for ids in (0, given.ids):
            path.unlink(missing_ok=True)
            open_store(f"sqlite:///{path}", Path()).close()
            prefill(path, ids)
            for in_flight in given.in_flight:
                turns = [turn(path, given.events, in_flight) for _ in range(given.turns)]
                ours, limit, size = (statistics.median(column) for column in zip(*turns, strict=True))
                ratio = statistics.median(ours / limit for ours, limit, _ in turns)
                print(f"| {ids:,} | {in_flight} | {size:,.0f} | {ours:,.0f} | {limit:,.0f} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
