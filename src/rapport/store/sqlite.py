"""The store in one SQLite file: one writer thread, readers on any thread, nothing else to run.

Durability: WAL with ``synchronous=FULL``; a future completes after the sync. The writer thread alone writes and
checkpoints on its one connection; readers have a connection a thread.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
import weakref
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np

from rapport.core.errors import Conflict, StoreFailure
from rapport.core.event import AppendReceipt
from rapport.store import copying, migrate, wiping, writes
from rapport.store.base import Append, Change, Record, SqlStore
from rapport.store.failures import sqlite_failure
from rapport.store.group_commit import GroupCommit, Job
from rapport.store.message_index import Hashes, MessageIndex, message_hashes
from rapport.store.sql import SQLITE, Insert, Row, Transaction, chunks, flat

_EVENTS: Final = Insert("events", (("seq", "bigint"), ("message_id", "text"), ("body", "bytea")))
_ESCAPED: Final = str.maketrans({character: f"\\{character}" for character in "\\%_"})
_BUSY_TIMEOUT_S: Final = 30.0
_MMAP_BYTES: Final = 1 << 30
_CHECKPOINT_EVERY_S: Final = 0.2
_CHECKPOINT_CHANGES: Final = 1_000
_CHECKPOINT_IDLE_S: Final = 1.0
_CHECKPOINT_WAIT_MS: Final = 20
_BLOCK_BYTES: Final = 16 << 20
_WAL_BYTES: Final = 64 << 20


class SqliteStore(SqlStore):
    """``ports.store.Store`` on SQLite."""

    holds = "instr(body, ?) > 0"
    says = r"CAST(body AS TEXT) LIKE ? ESCAPE '\'"

    @staticmethod
    def said(text: str) -> str:
        """A pattern: LIKE compares faster than lowering both."""
        return "%" + text.translate(_ESCAPED) + "%"

    def __init__(self, path: Path) -> None:
        """Opens or creates the database. Raises ``StoreFailure`` when it cannot be used."""
        self._path = path
        self._local = threading.local()
        self._readers: weakref.WeakSet[_Reader] = weakref.WeakSet()
        self._readers_lock = threading.Lock()
        self._closed = False
        self._texts: dict[str, str] = {}
        try:
            self._users = _joined_users(path)
            self._writer = _prepared(path)
        except sqlite3.Error as error:
            raise sqlite_failure(error, self.place) from error
        except OSError as error:
            raise StoreFailure(f"the database cannot be created ({error})", where=self.place,
                               hint="make its folder writable for this user") from error  # fmt: skip
        self._committer = GroupCommit(self._writer.commit, self._writer.rest)

    @property
    def place(self) -> str:
        """The database file."""
        return str(self._path)

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Rows of a query as of now, from any thread; a collection as parameter belongs to ``IN ??``."""
        try:
            return _rows(self._reader(), self._texts, sql, parameters)
        except sqlite3.Error as error:
            raise sqlite_failure(error, self.place) from error

    @contextmanager
    def fold_lease(self) -> Iterator[bool]:
        """True inside for the one process that may fold now; released on exit or death."""
        handle = os.open(self._path.with_name(f"{self._path.name}-fold"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            yield not self._closed and _locked(handle)
        finally:
            os.close(handle)

    def close(self) -> None:
        """Waits for pending writes and closes."""
        if self._closed:
            return
        self._closed = True
        self._committer.close()
        with self._readers_lock:
            for reader in list(self._readers):
                reader.close()
        self._writer.close()
        os.close(self._users)

    def shared(self) -> bool:
        """Whether another process (or another opening in this one) has the database open."""
        alone = _locked(self._users)
        fcntl.flock(self._users, fcntl.LOCK_SH)
        return not alone

    def wipe(self, parts: Sequence[bytes]) -> list[str]:
        """Empties the WAL, and sees that these bytes are nowhere in the file."""
        try:
            return wiping.wipe_sqlite(self._path, parts, _connect)
        except sqlite3.Error as error:
            raise sqlite_failure(error, self.place) from error

    def copy(self, file: str, progress: Callable[[float], None]) -> None:
        """Writes every row, as of one moment, into a new SQLite database."""
        try:
            with closing(_connect(self._path)) as connection:
                copying.copy_sqlite(connection, self._path, Path(file), progress)
        except sqlite3.Error as error:
            raise sqlite_failure(error, self.place) from error

    def replace(self, file: str, progress: Callable[[float], None]) -> None:
        """One rename takes the copy's file to the database's place; before it all is old, after it all is new."""
        if not _locked(self._users):
            fcntl.flock(self._users, fcntl.LOCK_SH)
            raise Conflict("another process has the database open", where=self.place, hint="stop it, then try again")
        users, self._users = self._users, os.dup(self._users)
        self.close()
        try:
            _put_in_place(Path(file), self._path)
            progress(1.0)
        except sqlite3.Error as error:
            raise sqlite_failure(error, self.place) from error
        finally:
            os.close(users)

    def _retract(self, tx: Transaction, seqs: list[int]) -> int:
        """Zeroes the hashes too: a zero tells every process that the event was retracted, not erased."""
        held = [row[0] for row in tx.rows("SELECT seq FROM events WHERE seq IN ??", seqs)]
        for first, hashes, part in _commits_of(tx, held):
            hashes[np.array(part) - first] = 0
            tx.execute("UPDATE commits SET hashes = ? WHERE first_seq = ?", hashes.tobytes(), first)
        return writes.retract(tx, held)

    def _reader(self) -> sqlite3.Connection:
        try:
            reader: _Reader = self._local.reader
        except AttributeError:
            reader = self._new_reader()
        return reader.connection

    def _new_reader(self) -> _Reader:
        with self._readers_lock:
            if self._closed:
                raise StoreFailure("the store is closed", where=self.place, hint="open it again")
            reader = self._local.reader = _Reader(self._path)
            self._readers.add(reader)
        return reader


class _Reader:
    """One thread's connection; closed with the store, or when the thread is gone."""

    def __init__(self, path: Path) -> None:
        self.connection = _connect(path)
        self.connection.execute("PRAGMA query_only=ON")
        self.close = weakref.finalize(self, self.connection.close)


class _Writer:
    """The one connection that writes; lives on the writer thread."""

    def __init__(self, connection: sqlite3.Connection, place: str) -> None:
        self._connection = connection
        self._place = place
        self._texts: dict[str, str] = {}
        self._inserts: dict[tuple[Insert, int, bool], str] = {}
        self._messages = MessageIndex()
        self._checkpointed_at = time.monotonic()
        self._checkpointed_changes = connection.total_changes

    def execute(self, sql: str, *parameters: Any) -> None:
        """Runs one statement."""
        _rows(self._connection, self._texts, sql, parameters)

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Rows of a query, the open transaction's changes included."""
        return _rows(self._connection, self._texts, sql, parameters)

    def insert(self, insert: Insert, rows: Sequence[Row]) -> None:
        """Inserts many rows in few statements."""
        self._insert(insert, list(chain.from_iterable(insert.distinct(rows))))

    def _insert(self, insert: Insert, parameters: list[Any]) -> None:
        for text, part in chunks(insert, parameters, self._inserts):
            self._connection.execute(text, part)

    def commit(self, jobs: Sequence[Job]) -> Sequence[Any]:
        """Writes a group in one transaction, synced to disk."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                results, new_hashes = self._run(jobs)
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise sqlite_failure(error, self._place) from error
        if new_hashes is not None:
            self._messages.add(self._messages.next_seq, new_hashes)
        return results

    def rest(self, idle: bool) -> float | None:
        """Checkpoints when it is time: often enough that the WAL stays small, seldom enough to cost little."""
        changes = self._connection.total_changes - self._checkpointed_changes
        elapsed = time.monotonic() - self._checkpointed_at
        many = changes >= _CHECKPOINT_CHANGES and elapsed >= _CHECKPOINT_EVERY_S
        if many or (idle and changes and elapsed >= _CHECKPOINT_IDLE_S):
            self._checkpoint()
            return None
        return _CHECKPOINT_IDLE_S if changes else None

    def close(self) -> None:
        """Ends the connection; the last one to leave folds the WAL into the database."""
        self._connection.close()

    def _checkpoint(self) -> None:
        """PASSIVE moves the pages without waiting for anyone; RESTART then only has to wait for readers to leave.

        A reader that stays (an export) makes RESTART give up soon and the WAL grow until the reader is done.
        """
        run = self._connection.execute
        run("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        run(f"PRAGMA busy_timeout={_CHECKPOINT_WAIT_MS}")
        run("PRAGMA wal_checkpoint(RESTART)").fetchall()
        run(f"PRAGMA busy_timeout={int(_BUSY_TIMEOUT_S * 1000)}")
        self._checkpointed_at = time.monotonic()
        self._checkpointed_changes = self._connection.total_changes

    def _run(self, jobs: Sequence[Job]) -> tuple[Sequence[Any], Hashes | None]:
        """Results in order, and the hashes of the events that are new."""
        results: dict[Job, Any] = dict.fromkeys(jobs)
        new_hashes = None
        if appends := [job for job in jobs if isinstance(job, Append)]:
            receipts, new_hashes = self._append(appends)
            results.update(zip(appends, receipts, strict=True))
        if records := [writes.decision(job.row) for job in jobs if isinstance(job, Record)]:
            self.insert(writes.DECISIONS, records)
        for job in jobs:
            if isinstance(job, Change):
                results[job] = job.run(self)
        return list(results.values()), new_hashes

    def _append(self, appends: Sequence[Append]) -> tuple[Sequence[AppendReceipt], Hashes | None]:
        self._catch_up()
        ids = list(chain.from_iterable(job.ids for job in appends))
        bodies = list(chain.from_iterable(job.bodies for job in appends))
        hashes = message_hashes(ids)
        stored = self._stored(ids, hashes)
        if stored or len(set(ids)) < len(ids):
            kept = _first_of_each(ids, stored)
            receipts = _receipts(appends, kept)
            ids, bodies = [ids[place] for place in kept], [bodies[place] for place in kept]
            hashes = hashes[kept]
        else:
            receipts = [AppendReceipt(len(job.ids), 0) for job in appends]
        if not ids:
            return receipts, None
        first = self._messages.next_seq
        self._insert(_EVENTS, flat((range(first, first + len(ids)), ids, bodies)))
        self._connection.execute("INSERT INTO commits (first_seq, hashes) VALUES (?,?)", (first, hashes.tobytes()))
        return receipts, hashes

    def _catch_up(self) -> None:
        """Learns the commits that are not ours: all of them at first, later those of other processes."""
        cursor = self._connection.execute(
            "SELECT first_seq, hashes FROM commits WHERE first_seq >= ? ORDER BY first_seq", (self._messages.next_seq,)
        )
        for first, hashes in _joined(cursor):
            self._messages.add(first, np.frombuffer(hashes, dtype="<u8"))

    def _stored(self, ids: Sequence[str], hashes: Hashes) -> set[int]:
        """The places whose message id the log holds already: those whose hash it knows, compared in full.

        A hash without its event is that of an erased one, which must not come back when a client sends it again,
        unless the database holds a zero in its place: then the event was retracted, and is free to come.
        """
        matches = self._messages.matches(hashes)
        if not matches:
            return set()
        seqs = [seq for _, seq in matches]
        known: dict[int, str] = dict(self.rows("SELECT seq, message_id FROM events WHERE seq IN ??", seqs))
        missing = {seq for seq in seqs if seq not in known}
        retracted = missing and self._retracted(missing)
        return {place for place, seq in matches if seq not in retracted and known.get(seq, ids[place]) == ids[place]}

    def _retracted(self, seqs: set[int]) -> set[int]:
        """Those of the positions whose hash is zero by now, whatever our index remembers."""
        return {seq for first, held, part in _commits_of(self, seqs) for seq in part if not held[seq - first]}


def _commits_of(tx: Transaction, seqs: Collection[int]) -> Iterator[tuple[int, Hashes, list[int]]]:
    """Every commit that holds some of these log positions: its first position, its hashes, and which positions."""
    waiting = sorted(seqs)
    start = 0
    while start < len(waiting):
        sql = "SELECT first_seq, hashes FROM commits WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1"
        first, packed = tx.rows(sql, waiting[start])[0]
        hashes = np.frombuffer(packed, dtype="<u8").copy()
        end = bisect_left(waiting, first + len(hashes), start)
        yield first, hashes, waiting[start:end]
        start = end


def _first_of_each(ids: Sequence[str], stored: set[int]) -> list[int]:
    """The places of the ids that are not stored, each id at its first place."""
    places: dict[str, int] = {}
    for place, message_id in enumerate(ids):
        if place not in stored:
            places.setdefault(message_id, place)
    return list(places.values())


def _receipts(appends: Sequence[Append], kept: Sequence[int]) -> Sequence[AppendReceipt]:
    ends = np.cumsum([len(job.ids) for job in appends])
    appended = np.bincount(np.searchsorted(ends, kept, side="right"), minlength=len(appends)).tolist()
    return [AppendReceipt(new, len(job.ids) - new) for job, new in zip(appends, appended, strict=True)]


def _joined(commits: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Commits that follow one another without a gap as one, up to about ``_BLOCK_BYTES``."""
    start, following, size = 0, 0, 0
    parts: list[bytes] = []
    for first, hashes in commits:
        if parts and (first != following or size >= _BLOCK_BYTES):
            yield start, b"".join(parts)
            parts, size = [], 0
        if not parts:
            start = first
        parts.append(hashes)
        size += len(hashes)
        following = first + len(hashes) // 8
    if parts:
        yield start, b"".join(parts)


def _rows(connection: sqlite3.Connection, texts: dict[str, str], sql: str, parameters: Sequence[Any]) -> list[Row]:
    text = texts.get(sql)
    if text is None:
        text = texts[sql] = SQLITE.text(sql)
    if "??" in sql:
        parameters = [SQLITE.pack(value) if isinstance(value, (list, set)) else value for value in parameters]
    return connection.execute(text, parameters).fetchall()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    connection.execute(f"PRAGMA mmap_size={_MMAP_BYTES}")
    return connection


def _prepared(path: Path) -> _Writer:
    """The writer of a database whose tables are up to date. One process at a time prepares."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}-open").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection = _connect(path)
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA wal_autocheckpoint=0")
            connection.execute(f"PRAGMA journal_size_limit={_WAL_BYTES}")
            connection.execute("PRAGMA cache_size=-65536")
            connection.execute("PRAGMA secure_delete=ON")
            if not _current(connection):
                migrate.upgrade("sqlite://", lambda: _connect(path), "BEGIN IMMEDIATE", str(path))
        except BaseException:
            connection.close()
            raise
    return _Writer(connection, str(path))


def _joined_users(path: Path) -> int:
    """A shared lock that all who have the database open hold; it goes with the process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_name(f"{path.name}-users"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def _put_in_place(copy: Path, path: Path) -> None:
    """Renames a database over another one that nobody has open, whose WAL is folded in first and goes."""
    with closing(_connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    synced(copy)
    copy.replace(path)
    synced(path.parent)


def synced(path: Path) -> None:
    """Flushes a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _current(connection: sqlite3.Connection) -> bool:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchall()
    return bool(known) and connection.execute(migrate.VERSION_QUERY).fetchall() == [(migrate.HEAD,)]


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
