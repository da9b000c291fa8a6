"""SQL written once for both databases: ``?`` for a value, ``IN ??`` for a list of values, and inserts of many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

import msgspec

Row = tuple[Any, ...]
Statement = tuple[str, list[Any]]
"""A text and its parameters."""


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

    def sqlite(self, rows: int, spare: bool = False) -> str:
        """One statement for so many rows; with ``spare``, rows that start with NULL are left out.

        >>> Insert("state", (("name", "text"), ("value", "bytea"))).sqlite(2)
        'INSERT INTO state (name, value) VALUES (?,?),(?,?)'
        """
        places = f"({','.join('?' * len(self.columns))})"
        values = f"VALUES {','.join([places] * rows)}"
        if spare:
            values = f"SELECT * FROM ({values}) WHERE column1 IS NOT NULL"  # noqa: S608 - question marks only
        return f"{self._head} {values}{self._tail}"

    def postgres(self) -> str:
        """One statement for any number of rows, given as one array a column.

        >>> Insert("state", (("name", "text"), ("value", "bytea"))).postgres()
        'INSERT INTO state (name, value) SELECT * FROM unnest(%b::text[], %b::bytea[])'
        """
        arrays = ", ".join(f"%b::{kind}[]" for _, kind in self.columns)
        return f"{self._head} SELECT * FROM unnest({arrays}){self._tail}"  # noqa: S608 - names from this package

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


LARGEST_CHUNK = 1024


def flat(columns: Sequence[Sequence[Any]]) -> list[Any]:
    """Columns of equal length as the parameters of an insert, row after row.

    >>> flat([(1, 2), ("a", "b")])
    [1, 'a', 2, 'b']
    """
    width = len(columns)
    parameters: list[Any] = [None] * (width * len(columns[0]))
    for place, column in enumerate(columns):
        parameters[place::width] = column
    return parameters


def chunks(insert: Insert, parameters: list[Any], texts: dict[tuple[Insert, int, bool], str]) -> Iterator[Statement]:
    """Statements that together insert the rows in ``parameters``; ``texts`` keeps their texts between calls.

    As few as can be, because ``sqlite3`` hands the interpreter lock over several times a statement, and a busy thread
    keeps it for milliseconds: full chunks, then one of the next power of two whose spare rows are NULL. Few sizes also
    mean that every statement stays prepared.
    """
    width = len(insert.columns)
    for start in range(0, len(parameters), width * LARGEST_CHUNK):
        part = parameters[start : start + width * LARGEST_CHUNK]
        rows = len(part) // width
        size = 1 << (rows - 1).bit_length()
        spare = size - rows
        text = texts.get((insert, size, spare > 0))
        if text is None:
            text = texts[insert, size, spare > 0] = insert.sqlite(size, spare > 0)
        yield text, part + [None] * (spare * width)
