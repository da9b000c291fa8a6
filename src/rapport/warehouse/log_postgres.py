"""The log in PostgreSQL, read through a server-side cursor: one repeatable-read snapshot, bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pyarrow as pa

from rapport.warehouse.handover import IDENTIFIERS_OF_CUSTOMERS

_ROWS_A_BATCH = 20_000
_EVENTS = pa.schema([("seq", pa.int64()), ("message_id", pa.string()), ("body", pa.string())])
_IDENTIFIERS = pa.schema(
    [("namespace", pa.string()), ("value", pa.string()), ("customer_id", pa.string()), ("first_seq", pa.int64())]
)


class PostgresLog:
    """Rows of the log's tables as Arrow batches; ``url`` is SQLAlchemy's."""

    def __init__(self, url: str) -> None:
        scheme, _, rest = url.partition("://")
        self._connection = psycopg.connect(f"{scheme.partition('+')[0]}://{rest}")
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._connection.read_only = True

    def bounds(self, after: int, limit: int) -> tuple[int, int]:
        """How many events follow a position, at most ``limit``, and the position of the last of them."""
        sql = (
            "SELECT COUNT(*), COALESCE(MAX(seq), 0) FROM"
            " (SELECT seq FROM events WHERE seq > %s ORDER BY seq LIMIT %s) AS page"
        )
        count, last = self._row(sql, (after, limit))
        return int(count), int(last)

    def count(self, after: int) -> int:
        """How many events follow a position."""
        return int(self._row("SELECT COUNT(*) FROM events WHERE seq > %s", (after,))[0])

    def events(self, after: int, last: int) -> pa.RecordBatchReader:
        """``(seq, message_id, body)`` with ``after < seq <= last``, in order."""
        sql = "SELECT seq, message_id, convert_from(body, 'UTF8') FROM events WHERE seq > %s AND seq <= %s ORDER BY seq"
        return self._read(sql, (after, last), _EVENTS)

    def identifiers(self) -> pa.RecordBatchReader:
        """``(namespace, value, customer_id, first_seq)`` of every identifier."""
        return self._read(IDENTIFIERS_OF_CUSTOMERS, (), _IDENTIFIERS)

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _row(self, sql: str, parameters: Sequence[int]) -> Any:
        return self._connection.execute(sql, parameters).fetchone()

    def _read(self, sql: str, parameters: Sequence[int], schema: pa.Schema) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(schema, self._batches(sql, parameters, schema))

    def _batches(self, sql: str, parameters: Sequence[int], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with self._connection.cursor("rapport_export") as cursor:
            cursor.itersize = _ROWS_A_BATCH
            cursor.execute(sql, parameters)
            while rows := cursor.fetchmany(_ROWS_A_BATCH):
                arrays = [
                    pa.array(values, type=field.type)
                    for values, field in zip(zip(*rows, strict=True), schema, strict=True)
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
