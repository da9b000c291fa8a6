"""SQL written once for both databases: ``?`` for a value, ``IN ??`` for a list of values, and inserts of many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Protocol

import msgspec

Row = tuple[Any, ...]


class Dialect(msgspec.Struct, frozen=True):
    """How one database spells a value, a list of values, and the value that carries a list."""

    value: str
    members: str
    pack: Callable[[Iterable[Any]], Any]

    def text(self, sql: str) -> str:
        """A statement in this database's spelling.

        >>> SQLITE.text("SELECT id FROM customers WHERE id IN ??")
        'SELECT id FROM customers WHERE id IN (SELECT value FROM json_each(?))'
        >>> POSTGRES.text("SELECT id FROM customers WHERE id IN ??")
        'SELECT id FROM customers WHERE id = ANY(%s)'
        """
        return self.members.join(part.replace("?", self.value) for part in sql.split("IN ??"))


SQLITE = Dialect("?", "IN (SELECT value FROM json_each(?))", lambda values: msgspec.json.encode(list(values)).decode())
POSTGRES = Dialect("%s", "= ANY(%s)", list)


class Insert(msgspec.Struct, frozen=True):
    """An insert of many rows: the table, its columns with their PostgreSQL types, and what to do on a conflict.

    ``key`` counts the leading columns that name a row: of several rows with one key the last is written
    (PostgreSQL refuses to update a row twice in one statement). 0 where rows are never updated.
    """

    table: str
    columns: tuple[tuple[str, str], ...]
    on_conflict: str = ""
    key: int = 0

    def distinct(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows to write, each key once."""
        if self.key == 0:
            return rows
        return list({row[: self.key]: row for row in rows}.values())

    def sqlite(self, rows: int) -> str:
        """One statement for so many rows.

        >>> Insert("state", (("name", "text"), ("value", "bytea"))).sqlite(2)
        'INSERT INTO state (name, value) VALUES (?,?),(?,?)'
        """
        places = f"({','.join('?' * len(self.columns))})"
        return f"{self._head} VALUES {','.join([places] * rows)}{self._tail}"

    def postgres(self, returning: str = "") -> str:
        """One statement for any number of rows, given as one array a column.

        >>> Insert("state", (("name", "text"), ("value", "bytea"))).postgres()
        'INSERT INTO state (name, value) SELECT * FROM unnest(%b::text[], %b::bytea[])'
        """
        arrays = ", ".join(f"%b::{kind}[]" for _, kind in self.columns)
        back = f" RETURNING {returning}" if returning else ""
        return f"{self._head} SELECT * FROM unnest({arrays}){self._tail}{back}"  # noqa: S608 - names from this package

    @property
    def _head(self) -> str:
        return f"INSERT INTO {self.table} ({', '.join(name for name, _ in self.columns)})"

    @property
    def _tail(self) -> str:
        return f" ON CONFLICT {self.on_conflict}" if self.on_conflict else ""


def upsert(table: str, key: Sequence[str], **columns: str) -> Insert:
    """An insert that overwrites the row of the same key; ``columns`` maps name to PostgreSQL type, the key first.

    >>> upsert("state", ["name"], name="text", value="bytea").on_conflict
    '(name) DO UPDATE SET value = excluded.value'
    """
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    return Insert(table, tuple(columns.items()), f"({', '.join(key)}) DO UPDATE SET {changes}", len(key))


class Transaction(Protocol):
    """An open transaction, as the statements in ``writes`` see it."""

    def execute(self, sql: str, *parameters: Any) -> None:
        """Runs one statement."""

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """Rows of a query; a ``list`` or ``set`` parameter belongs to ``IN ??``."""

    def insert(self, insert: Insert, rows: Sequence[Row]) -> None:
        """Inserts many rows in few statements."""


CHUNKS = (1024, 256, 64, 16, 4, 1)
"""Rows a SQLite statement holds. Few sizes keep the statements prepared; few statements keep the writer from
losing the interpreter lock, which ``sqlite3`` hands over at every step."""


def chunks(
    insert: Insert, rows: Sequence[Row], texts: dict[tuple[Insert, int], str]
) -> Iterable[tuple[str, list[Any]]]:
    """Statements and their parameters that together insert the rows; ``texts`` keeps statement texts between calls."""
    start, left = 0, len(rows)
    for size in CHUNKS:
        while left >= size:
            text = texts.get((insert, size))
            if text is None:
                text = texts[insert, size] = insert.sqlite(size)
            yield text, list(chain.from_iterable(rows[start : start + size]))
            start, left = start + size, left - size
