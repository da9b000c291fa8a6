"""The store on PostgreSQL: several processes and machines write, each with its own group commit.

Readers follow the log by ``seq``, so a ``seq`` must never appear after a higher one has been read: each group that
adds events or decisions holds one advisory lock from before its first ``seq`` is drawn until it has committed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Final

import numpy as np
import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from rapport.core.errors import Conflict, RapportError, StoreFailure
from rapport.core.event import AppendReceipt
from rapport.ports.store import Erasure, FoldBatch
from rapport.store import copying, migrate, wiping, writes
from rapport.store import erasure as erasing
from rapport.store.base import Append, Change, Record, SqlStore
from rapport.store.failures import postgres_failure
from rapport.store.group_commit import GroupCommit, GroupLost, Job
from rapport.store.message_index import Hashes, message_hashes
from rapport.store.sql import POSTGRES, Insert, Row, Transaction

Connection = psycopg.Connection[TupleRow]

_APPEND: Final = """
INSERT INTO events (message_id, body) SELECT new.id, new.body FROM unnest(%b::text[], %b::bytea[], %b::bigint[])
WITH ORDINALITY AS new (id, body, hash, place) WHERE NOT EXISTS (SELECT 1 FROM erased WHERE erased.hash = new.hash)
ORDER BY new.place ON CONFLICT DO NOTHING RETURNING message_id"""
_ERASED: Final = Insert("erased", (("hash", "bigint"),), "DO NOTHING")
_IDS_OF: Final = f"SELECT message_id FROM events WHERE seq IN ({erasing.GONE})"  # noqa: S608 - a query from this package
_IDS_AT: Final = "SELECT message_id FROM events WHERE seq IN ??"
_LOG_LOCK: Final = 0x7261_7001
_FOLD_LOCK: Final = 0x7261_7002
_OPEN_LOCK: Final = 0x7261_7003
_BEGIN_IN_TURN: Final = f"BEGIN; SELECT pg_advisory_xact_lock({_LOG_LOCK})"
_OPEN_IN_TURN: Final = f"SELECT pg_advisory_xact_lock({_OPEN_LOCK})"
_TAKE_LEASE: Final = f"SELECT pg_try_advisory_lock({_FOLD_LOCK}), pg_backend_pid()"
_END_LEASE: Final = f"SELECT pg_advisory_unlock({_FOLD_LOCK})"
_LEASE_HELD: Final = """
SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = ? AND granted AND pid = ?"""
_CONNECT_SECONDS: Final = 10
_IDLE_READERS: Final = 16


class PostgresStore(SqlStore):
    """``ports.store.Store`` on PostgreSQL."""

    holds = "position(? IN body) > 0"
    says = """position(? IN lower(convert_from(body, 'UTF8') COLLATE "C")) > 0"""

    @staticmethod
    def said(text: str) -> str:
        """The text in small letters of ASCII."""
        return text.encode().lower().decode()

    def __init__(self, url: str) -> None:
        """Connects and brings the tables up to date. Raises ``StoreFailure`` when the database cannot be used."""
        self._link = _Link(url)
        self._readers = _Readers(self._link)
        self._lease = _Lease(self._link)
        self._writer = _Writer(self._link)
        self._closed = False
        try:
            if not _current(self._link):
                migrate.upgrade("postgresql+psycopg://", lambda: psycopg.connect(url), _OPEN_IN_TURN, self.place)
        except psycopg.Error as error:
            raise postgres_failure(error, self.place) from error
        self._committer = GroupCommit(self._writer.commit, lambda _idle: None)

    @property
    def place(self) -> str:
        """Host and database, without user and password."""
        return self._link.place

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Rows of a query as of now, from any thread; a collection as parameter belongs to ``IN ??``."""
        return self._readers.rows(sql, parameters)

    @contextmanager
    def fold_lease(self) -> Iterator[bool]:
        """True inside for the one process that may fold now; released on exit or death."""
        held = not self._closed and self._lease.take()
        try:
            yield held
        finally:
            if held:
                self._lease.end()

    def shared(self) -> bool:
        """Other processes, on other machines too, may always be there."""
        return True

    def wipe(self, parts: Sequence[bytes]) -> list[str]:
        """Frees the space of deleted rows; what lies in the server's files is told."""
        with self._connected() as connection:
            return wiping.wipe_postgres(connection)

    def copy(self, file: str, progress: Callable[[float], None]) -> None:
        """Writes every row, as of one moment, into a new SQLite database."""
        self.open_copy(file).close()
        with self._connected() as connection, closing(sqlite3.connect(file, isolation_level=None)) as target:
            copying.copy_postgres(connection, target, progress)

    def replace(self, file: str, progress: Callable[[float], None]) -> None:
        """Truncates and fills all tables in one transaction; readers wait for its end."""
        with self._connected() as connection, closing(sqlite3.connect(file)) as source:
            copying.fill_postgres(source, connection, progress)
        self.close()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection of its own for long work."""
        try:
            with self._link.connect() as connection:
                yield connection
        except psycopg.Error as error:
            raise postgres_failure(error, self.place) from error

    def close(self) -> None:
        """Waits for pending writes and closes."""
        if self._closed:
            return
        self._closed = True
        self._committer.close()
        self._writer.close()
        self._readers.close()
        self._lease.close()

    def _apply(self, tx: Transaction, batch: FoldBatch) -> None:
        """Writes one step of the fold, unless the lease went with its connection and another process folds by now."""
        holder = self._lease.backend
        if holder and not tx.rows(_LEASE_HELD, _FOLD_LOCK, holder):
            raise Conflict("the lease of the fold was lost", where=self.place, hint="take it again, then fold")
        writes.apply(tx, batch)

    def _erase(self, tx: Transaction, erasure: Erasure) -> dict[str, int]:
        """Remembers the hashes of the message ids first, so that a client that sends them again brings nobody back."""
        numbers = [row.id for row in erasure.identifiers]
        ids = [row[0] for row in tx.rows(_IDS_OF, numbers)] + [row[0] for row in tx.rows(_IDS_AT, erasure.seqs)]
        if ids:
            tx.insert(_ERASED, [(number,) for number in _signed(message_hashes(ids))])
        return erasing.erase(tx, erasure)


class _Link:
    """How to reach the database."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            parts = conninfo_to_dict(url)
        except psycopg.Error as error:
            raise StoreFailure(f"the store's URL cannot be read ({error})", where="rapport.yaml, store",
                               hint="write postgresql://user@host/database") from error  # fmt: skip
        self.place = f"PostgreSQL database {parts.get('dbname') or ''} at {parts.get('host') or 'localhost'}"

    def connect(self) -> Connection:
        connection = psycopg.connect(
            self.url, autocommit=True, connect_timeout=_CONNECT_SECONDS, application_name="rapport"
        )
        connection.execute("SET synchronous_commit = on")
        return connection


