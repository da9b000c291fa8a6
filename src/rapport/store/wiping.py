"""What deleted rows leave behind in a database's files, and how much of it can be cleared."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rapport.store.seeking import holds

if TYPE_CHECKING:
    import psycopg

_TABLES: Final = (
    "events", "owned", "identifiers", "aliases", "customers", "scores", "links", "refusals", "reviews", "offers",
    "decisions", "rejections", "models", "state",
)  # fmt: skip
_WAL_HELD: Final = "SQLite's WAL file: a reader held it; the next checkpoint overwrites it"
_PAGES: Final = "free space within SQLite's pages: the database could not be written anew"
POSTGRES_KEEPS: Final = (
    "PostgreSQL's write-ahead log, until the server recycles it, and archives and replicas made of it",
    "gaps within PostgreSQL's pages, until new rows fill them; VACUUM FULL writes the tables anew",
)
"""What Rapport cannot clear in a server that is not its own."""


def wipe_sqlite(path: Path, parts: Sequence[bytes], connect: Callable[[Path], sqlite3.Connection]) -> list[str]:
    """Empties the WAL and, should bytes still lie in the file's pages, writes the file anew.

    ``secure_delete`` overwrites what is deleted; copies that moving rows between pages left behind are its one gap.
    """
    connection = connect(path)
    try:
        connection.execute("PRAGMA secure_delete=ON").fetchall()
        emptied = _emptied(connection)
        if parts and holds(path, parts):
            try:
                connection.execute("VACUUM")
            except sqlite3.OperationalError:
                return [_PAGES]
            emptied = _emptied(connection)
    finally:
        connection.close()
    return [] if emptied else [_WAL_HELD]


def wipe_postgres(connection: psycopg.Connection[Any]) -> list[str]:
    """Frees the row versions that nobody can see any more; tells what lies beyond reach."""
    connection.execute(f"VACUUM {', '.join(_TABLES)}".encode())
    return list(POSTGRES_KEEPS)


def _emptied(connection: sqlite3.Connection) -> bool:
    """Whether the WAL was folded into the database and cut to nothing; a reader under way prevents it."""
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy
