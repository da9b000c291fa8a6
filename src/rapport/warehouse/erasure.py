# ruff: noqa: S608 - file names are quoted here, and values are bound or quoted.
"""Forgetting somebody in Parquet: the files that hold them are written anew without them.

Events go by their subject, rows of tables by customer id or subject. In a table that has neither (findings, with some
customers as examples) ids leave the lists they stand in, and a row that names one by itself goes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import duckdb

from rapport.warehouse.files import Files

_GONE: Final = "erased"
_KEYS: Final = ("customer_id", "subject")


def erase(
    files: Files, cursor: duckdb.DuckDBPyConnection, subjects: Collection[str], customers: Collection[str]
) -> int:
    """Rewrites every file with something of these subjects or customers; returns how many files were written."""
    names = sorted({*subjects, *customers})
    cursor.execute("SET VARIABLE gone = ?::VARCHAR[]", [names])
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {_GONE} AS SELECT unnest(getvariable('gone')) AS name")
    written = 0
    for segment in files.segments():
        _clear_drafts(segment.folder)
        for file in sorted(segment.folder.glob("*/*.parquet")):
            written += _rewrite(cursor, file)
    for name in files.table_names():
        written += _rewrite(cursor, files.table(name))
    cursor.execute(f"DROP TABLE {_GONE}; RESET VARIABLE gone")
    files.clear_spill()
    return written


def _rewrite(cursor: duckdb.DuckDBPyConnection, file: Path) -> int:
    source = f"read_parquet({_text(file)}, hive_partitioning = false)"
    columns = dict(row[:2] for row in cursor.execute(f"DESCRIBE SELECT * FROM {source}").fetchall())
    theirs, shown = _theirs(columns), ", ".join(_shown(columns))
    if not _any(cursor, f"SELECT 1 FROM {source} WHERE {' OR '.join([theirs, *_listed(columns)])} LIMIT 1"):
        return 0
    draft = file.with_name(f".{file.stem}.draft")
    copy = f"COPY (SELECT {shown} FROM {source} WHERE NOT ({theirs}))"
    options = f"(FORMAT parquet, COMPRESSION zstd{_marks(cursor, file)})"
    cursor.execute(f"{copy} TO {_text(draft)} {options}").fetchall()
    handle = os.open(draft, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    draft.replace(file)
    return 1


def _theirs(columns: dict[str, str]) -> str:
    """Whether a row is theirs: by its key, or, in a table without one, by any text."""
    keyed = [str(name) for name in _KEYS if name in columns]
    searched = keyed or [name for name, kind in columns.items() if kind == "VARCHAR"]
    tests = [f"COALESCE({_quoted(name)} IN (SELECT name FROM {_GONE}), FALSE)" for name in searched]
    return " OR ".join(tests) or "FALSE"


def _listed(columns: dict[str, str]) -> Iterator[str]:
    """Whether a list names them, in each column that holds lists."""
    for name, kind in columns.items():
        if kind == "VARCHAR[]":
            yield f"COALESCE(list_has_any({_quoted(name)}, getvariable('gone')), FALSE)"


def _shown(columns: dict[str, str]) -> Iterator[str]:
    for name, kind in columns.items():
        if kind == "VARCHAR[]":
            kept = "NOT list_contains(getvariable('gone'), one)"
            yield f"list_filter({_quoted(name)}, lambda one: {kept}) AS {_quoted(name)}"
        else:
            yield _quoted(name)


def _marks(cursor: duckdb.DuckDBPyConnection, file: Path) -> str:
    """The file's own marks, as an option of its successor; what the engine writes by itself is left out."""
    sql = f"SELECT decode(key), decode(value) FROM parquet_kv_metadata({_text(file)}) WHERE decode(key) = 'as_of'"
    return "".join(f", KV_METADATA {{{key}: {_text(value)}}}" for key, value in cursor.execute(sql).fetchall())


def _clear_drafts(folder: Path) -> None:
    """What a process that was killed while it rewrote left behind."""
    for draft in folder.glob("*/.*.draft"):
        draft.unlink()


def _any(cursor: duckdb.DuckDBPyConnection, sql: str) -> bool:
    return bool(cursor.execute(sql).fetchall())


def clear(files: Files) -> None:
    """Removes all events and tables: the next refresh makes them again."""
    files.drop_events()
    shutil.rmtree(files.tables, ignore_errors=True)
    files.create()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: Path | str) -> str:
    return "'" + str(value).replace("'", "''") + "'"
