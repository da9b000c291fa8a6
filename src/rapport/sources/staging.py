"""A place on disk where one file is laid out, mapped and put in order, however large it is: a DuckDB of its own."""

# ruff: noqa: S608 - names are quoted and texts are literals by ``convert``; nothing of a file is SQL.

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from rapport.core.errors import InvalidDefinition, InvalidInput, NotFound, did_you_mean
from rapport.sources.convert import as_text, literal, quoted
from rapport.sources.mapping import Cell, Plan
from rapport.sources.reading import TextTable, read_csv, read_jsonl
from rapport.workspace.definitions import Lookup, Source

MEMORY = "512MB"
STREAM_ROWS = 8_192
Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, 0–1."""


class Laid(msgspec.Struct, frozen=True):
    """One file in the staging place."""

    cells: dict[str, Cell]
    rows: int
    """Records read, the unreadable included."""
    unreadable: dict[str, int]
    """Reason → how many records are no rows at all."""


class Staging:
    """One file at a time, laid out in a temporary folder that ``close`` removes."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="rapport-load-")
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": self._folder,
        }
        self._db = duckdb.connect(f"{self._folder}/staging.duckdb", config=settings)
        self._db.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        self._db.execute("CREATE TABLE refused (row BIGINT, reason VARCHAR)")
        self._db.execute("CREATE TABLE unreadable (line BIGINT, reason VARCHAR, text VARCHAR)")

    def __enter__(self) -> Staging:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Forgets everything."""
        self._db.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def lay(self, path: Path, source: Source, progress: Progress, root: Path, rows_max: int = 0) -> Laid:
        """Reads a file as its source says (the first ``rows_max`` rows, 0 for all), lookups joined.

        Raises ``InvalidInput`` for what cannot be read at all, ``NotFound`` for a lookup that is not there.
        """
        cells = self._table("raw", path, source, progress, rows_max)
        rows = self._count("SELECT count(*) FROM raw") + self._count("SELECT count(*) FROM unreadable")
        unreadable = dict(
            self._db.execute("SELECT reason, count(*) FROM unreadable GROUP BY 1 ORDER BY 2 DESC").fetchall()
        )
        joined = dict(cells)
        joins = []
        for number, (name, lookup) in enumerate(source.lookups.items()):
            joins.append(self._join(number, lookup, name=name, places=[path.parent, root], cells=cells, joined=joined))
        chosen = ", ".join(["r.*", *(f"k{n}.* EXCLUDE (__key)" for n in range(len(joins)))])
        self._db.execute(f"CREATE OR REPLACE VIEW rows AS SELECT {chosen} FROM raw r {' '.join(joins)}")
        return Laid(joined, rows, unreadable)

    def map(self, plan: Plan) -> dict[str, int]:
        """Runs the mapping; returns the refused rows by reason."""
        self._db.execute(f"CREATE OR REPLACE TABLE mapped AS {plan.sql}")
        refused = "SELECT reason, count(*) FROM mapped WHERE reason IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        return dict(self._db.execute(refused).fetchall())

    def stream(self, plan: Plan) -> Iterator[list[list[Any]]]:
        """The good rows in batches of columns: ``row``, the first row of its group, then ``plan.outputs``.

        Lines of one group lie together, groups in the order of their first rows.
        """
        first = "min(row) OVER (PARTITION BY grp)" if plan.grouped else "row"
        good = f"SELECT row, {first} AS first, {', '.join(plan.outputs)} FROM mapped WHERE reason IS NULL"
        with self._db.cursor() as cursor:
            cursor.execute("SET enable_progress_bar = false")
            for batch in cursor.sql(f"{good} ORDER BY first, row").to_arrow_reader(STREAM_ROWS):
                yield [column.to_pylist() for column in batch.columns]

    def refuse(self, rows: Sequence[tuple[int, str]]) -> None:
        """Remembers rows that were refused after the mapping."""
        if rows:
            table = pa.table({"row": [row for row, _ in rows], "reason": [reason for _, reason in rows]})
            self._insert("refused", table)

    def count_good(self) -> int:
        """How many rows the mapping let through."""
        return self._count("SELECT count(*) FROM mapped WHERE reason IS NULL")

    def write_rejects(self, target: Path, columns: dict[str, Cell]) -> int:
        """Writes every refused row (``line``, ``reason``, its cells; ``text`` for what is no row) as CSV in UTF-8."""
        cells = [(name, cell) for name, cell in columns.items() if cell.alias.startswith("__c")]
        names = _beside({"line", "reason", "text"}, [name for name, _ in cells])
        written = [
            f"nullif(raw.{cell.alias}, '')" if cell.held == "VARCHAR" else f"raw.{cell.alias}" for _, cell in cells
        ]
        chosen = ", ".join(f"{cell} AS {quoted(name)}" for name, cell in zip(names, written, strict=True))
        empty = ", ".join(f"NULL AS {quoted(name)}" for name in names)
        query = (
            "WITH bad AS (SELECT row, reason FROM mapped WHERE reason IS NOT NULL UNION ALL SELECT * FROM refused) "
            f"SELECT __line AS line, reason, {chosen}, NULL AS text FROM bad JOIN raw ON raw.__row = bad.row "
            f"UNION ALL SELECT line, reason, {empty}, text FROM unreadable"
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = f"COPY (SELECT * FROM ({query}) ORDER BY line) TO {literal(str(target))} (FORMAT csv, HEADER)"
        count = self._count(copy)
        if not count:
            target.unlink()
        return count

    def count_values(self, cell: Cell) -> None:
        """Makes ``counted`` hold one column's different cells: ``cell``, its rows ``n`` and the ``first`` of them."""
        self._db.execute(
            f"CREATE OR REPLACE TEMP TABLE counted AS "
            f"SELECT {cell.alias} AS cell, count(*) AS n, min(__row) AS first FROM raw GROUP BY 1"
        )

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query over ``raw``, ``rows`` and ``counted``."""
        return self._db.execute(sql, parameters).fetchall()

    def _count(self, sql: str) -> int:
        return int(self._db.execute(sql).fetchall()[0][0])

    def _insert(self, target: str, table: pa.Table) -> None:
        self._db.register("incoming", table)
        self._db.execute(f"INSERT INTO {target} SELECT * FROM incoming")
        self._db.unregister("incoming")

    def _table(
        self, name: str, path: Path, form: Source | Lookup, progress: Progress, rows_max: int
    ) -> dict[str, Cell]:
        """Makes ``name`` hold the file: ``__row``, ``__line`` and one column for each cell."""
        if form.format == "parquet":
            return self._parquet(name, path, rows_max)
        if form.format == "jsonl":
            table = read_jsonl(path, form.encoding)
        else:
            columns = form.columns if isinstance(form, Source) else ()
            table = read_csv(path, form.encoding, form.delimiter, columns)
        return self._text(name, path, table, progress, rows_max)

    def _parquet(self, name: str, path: Path, rows_max: int) -> dict[str, Cell]:
        file = f"read_parquet({literal(str(path))}, file_row_number = true)"
        try:
            described = self._db.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {file}").fetchall()
        except duckdb.Error as error:
            raise InvalidInput("not a Parquet file that can be read", where=str(path), hint=str(error)) from error
        cells = {column[0]: Cell(f"__c{n}", column[1]) for n, column in enumerate(described)}
        chosen = ", ".join(f"{quoted(column)} AS {cell.alias}" for column, cell in cells.items())
        limit = f" WHERE file_row_number < {rows_max}" if rows_max else ""
        self._db.execute(
            f"CREATE OR REPLACE VIEW {name} AS "
            f"SELECT file_row_number AS __row, file_row_number + 1 AS __line, {chosen} "
            f"FROM {file}{limit}"
        )
        return cells

    def _text(self, name: str, path: Path, table: TextTable, progress: Progress, rows_max: int) -> dict[str, Cell]:
        cells = {column: Cell(f"__c{n}", "VARCHAR") for n, column in enumerate(table.columns)}
        schema = pa.schema(
            [("__row", pa.int64()), ("__line", pa.int64()), *((cell.alias, pa.string()) for cell in cells.values())]
        )
        self._db.execute(
            f"CREATE OR REPLACE TABLE {name} (__row BIGINT, __line BIGINT, "
            + ", ".join(f"{cell.alias} VARCHAR" for cell in cells.values())
            + ")"
        )
        seen = 0
        for batch in table.batches:
            lines, rows = batch.lines, batch.rows
            numbers = range(seen, seen + len(rows))
            columns: Sequence[Any] = list(zip(*rows, strict=True)) or [()] * len(cells)
            self._insert(
                name,
                pa.Table.from_arrays(
                    [
                        pa.array(values, field.type)
                        for values, field in zip([numbers, lines, *columns], schema, strict=True)
                    ],
                    schema=schema,
                ),
            )
            if batch.unreadable and name == "raw":
                self._insert(
                    "unreadable",
                    pa.table(dict(zip(("line", "reason", "text"), zip(*batch.unreadable, strict=True), strict=True))),
                )
            seen += len(rows)
            progress(f"reading {path.name}", batch.share)
            if rows_max and seen >= rows_max:
                break
        return cells

    def _join(
        self,
        number: int,
        lookup: Lookup,
        *,
        name: str,
        places: list[Path],
        cells: dict[str, Cell],
        joined: dict[str, Cell],
    ) -> str:
        """Lays a lookup out under its key, adds its columns to ``joined`` and returns the join."""
        where = f"lookups.{name}"
        found = next((place / lookup.file for place in places if (place / lookup.file).is_file()), None)
        if found is None:
            looked = " and ".join(map(str, places))
            raise NotFound(f"no file '{lookup.file}'", where=where, hint=f"looked in {looked}")
        table = f"lookup_{number}"
        theirs = self._table(table, found, lookup, lambda _what, _share: None, 0)
        for column in [*lookup.columns, *lookup.on.values()]:
            if column not in theirs:
                raise InvalidDefinition(
                    f"no column '{column}' in {found.name}", where=where, hint=did_you_mean(column, theirs)
                )
        chosen = []
        for position, column in enumerate(lookup.columns):
            if column in joined:
                raise InvalidDefinition(
                    f"two columns '{column}'", where=where, hint="leave it out of the lookup's columns"
                )
            alias = f"__k{number}_{position}"
            joined[column] = Cell(alias, theirs[column].held)
            chosen.append(f"arg_min({theirs[column].alias}, __row) AS {alias}")
        key = " || chr(31) || ".join(
            as_text(theirs[column].alias, theirs[column].held) for column in lookup.on.values()
        )
        self._db.execute(
            f"CREATE OR REPLACE TABLE keyed_{number} AS "
            f"SELECT {key} AS __key, {', '.join(chosen)} FROM {table} GROUP BY 1"
        )
        for column in lookup.on:
            if column not in cells:
                raise InvalidDefinition(
                    f"no column '{column}' in the file", where=where, hint=did_you_mean(column, cells)
                )
        ours = " || chr(31) || ".join(as_text(f"r.{cells[column].alias}", cells[column].held) for column in lookup.on)
        return f"LEFT JOIN keyed_{number} k{number} ON k{number}.__key = {ours}"


def _beside(taken: set[str], names: list[str]) -> list[str]:
    """The names, those already taken marked as the file's own."""
    return [f"{name} (file)" if name.lower() in taken else name for name in names]
