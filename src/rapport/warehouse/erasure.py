# ruff: noqa: S608 - file names are quoted here, and values are bound.
"""Forgetting somebody in Parquet: the files that hold their rows are written anew without them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from rapport.warehouse.files import Files


def erase(
    files: Files, cursor: duckdb.DuckDBPyConnection, subjects: Collection[str], customers: Collection[str]
) -> int:
    """Rewrites every file with rows of these subjects or customers; returns how many files were written."""
    written = 0
    for segment in files.segments():
        for file in sorted(segment.folder.glob("*/*.parquet")):
            written += _rewrite(cursor, file, "subject", list(subjects))
    for name in files.table_names():
        written += _rewrite(cursor, files.table(name), "customer_id", list(customers))
    return written


def _rewrite(cursor: duckdb.DuckDBPyConnection, file: Path, column: str, values: list[str]) -> int:
    source = f"read_parquet({_text(file)}, hive_partitioning = false)"
    names = {row[0] for row in cursor.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    if column not in names:
        return 0
    held = cursor.execute(f"SELECT COUNT(*) FROM {source} WHERE {column} IN (SELECT unnest(?))", [values]).fetchall()
    if not held[0][0]:
        return 0
    listed = ", ".join(_text(value) for value in values)
    marks = cursor.execute(
        f"SELECT decode(key), decode(value) FROM parquet_kv_metadata({_text(file)}) WHERE decode(key) = 'as_of'"
    ).fetchall()
    kept = "".join(f", KV_METADATA {{{key}: {_text(value)}}}" for key, value in marks)
    draft = file.with_name(f".{file.stem}.draft")
    copy = f"COPY (SELECT * FROM {source} WHERE {column} IS NULL OR {column} NOT IN ({listed}))"
    cursor.execute(f"{copy} TO {_text(draft)} (FORMAT parquet, COMPRESSION zstd{kept})").fetchall()
    draft.replace(file)
    return 1


def _text(value: Path | str) -> str:
    return "'" + str(value).replace("'", "''") + "'"
