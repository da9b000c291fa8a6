# ruff: noqa: S608 - queries are composed by the loop from checked definitions; file names are quoted here.
"""The warehouse on DuckDB: views over Parquet files, nothing kept in the engine, so any process may read any time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rapport.core.columns import ColumnType
from rapport.core.errors import Conflict, InvalidInput, StoreFailure
from rapport.ports.warehouse import ExportReceipt, Progress, SegmentPreview
from rapport.warehouse.columns import FIXED, quoted, with_columns
from rapport.warehouse.files import Files
from rapport.warehouse.handover import Request, Step
from rapport.warehouse.left_out import without_parts
from rapport.warehouse.links import DuckDBLinking

if TYPE_CHECKING:
    import duckdb

Array = NDArray[Any]
_ROWS_A_PAGE = 10_000
_FORMATS: Final = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER",
    ".jsonl": "FORMAT json",
}
_TYPES: Final = {"seq": "BIGINT", "time": "TIMESTAMP", "received_at": "TIMESTAMP", "live": "BOOLEAN", "day": "DATE"}
_NO_EVENTS: Final = (
    "(SELECT " + ", ".join(f"CAST(NULL AS {_TYPES.get(name, 'VARCHAR')}) AS {name}" for name in FIXED) + " WHERE FALSE)"
)
_NO_IDENTIFIERS: Final = (
    "SELECT '' AS subject, '' AS namespace, '' AS value, '' AS customer_id, CAST(0 AS BIGINT) AS first_seq WHERE FALSE"
)


class DuckDBWarehouse:
    """Implements ``ports.warehouse.Warehouse`` in a folder.

    ``store`` is the SQLAlchemy URL of the log, a SQLite path absolute. New hand-overs store the columns that an
    export names; segments from before a column was named read it out of their JSON, so none is written again.
    """

    def __init__(self, folder: Path, store: str, *, memory: str = "2GB", threads: int = 0) -> None:
        self._files = Files(folder)
        self._store = store
        self._columns: tuple[str, ...] | None = None
        self._memory = memory
        self._threads = threads or os.cpu_count() or 1
        self._lock = threading.Lock()
        self._database: duckdb.DuckDBPyConnection | None = None
        self._cursors = threading.local()
        self._shown: object = None
        self._left_out: Mapping[int, Collection[str]] = {}

    def leave_out(self, parts: Mapping[int, Collection[str]]) -> None:
        """From now on ``events`` shows these events, by ``seq``, without these traits, or without all that they say."""
        self._left_out = parts

    def export(self, progress: Progress, columns: Sequence[str] = ()) -> ExportReceipt:
        """Hands the log over in a process of its own; raises StoreFailure when that fails."""
        self._columns = tuple(columns)
        request = Request(
            store=self._store,
            folder=str(self._files.root),
            columns=tuple(columns),
            memory=self._memory,
            threads=self._threads,
        )
        command = [sys.executable, "-m", "rapport.warehouse.export"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:  # noqa: S603
            errors = _Drain(process.stderr)
            process.stdin.write(msgspec.json.encode(request))  # type: ignore[union-attr]
            process.stdin.close()  # type: ignore[union-attr]
            receipt = _follow(process, progress)
            errors.join()
        if process.returncode or receipt is None:
            raise StoreFailure("the log could not be handed over", where=str(self._files.root), hint=errors.last_line)
        return receipt

    def build_customers(self, query: str, as_of: int, progress: Progress) -> int:
        """Stores a query as the customer table as of a moment (µs); returns the number of customers."""
        progress("building the customer table", 0.0)
        rows = self._write("customers", query, f", KV_METADATA {{as_of: '{as_of}'}}")
        progress("building the customer table", 1.0)
        return rows

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query over the views: ``events``, ``identifiers`` and every stored table."""
        return self._cursor().execute(sql, list(parameters)).fetchall()

    def customer_rows(self, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """``(customer_id, *columns)`` of the customer table, streamed in id order."""
        if "customers" not in self._files.table_names():
            raise Conflict("there is no customer table yet", hint="run `rapport refresh` first")
        picked = ", ".join(quoted(name) for name in ("customer_id", *columns))
        cursor = self._cursor().cursor()
        try:
            cursor.execute(f"SELECT {picked} FROM customers ORDER BY customer_id")
            while page := cursor.fetchmany(_ROWS_A_PAGE):
                yield from page
        finally:
            cursor.close()

    def save_table(self, name: str, sql: str) -> int:
        """Stores a query's result as a table; returns its rows."""
        return self._write(name, sql, "")

    def arrays(
        self, sql: str, given: Mapping[str, Array] | None = None, types: Mapping[str, ColumnType] | None = None
    ) -> dict[str, Array]:
        """A query's columns as arrays; it may read the arrays ``given`` as the table ``given``."""
        from rapport.warehouse import arrays  # noqa: PLC0415 - imports Arrow

        cursor = self._cursor()
        if given is None:
            return arrays.from_engine(cursor.execute(sql).fetchnumpy())
        cursor.register("given", arrays.to_table(given, types or {}))
        try:
            return arrays.from_engine(cursor.execute(sql).fetchnumpy())
        finally:
            cursor.unregister("given")

    def save_parts(self, name: str, queries: Sequence[str]) -> int:
        """Stores the results of several queries, one after the other, as one table; returns its rows."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - imports Arrow

        rows = 0
        with self._files.replacing(name) as draft:
            writer = None
            try:
                for sql in queries:
                    found: Any = self._cursor().sql(sql).to_arrow_table()
                    writer = writer or pq.ParquetWriter(draft, found.schema, compression="zstd")
                    writer.write_table(found)
                    rows += found.num_rows
            finally:
                if writer is not None:
                    writer.close()
        return rows

    def save_arrays(self, name: str, chunks: Iterator[Mapping[str, Array]], types: Mapping[str, ColumnType]) -> int:
        """Stores arrays, chunk after chunk, as a table; returns its rows."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - imports Arrow

        from rapport.warehouse import arrays  # noqa: PLC0415 - imports Arrow

        rows = 0
        with self._files.replacing(name) as draft:
            writer = None
            try:
                for chunk in chunks:
                    table = arrays.to_table(chunk, types)
                    writer = writer or pq.ParquetWriter(draft, table.schema, compression="zstd")
                    writer.write_table(table)
                    rows += table.num_rows
                if writer is None:
                    none = {name: np.zeros(0, dtype=object) for name in ("customer_id", *types)}
                    writer = pq.ParquetWriter(draft, arrays.to_table(none, types).schema, compression="zstd")
            finally:
                if writer is not None:
                    writer.close()
        return rows

    def tables(self) -> Collection[str]:
        """Names of the stored tables."""
        return self._files.table_names().keys()

    def location(self, name: str) -> str:
        """Where a stored table lies."""
        return str(self._files.table(name))

    def copy_out(self, name: str, path: str) -> int:
        """Writes a stored table to a file, in the format that its name ends with; returns its rows."""
        form = _FORMATS.get(Path(path).suffix)
        if form is None:
            raise InvalidInput(f"cannot write {Path(path).name}", hint=f"end its name with {', '.join(_FORMATS)}")
        if name not in self._files.table_names():
            raise Conflict(f"there is no table {name} yet", hint="run `rapport refresh` first")
        copied = self._cursor().execute(f"COPY (SELECT * FROM {quoted(name)}) TO {_text(Path(path))} ({form})")
        return int(copied.fetchall()[0][0])

    def preview(self, condition: str, sample: int = 10) -> SegmentPreview | None:
        """Counts the customers for whom a DuckDB condition holds; None before the first refresh."""
        if "customers" not in self._files.table_names():
            return None
        sql = f"SELECT COUNT(*), MIN(customer_id, {max(1, sample)}) FROM customers WHERE ({condition})"
        count, found = self.query(sql)[0]
        return SegmentPreview(count=count, sample=(found or [])[:sample], as_of=self._as_of())

    def linking(
        self, ids: Sequence[str], columns: Mapping[str, Sequence[str | None]], sources: Sequence[str] = ()
    ) -> DuckDBLinking:
        """A run over records in a database of its own, in memory."""
        return DuckDBLinking(ids, columns, sources, threads=self._threads, memory=self._memory)

    def erase(self, subjects: Collection[str], customer_ids: Collection[str]) -> int:
        """Removes one person's rows from every Parquet file; returns how many files were written anew."""
        from rapport.warehouse import erasure  # noqa: PLC0415 - imports the engine

        with self._files.alone():
            self._files.clear_litter()
            written = erasure.erase(self._files, self._cursor(), subjects, customer_ids)
        self._shown = None
        return written

    def restart(self) -> None:
        """Drops the handed-over events, so that the next export hands the whole log over anew."""
        with self._files.alone():
            self._files.drop_events()
        self._shown = None

    def clear(self) -> None:
        """Drops all events and tables, so that the next refresh makes them anew."""
        from rapport.warehouse import erasure  # noqa: PLC0415 - imports the engine

        with self._files.alone():
            erasure.clear(self._files)
        self._shown = None

    def close(self) -> None:
        """Releases the engine."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database, self._shown, self._cursors = None, None, threading.local()

    def _write(self, name: str, sql: str, options: str) -> int:
        with self._files.replacing(name) as draft:
            copied = self._cursor().execute(
                f"COPY ({sql}) TO {_text(draft)} (FORMAT parquet, COMPRESSION zstd{options})"
            )
            rows = copied.fetchall()[0][0]
        return int(rows)

    def _as_of(self) -> int:
        source = f"parquet_kv_metadata({_text(self._files.table('customers'))})"
        sql = f"SELECT decode(value) FROM {source} WHERE decode(key) = 'as_of'"
        return int(self.query(sql)[0][0])

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's cursor, with the views as the files are now."""
        with self._lock:
            if self._database is None:
                self._database = self._connect()
            cursor: duckdb.DuckDBPyConnection | None = getattr(self._cursors, "held", None)
            if cursor is None:
                cursor = self._cursors.held = self._database.cursor()
            self._show_views(self._database)
        return cursor

    def _connect(self) -> duckdb.DuckDBPyConnection:
        import duckdb  # noqa: PLC0415 - it takes a third of a second, and most commands never ask the warehouse

        self._files.create()
        database = duckdb.connect(
            config={
                "memory_limit": self._memory,
                "threads": self._threads,
                "temp_directory": str(self._files.spill),
                "preserve_insertion_order": "false",
                "autoinstall_known_extensions": "false",
            }
        )
        database.execute("SET TimeZone = 'UTC'")
        return database

    def _show_views(self, database: duckdb.DuckDBPyConnection) -> None:
        segments, tables = self._files.segments(), self._files.table_names()
        columns = self._columns if self._columns is not None else segments[-1].columns if segments else ()
        state = ([segment.folder.name for segment in segments], sorted(tables.items()), columns, self._left_out)
        if state == self._shown:
            return
        by_columns: dict[tuple[str, ...], list[str]] = {}
        for segment in segments:
            if segment.empty:
                continue
            by_columns.setdefault(segment.columns, []).append(_text(Path(segment.pattern)))
        parts = [with_columns(_parquet(patterns), held, columns) for held, patterns in by_columns.items()]
        events = " UNION ALL ".join(parts) or with_columns(_NO_EVENTS, (), columns)
        database.execute(f"CREATE OR REPLACE VIEW events AS {without_parts(events, columns, self._left_out)}")
        database.execute(f"CREATE OR REPLACE VIEW identifiers AS {_NO_IDENTIFIERS}")
        for name in tables:
            source = f"SELECT * FROM read_parquet({_text(self._files.table(name))})"
            database.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS {source}")
        self._shown = state


class _Drain(threading.Thread):
    """Reads a stream to its end and remembers its last line, where Python names the error."""

    def __init__(self, stream: Any) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self.last_line = ""
        self.start()

    def run(self) -> None:
        for line in self._stream:
            self.last_line = line.decode(errors="replace").strip() or self.last_line


def _follow(process: subprocess.Popen[bytes], progress: Progress) -> ExportReceipt | None:
    """Passes the process's steps on until its receipt."""
    for line in process.stdout or ():
        message = msgspec.json.decode(line)
        if "doing" not in message:
            return msgspec.convert(message, ExportReceipt)
        step = msgspec.convert(message, Step)
        progress(step.doing, step.share)
    return None


def _parquet(patterns: Sequence[str]) -> str:
    return f"read_parquet([{', '.join(patterns)}], hive_partitioning = true, hive_types = {{'day': DATE}})"


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