class _Readers:
    """Connections for reading, lent for one statement each."""

    def __init__(self, link: _Link) -> None:
        self._link = link
        self._idle: deque[Connection] = deque()
        self._closed = False

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[Row]:
        """Rows of a query; once more on a fresh connection when the one at hand had broken unnoticed."""
        if self._closed:
            raise StoreFailure("the store is closed", where=self._link.place, hint="open it again")
        try:
            try:
                return self._ask(self._idle.pop(), sql, parameters)
            except IndexError:
                return self._ask(self._link.connect(), sql, parameters)
            except psycopg.OperationalError:
                self._drop()
                return self._ask(self._link.connect(), sql, parameters)
        except psycopg.Error as error:
            raise postgres_failure(error, self._link.place) from error

    def close(self) -> None:
        """Ends the idle connections; those lent end when they are given back."""
        self._closed = True
        self._drop()

    def _ask(self, connection: Connection, sql: str, parameters: Sequence[Any]) -> list[Row]:
        try:
            return _rows(connection, sql, parameters)
        finally:
            if connection.closed or self._closed or len(self._idle) >= _IDLE_READERS:
                connection.close()
            else:
                self._idle.append(connection)

    def _drop(self) -> None:
        while self._idle:
            self._idle.pop().close()


class _Lease:
    """The fold's lease: a session lock, so it goes with the process or with the connection that took it."""

    def __init__(self, link: _Link) -> None:
        self._link = link
        self._connection: Connection | None = None
        self._turn = threading.Lock()
        self.backend = 0
        """The server process that holds the lease for us; 0 while we do not fold."""

    def take(self) -> bool:
        """Whether the lease is ours now."""
        if not self._turn.acquire(blocking=False):
            return False
        try:
            held, backend = self._ask()
        except psycopg.Error as error:
            self._turn.release()
            raise postgres_failure(error, self._link.place) from error
        if held:
            self.backend = backend
        else:
            self._turn.release()
        return bool(held)

    def end(self) -> None:
        """Gives the lease back; a connection that broke has given it back already."""
        self.backend = 0
        try:
            if self._connection is not None:
                self._connection.execute(_END_LEASE)
        except psycopg.OperationalError:
            self.close()
        finally:
            self._turn.release()

    def close(self) -> None:
        """Ends the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self) -> Row:
        if self._connection is not None:
            try:
                return _rows(self._connection, _TAKE_LEASE, ())[0]
            except psycopg.OperationalError:
                self.close()
        self._connection = self._link.connect()
        return _rows(self._connection, _TAKE_LEASE, ())[0]


class _Writer:
    """The connection that writes; used by the writer thread alone."""

    def __init__(self, link: _Link) -> None:
        self._link = link
        self._connection: Connection | None = None

    def execute(self, sql: str, *parameters: Any) -> None:
        """Runs one statement."""
        self._open().execute(_text(sql), _packed(parameters))

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Rows of a query, the open transaction's changes included."""
        return _rows(self._open(), sql, parameters)

    def insert(self, insert: Insert, rows: Sequence[Row]) -> None:
        """Inserts many rows in one statement."""
        self._arrays(insert.postgres(), insert.distinct(rows))

    def commit(self, jobs: Sequence[Job]) -> Sequence[Any]:
        """Writes a group in one transaction, synced to the server's disk."""
        try:
            connection = self._open()
            in_turn = any(not isinstance(job, Change) for job in jobs)
            connection.execute(_BEGIN_IN_TURN if in_turn else "BEGIN")
            try:
                results = self._run(jobs)
                connection.execute("COMMIT")
            except BaseException:
                if not connection.closed:
                    connection.execute("ROLLBACK")
                raise
        except psycopg.Error as error:
            failure = postgres_failure(error, self._link.place)
            if self._connection is None or self._connection.closed:
                self.close()
                raise GroupLost(_lost(failure)) from error
            raise failure from error
        return results

    def close(self) -> None:
        """Ends the connection; the next group opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._link.connect()
        return self._connection

    def _run(self, jobs: Sequence[Job]) -> Sequence[Any]:
        results: dict[Job, Any] = dict.fromkeys(jobs)
        if appends := [job for job in jobs if isinstance(job, Append)]:
            results.update(zip(appends, self._append(appends), strict=True))
        if records := [writes.decision(job.row) for job in jobs if isinstance(job, Record)]:
            self.insert(writes.DECISIONS, records)
        for job in jobs:
            if isinstance(job, Change):
                results[job] = job.run(self)
        return list(results.values())

    def _append(self, appends: Sequence[Append]) -> Sequence[AppendReceipt]:
        ids = [message_id for job in appends for message_id in job.ids]
        bodies = [body for job in appends for body in job.bodies]
        if not ids:
            return [AppendReceipt(0, 0) for _ in appends]
        hashes = _signed(message_hashes(ids))
        new = {row[0] for row in self._open().execute(_APPEND, (ids, bodies, hashes)).fetchall()}
        if len(new) == len(ids):
            return [AppendReceipt(len(job.ids), 0) for job in appends]
        return [_receipt(job, new) for job in appends]

    def _arrays(self, sql: str, rows: Sequence[Row]) -> None:
        self._open().execute(sql, [list(column) for column in zip(*rows, strict=True)])


def _receipt(job: Append, new: set[str]) -> AppendReceipt:
    """Counts a batch's own new ids, and takes them out, so that a later batch of the group counts them as known."""
    mine = new.intersection(job.ids)
    new -= mine
    return AppendReceipt(len(mine), len(job.ids) - len(mine))


def _signed(hashes: Hashes) -> list[int]:
    """PostgreSQL's bigint has a sign."""
    signed: list[int] = hashes.view(np.int64).tolist()
    return signed


def _lost(failure: RapportError) -> StoreFailure:
    if isinstance(failure, StoreFailure):
        return failure
    return StoreFailure(failure.message, where=failure.where, hint=failure.hint)


def _rows(connection: Connection, sql: str, parameters: Sequence[Any]) -> list[Row]:
    return connection.cursor(binary=True).execute(_text(sql), _packed(parameters)).fetchall()


_texts: dict[str, str] = {}


def _text(sql: str) -> str:
    text = _texts.get(sql)
    if text is None:
        text = _texts[sql] = POSTGRES.text(sql)
    return text


def _packed(parameters: Sequence[Any]) -> list[Any]:
    return [list(value) if isinstance(value, (set, frozenset)) else value for value in parameters]


def _current(link: _Link) -> bool:
    with link.connect() as connection:
        known = _rows(connection, "SELECT to_regclass('alembic_version') IS NOT NULL", ())[0][0]
        return bool(known) and _rows(connection, migrate.VERSION_QUERY, ()) == [(migrate.HEAD,)]
