"""The Python door to probable links without a workspace: ``rapport.link("people.csv")``."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rapport.core.errors import InvalidInput, NotFound, did_you_mean
from rapport.identify.link import Field, FieldKind
from rapport.identify.link.fields import date_parts, profile, read_fields
from rapport.loop.identities.linkage import Linkage, link_records, prepare_columns
from rapport.warehouse.links import DuckDBLinking
from rapport.workspace.definitions import Linking as Thresholds

_SAMPLE: Final = 10_000
"""So many values of a column are looked at to see what it holds."""
_DATE: Final = "date_of_birth"


def link(
    *tables: str | Path | Mapping[str, Sequence[Any]],
    id_column: str = "",
    fields: Mapping[str, FieldKind] | None = None,
    thresholds: Thresholds | None = None,
) -> Linkage:
    """Finds the records that are probably one person, without labels and without settings.

    Each table is a CSV file or a mapping of columns. Of one table, records within it are linked; of several, only
    records of different ones. A record is called by its ``id_column``, else by its place from 0 on; of several
    tables, after the table's number: ``1:17``. Columns are known by name or by what they hold; ``fields`` says it
    instead. In the result, ``pairs`` have every likely pair with its probability, ``judgement`` what follows.

    Raises ``InvalidInput`` where fewer than two columns say anything of a person, or a named one is not there, and
    ``NotFound`` for a file that is not there.
    """
    if not tables:
        raise InvalidInput("no table to link", where="tables", hint='name one, as rapport.link("people.csv")')
    read = [_with_dates(_columns(table)) for table in tables]
    counts = [len(next(iter(columns.values()), ())) for columns in read]
    ids = [name for number, columns in enumerate(read) for name in _ids(columns, id_column, number, len(read))]
    sources = [str(number) for number, count in enumerate(counts) for _ in range(count)] if len(read) > 1 else []
    shared = [column for column in read[0] if column != id_column and all(column in columns for columns in read)]
    values = {column: [cell for columns in read for cell in columns[column]] for column in shared}
    chosen = _fields(values, fields)
    prepared = prepare_columns(chosen, {field.column: values[field.column] for field in chosen})
    with DuckDBLinking(ids, prepared, sources) as linking:
        return link_records(linking, chosen, len(ids), thresholds=thresholds or Thresholds(), progress=_quietly)


def _columns(table: str | Path | Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    if isinstance(table, Mapping):
        return dict(table)
    if not Path(table).is_file():
        raise NotFound(f"no file {table}", where="tables", hint="check the path; it is relative to where Python runs")
    with Path(table).open(encoding="utf-8-sig", newline="") as lines:
        names, *rows = [*csv.reader(lines, skipinitialspace=True)] or [[]]
    cells = [[row[place] if place < len(row) else "" for row in rows] for place in range(len(names))]
    return dict(zip(names, cells, strict=True))


def _with_dates(columns: dict[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """A date in three columns becomes one."""
    parts = date_parts(columns)
    if not parts:
        return columns
    dates = zip(*(columns.pop(part) for part in parts), strict=True)
    made = [f"{year}-{month}-{day}" if year and month and day else None for year, month, day in dates]
    return columns | {_DATE: made}


def _ids(columns: Mapping[str, Sequence[Any]], id_column: str, number: int, tables: int) -> list[str]:
    if id_column and id_column not in columns:
        raise InvalidInput(f"no column {id_column}", where="id_column", hint=did_you_mean(id_column, columns))
    count = len(next(iter(columns.values()), ()))
    named = [str(name) for name in columns[id_column]] if id_column else [str(place) for place in range(count)]
    if len(set(named)) < count:
        raise InvalidInput(f"{id_column} has the same value twice", where="id_column", hint="name a column of ids")
    return named if tables == 1 else [f"{number + 1}:{name}" for name in named]


def _fields(values: Mapping[str, Sequence[Any]], declared: Mapping[str, FieldKind] | None) -> tuple[Field, ...]:
    for column in declared or ():
        if column not in values:
            raise InvalidInput(f"no column {column}", where="fields", hint=did_you_mean(column, values))
    seen = {column: profile(_texts(cells)) for column, cells in values.items()}
    chosen = read_fields(list(values), declared, seen)
    if len(chosen) < 2:
        hint = "name them with fields={column: kind}"
        raise InvalidInput("fewer than two columns say anything of a person", where="table", hint=hint)
    return chosen


def _texts(cells: Sequence[Any]) -> list[str | None]:
    step = max(1, len(cells) // _SAMPLE)
    return [None if cell is None else str(cell) for cell in cells[::step]]


def _quietly(_doing: str, _share: float) -> None:
    """Nobody watches."""
