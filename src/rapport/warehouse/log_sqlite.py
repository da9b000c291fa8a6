"""The log in SQLite, read through ADBC: fast, and safe only in a process that has no other SQLite open.

ADBC's driver bundles a SQLite library of its own; closing its connection drops the file locks of every other
connection in the same process. So only ``warehouse.export``, a process by itself, imports this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
from adbc_driver_sqlite import dbapi

from rapport.core.errors import NotFound
from rapport.warehouse.handover import IDENTIFIERS_OF_CUSTOMERS

_ROWS_A_BATCH = 20_000


class SqliteLog:
    """Rows of the log's tables as Arrow batches; ``url`` is SQLAlchemy's, with an absolute path."""

    def __init__(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        if not Path(path).is_file():
            raise NotFound("there is no log yet", where=path, hint="load or send some events first")
        self._connection = dbapi.connect(f"file:{quote(path)}?mode=ro")
        self._reading = self._connection.cursor()

    def bounds(self, after: int, limit: int) -> tuple[int, int]:
        """How many events follow a position, at most ``limit``, and the position of the last of them."""
        sql = "SELECT COUNT(*), COALESCE(MAX(seq), 0) FROM (SELECT seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?)"
        count, last = self._row(sql, (after, limit))
        return int(count), int(last)

    def count(self, after: int) -> int:
        """How many events follow a position."""
        return int(self._row("SELECT COUNT(*) FROM events WHERE seq > ?", (after,))[0])

    def events(self, after: int, last: int) -> pa.RecordBatchReader:
        """``(seq, message_id, body)`` with ``after < seq <= last``, in order."""
        sql = "SELECT seq, message_id, CAST(body AS TEXT) AS body FROM events WHERE seq > ? AND seq <= ? ORDER BY seq"
        return self._read(sql, (after, last))

    def identifiers(self) -> pa.RecordBatchReader:
        """``(namespace, value, customer_id, first_seq)`` of every identifier."""
        return self._read(IDENTIFIERS_OF_CUSTOMERS, None)

    def close(self) -> None:
        """Closes the connection."""
        self._reading.close()
        self._connection.close()

    def _row(self, sql: str, parameters: tuple[int, ...]) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchone()

    def _read(self, sql: str, parameters: tuple[int, ...] | None) -> pa.RecordBatchReader:
        self._reading.close()
        self._reading = self._connection.cursor()
        self._reading.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(_ROWS_A_BATCH)})
        self._reading.execute(sql, parameters)
        reader: Any = self._reading.fetch_record_batch()
        return reader
