"""The hand-over of the log as Parquet: ``python -m rapport.warehouse.export``, a process of its own.

Reads one ``Request`` as JSON from standard input; writes lines of JSON to standard output: ``Step`` while it works,
then one ``ports.warehouse.ExportReceipt``. Why a process of its own: see ``log_sqlite``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol

import duckdb
import msgspec
import pyarrow as pa

from rapport.core.errors import UsageError
from rapport.ports.warehouse import ExportReceipt
from rapport.warehouse.columns import EVENTS_OF_LOG, with_columns
from rapport.warehouse.files import Files
from rapport.warehouse.handover import Request, Step

_COPY = "COPY ({}) TO {} (FORMAT parquet, COMPRESSION zstd{})"


class Log(Protocol):
    """A store's log, read as Arrow."""

    def bounds(self, after: int, limit: int) -> tuple[int, int]:
        """How many events follow a position, at most ``limit``, and the position of the last of them."""

    def count(self, after: int) -> int:
        """How many events follow a position."""

    def events(self, after: int, last: int) -> pa.RecordBatchReader:
        """``(seq, message_id, body)`` with ``after < seq <= last``, in order."""

    def identifiers(self) -> pa.RecordBatchReader:
        """``(namespace, value, customer_id, first_seq)`` of every identifier."""

    def close(self) -> None:
        """Closes the connection."""


def open_log(url: str) -> Log:
    """The log of a store's URL."""
    if url.startswith("sqlite"):
        from rapport.warehouse.log_sqlite import SqliteLog  # noqa: PLC0415 - one SQLite library per process

        return SqliteLog(url)
    if url.startswith("postgres"):
        from rapport.warehouse.log_postgres import PostgresLog  # noqa: PLC0415 - needs libpq

        return PostgresLog(url)
    raise UsageError(f"no log can be read from '{url.partition(':')[0]}'", hint="use a sqlite or postgresql URL")


def export(request: Request, report: Callable[[Step], None]) -> ExportReceipt:
    """Hands over what the log has beyond the last segment, then all identifiers."""
    files = Files(Path(request.folder))
    with files.alone(), closing(open_log(request.store)) as log, closing(_connect(request, files)) as db:
        files.clear_litter()
        segments = files.segments()
        start = segments[-1].last if segments else 0
        waiting, done, after, written = log.count(start), 0, start, 0
        while True:
            count, last = log.bounds(after, request.segment_events_max)
            if not count:
                break
            written += _write_segment(db, files, log.events(after, last), (after + 1, last), request.columns)
            done, after = done + count, last
            report(Step("handing over events", min(1.0, done / waiting) if waiting else 1.0))
        report(Step("handing over identifiers", 0.0))
        _write_identifiers(db, files, log.identifiers())
        return ExportReceipt(events=done, last_seq=after, files=written)


def main() -> None:
    """Serves one request."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)

    def say(message: Step | ExportReceipt) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
        sys.stdout.buffer.flush()

    say(export(request, say))


def _connect(request: Request, files: Files) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(
        config={
            "memory_limit": request.memory,
            "threads": request.threads,
            "temp_directory": str(files.spill),
            "preserve_insertion_order": "false",
        }
    )
    database.execute("SET TimeZone = 'UTC'")
    return database


def _write_segment(
    db: duckdb.DuckDBPyConnection,
    files: Files,
    log: pa.RecordBatchReader,
    span: tuple[int, int],
    columns: tuple[str, ...],
) -> int:
    """One segment, by day; returns how many files it has."""
    folder = files.begin_segment()
    query = with_columns(f"({EVENTS_OF_LOG})", (), columns)
    db.register("log", log)
    db.execute(_COPY.format(query, _text(folder), ", PARTITION_BY (day), OVERWRITE_OR_IGNORE"))
    db.unregister("log")
    files.publish_segment(folder, *span, columns)
    return sum(1 for _ in (files.events / f"{span[0]:020d}-{span[1]:020d}").rglob("*.parquet"))


def _write_identifiers(db: duckdb.DuckDBPyConnection, files: Files, identifiers: pa.RecordBatchReader) -> None:
    db.register("log", identifiers)
    query = "SELECT namespace || ':' || value AS subject, namespace, value, customer_id, first_seq FROM log"
    with files.replacing("identifiers") as draft:
        db.execute(_COPY.format(query, _text(draft), ""))
    db.unregister("log")


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


if __name__ == "__main__":
    main()
