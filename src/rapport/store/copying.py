"""All rows of a store as one SQLite database, whichever database they come from or go to.

A copy is itself a store on SQLite. The two databases differ in one place: SQLite remembers message ids as hashes beside
the log (``commits``), PostgreSQL through an index, and those of erased events as hashes of their own (``erased``).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec
import numpy as np

from rapport.core.errors import InvalidInput
from rapport.ports.store import CopyFacts
from rapport.store import migrate
from rapport.store.message_index import message_hashes

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import MetaData

Progress = Callable[[float], None]
_ROWS_A_PAGE: Final = 5_000
_STEPS_BETWEEN_LOOKS: Final = 200_000
"""SQLite's virtual machine steps between two looks at how far a copy has come."""
_COMMIT_HASHES: Final = 8_192
_encode = msgspec.msgpack.Encoder().encode


def copy_sqlite(source: sqlite3.Connection, origin: Path, target: Path, progress: Progress) -> None:
    """Writes a SQLite database's rows, packed, into a new file, as of the moment it begins."""
    whole = max(origin.stat().st_size, 1)

    def look() -> None:
        progress(min(target.stat().st_size / whole, 1.0) if target.exists() else 0.0)

    source.set_progress_handler(look, _STEPS_BETWEEN_LOOKS)
    source.execute("VACUUM INTO ?", (str(target),))
    progress(1.0)


def copy_postgres(source: psycopg.Connection[Any], target: sqlite3.Connection, progress: Progress) -> None:
    """Writes PostgreSQL's rows, as one snapshot shows them, into an empty SQLite store."""
    with source.transaction():
        source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tables = [table for table in _columns("sqlite") if table[0] != "commits"]
        whole = sum(_count(source, name) for name, _ in tables)
        done = 0
        target.execute("BEGIN")
        for name, columns in tables:
            for page in _pages(source, f"SELECT {', '.join(columns)} FROM {name}"):  # noqa: S608 - from the schema
                target.executemany(_insert(name, columns), page)
                done += len(page)
                progress(min(done / max(whole, 1), 1.0))
        _remember_ids(source, target)
        target.execute("COMMIT")


def fill_postgres(source: sqlite3.Connection, target: psycopg.Connection[Any], progress: Progress) -> None:
    """Puts a copy's rows in the place of PostgreSQL's, in one transaction."""
    tables = _columns("postgresql")
    copied = [table for table in tables if table[0] != "erased"]
    whole = sum(source.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name, _ in copied)  # noqa: S608
    done = 0
    with target.transaction():
        target.execute(f"TRUNCATE {', '.join(name for name, _ in tables)}".encode())
        for name, columns in copied:
            with target.cursor().copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN".encode()) as into:
                for row in source.execute(f"SELECT {', '.join(columns)} FROM {name}"):  # noqa: S608 - from the schema
                    into.write_row(row)
                    done += 1
                    if done % _ROWS_A_PAGE == 0:
                        progress(min(done / max(whole, 1), 1.0))
        with target.cursor().copy("COPY erased (hash) FROM STDIN") as into:
            for one in _erased_hashes(source):
                into.write_row((one,))
        for name, column in _serials():
            _count_on(target, name, column)


def examine(path: Path, apart_from: str, progress: Progress) -> CopyFacts:
    """Reads a whole copy: how many rows each table has, and a digest of all but the small named value ``apart_from``.

    Raises ``InvalidInput`` for a file that is no such copy, is damaged, or is of a newer release.
    """
    try:
        with closing(_read_only(path)) as connection:
            found = connection.execute("PRAGMA quick_check").fetchone()[0]
            version = connection.execute(migrate.VERSION_QUERY).fetchone()[0]
            if found != "ok":
                raise InvalidInput(f"a damaged copy ({found})", where=str(path), hint="take another one")
            if version > migrate.HEAD:
                hint = "use the release that wrote it, or newer"
                raise InvalidInput("a copy of a newer release", where=str(path), hint=hint)
            return _facts(connection, apart_from, progress)
    except sqlite3.Error as error:
        raise InvalidInput(f"not a copy that can be read ({error})", where=str(path)) from error


def states_of(path: Path, prefix: str) -> dict[str, bytes]:
    """The small named values of a copy whose name starts so, read without touching the file."""
    with closing(_read_only(path)) as connection:
        sql = "SELECT name, value FROM state WHERE substr(name, 1, ?) = ? ORDER BY name"
        return dict(connection.execute(sql, (len(prefix), prefix)).fetchall())


def _read_only(path: Path) -> sqlite3.Connection:
    """A connection that leaves no file beside the copy."""
    return sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True)


def _facts(connection: sqlite3.Connection, apart_from: str, progress: Progress) -> CopyFacts:
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    tables = [row[0] for row in connection.execute(named).fetchall() if row[0] != "alembic_version"]
    rows: dict[str, int] = {}
    digest = hashlib.sha256()
    for done, name in enumerate(tables):
        where = " WHERE name <> ?" if name == "state" else ""
        cursor = connection.execute(f"SELECT * FROM {name}{where}", (apart_from,) if where else ())  # noqa: S608
        digest.update(name.encode())
        rows[name] = 0
        while page := cursor.fetchmany(_ROWS_A_PAGE):
            rows[name] += len(page)
            digest.update(_encode(page))
        progress((done + 1) / len(tables))
    apart = connection.execute("SELECT value FROM state WHERE name = ?", (apart_from,)).fetchone()
    return CopyFacts(rows, digest.hexdigest(), apart[0] if apart else b"")


def _schema(dialect: str) -> MetaData:
    from rapport.store.schema import schema  # noqa: PLC0415 - SQLAlchemy takes a third of a second to import

    return schema(dialect)


def _columns(dialect: str) -> list[tuple[str, list[str]]]:
    """Every table with its columns."""
    return [(table.name, [column.name for column in table.columns]) for table in _schema(dialect).sorted_tables]


def _serials() -> list[tuple[str, str]]:
    """Tables that count by themselves, and the column in which they do."""
    return [
        (table.name, column.name)
        for table in _schema("postgresql").sorted_tables
        for column in table.columns
        if column.identity is not None
    ]


def _insert(name: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({','.join('?' * len(columns))})"  # noqa: S608


def _count(source: psycopg.Connection[Any], name: str) -> int:
    return int(source.execute(f"SELECT COUNT(*) FROM {name}".encode()).fetchone()[0])  # type: ignore[index] # noqa: S608


def _pages(source: psycopg.Connection[Any], sql: str) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a query, a page at a time, without holding them all."""
    with source.cursor("rapport_copy", binary=True) as cursor:
        cursor.itersize = _ROWS_A_PAGE
        cursor.execute(sql.encode())
        while page := cursor.fetchmany(_ROWS_A_PAGE):
            yield page


def _remember_ids(source: psycopg.Connection[Any], target: sqlite3.Connection) -> None:
    """The log's message ids as ``commits``: one for each stretch without a gap; erased ones stand behind the log."""
    last = 0
    seqs: list[int] = []
    ids: list[str] = []

    def close() -> None:
        if seqs:
            target.execute("INSERT INTO commits VALUES (?, ?)", (seqs[0], message_hashes(ids).tobytes()))
            seqs.clear()
            ids.clear()

    for page in _pages(source, "SELECT seq, message_id FROM events ORDER BY seq"):
        for seq, message_id in page:
            if seq != last + 1 or len(seqs) == _COMMIT_HASHES:
                close()
            seqs.append(seq)
            ids.append(message_id)
            last = seq
    close()
    erased = [row[0] for page in _pages(source, "SELECT hash FROM erased ORDER BY hash") for row in page]
    if erased:
        packed = np.array(erased, dtype=np.int64).view(np.uint64).tobytes()
        target.execute("INSERT INTO commits VALUES (?, ?)", (last + 1, packed))


def _erased_hashes(source: sqlite3.Connection) -> Iterator[int]:
    """Hashes of the message ids whose events were erased, as signed numbers; a zero is one that may come again."""
    seen: set[int] = set()
    for first, packed in source.execute("SELECT first_seq, hashes FROM commits ORDER BY first_seq"):
        hashes = np.frombuffer(packed, dtype="<u8").view(np.int64)
        last = first + len(hashes) - 1
        sql = "SELECT seq FROM events WHERE seq BETWEEN ? AND ?"
        held = np.array([row[0] for row in source.execute(sql, (first, last))], dtype=np.int64) - first
        gone = np.ones(len(hashes), dtype=bool)
        gone[held] = False
        gone &= hashes != 0
        for one in hashes[gone].tolist():
            if one not in seen:
                seen.add(one)
                yield one


def _count_on(target: psycopg.Connection[Any], name: str, column: str) -> None:
    """A table that counts by itself goes on behind its last row, or where it was if that is further."""
    highest = f"(SELECT COALESCE(MAX({column}), 0) FROM {name})"  # noqa: S608 - from the schema
    sequence = f"pg_get_serial_sequence('{name}', '{column}')"
    target.execute(f"SELECT setval({sequence}, GREATEST(nextval({sequence}), {highest}))".encode())
