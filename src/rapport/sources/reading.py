"""Files in, batches of rows out, streaming: every record with its line, and what cannot be read with the reason.

A CSV record that cannot be read takes nothing else with it: when an open quote swallowed the lines after it, the
first line is refused and the rest is read again.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO

import msgspec

from rapport.core.errors import InvalidInput

BATCH_ROWS = 20_000
_MARK = "\udcff"
_JSON_COLUMN_ROWS = 10_000


def _mark(error: UnicodeError) -> tuple[str, int]:
    """Puts a mark where bytes are not valid text, so that only that row is refused."""
    if isinstance(error, UnicodeDecodeError):
        return _MARK, error.end
    raise error


codecs.register_error("rapport.mark", _mark)


class Unreadable(NamedTuple):
    """A record that is not a row: where it begins, why, and its text."""

    line: int
    reason: str
    text: str


class Batch(NamedTuple):
    """Some records in file order; ``rows`` and ``lines`` run parallel, ``share`` is how far into the file they end."""

    lines: list[int]
    rows: list[Sequence[str | None]]
    unreadable: list[Unreadable]
    share: float


class TextTable(NamedTuple):
    """A text file opened for reading: its columns, unique regardless of case, and its rows in batches."""

    columns: list[str]
    batches: Iterator[Batch]


def read_csv(path: Path, encoding: str, delimiter: str, columns: Sequence[str] = ()) -> TextTable:
    """Opens a CSV file; ``columns`` names them where there is no header line.

    Raises ``InvalidInput`` for an unknown encoding or an empty file.
    """
    batches = _csv_batches(path, _known(encoding, path), delimiter, bool(columns), len(columns))
    header = list(columns) or next(batches, [])
    if not any(str(name).strip() for name in header):
        raise InvalidInput("an empty file", where=str(path), hint="the first line should name the columns")
    return TextTable(unique_names([str(name) for name in header]), batches)


def unique_names(header: Sequence[str]) -> list[str]:
    """Column names as they stand, made unique regardless of case, the empty ones numbered.

    >>> unique_names(["Id", "", "id"])
    ['Id', 'column_2', 'id_2']
    """
    names: list[str] = []
    taken: set[str] = set()
    for position, raw in enumerate(header, start=1):
        base = raw.strip().strip("\ufeff") or f"column_{position}"
        candidates = itertools.chain([base], (f"{base}_{n}" for n in itertools.count(2)))
        name = next(candidate for candidate in candidates if candidate.lower() not in taken)
        taken.add(name.lower())
        names.append(name)
    return names


def _known(encoding: str, path: Path) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise InvalidInput(
            f"no encoding '{encoding}'", where=str(path), hint="utf-8, utf-16, gb18030, cp1252 … are known"
        ) from error
    return "utf-8-sig" if name == "utf-8" else name


def _text(raw: BinaryIO, encoding: str, *, newline: str) -> TextIO:
    return io.TextIOWrapper(raw, encoding=encoding, errors="rapport.mark", newline=newline)


class _Lines:
    """The physical lines of a stream; those of the current record can be handed back."""

    def __init__(self, stream: TextIO) -> None:
        self.taken: list[str] = []
        self.number = 0
        self._stream = stream
        self._returned: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._stream)
        self.taken.append(line)
        self.number += 1
        return line

    def keep_first(self) -> str:
        """Gives back all but the first line of the record, and returns that line."""
        first, *rest = self.taken
        self._returned.extendleft(reversed(rest))
        self.number -= len(rest)
        return first


def _csv_batches(path: Path, encoding: str, delimiter: str, headless: bool, width: int) -> Iterator[Any]:
    """The header (unless ``headless``), then batches."""
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw, _text(raw, encoding, newline="") as stream:
        lines = _Lines(stream)
        reader = csv.reader(lines, delimiter=delimiter)
        if not headless:
            header = next((row for row in reader if row), [])
            width = len(header)
            yield header
        batch = Batch([], [], [], 0.0)
        for line, row, unreadable in _records(reader, lines, width, encoding):
            if unreadable is not None:
                batch.unreadable.append(unreadable)
                continue
            batch.lines.append(line)
            batch.rows.append(row)
            if len(batch.rows) >= BATCH_ROWS:
                yield batch._replace(share=min(raw.tell() / size, 1.0))
                batch = Batch([], [], [], 0.0)
        yield batch._replace(share=1.0)


def _records(
    reader: Iterator[list[str]], lines: _Lines, width: int, encoding: str
) -> Iterator[tuple[int, list[str], Unreadable | None]]:
    taken = lines.taken
    while True:
        taken.clear()
        start = lines.number + 1
        reason = ""
        row: list[str] = []
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = f"not a CSV record ({error})"
        if not row and not reason:
            continue
        if any(_MARK in line for line in taken):
            reason = f"bytes that are not {encoding.removesuffix('-sig')}"
        elif not reason and len(row) != width:
            reason = f"{len(row)} fields instead of {width}"
        if not reason:
            yield start, row, None
            continue
        if len(taken) > 1:
            reason = "a quote that is never closed" if _MARK not in taken[0] else reason
        text = lines.keep_first().rstrip("\r\n").replace(_MARK, "\ufffd")
        yield start, row, Unreadable(start, reason, text)


def read_jsonl(path: Path, encoding: str = "utf-8") -> TextTable:
    """Opens a file with one JSON object a line; nested objects become dotted columns, lists stay JSON text."""
    columns: dict[str, None] = {}
    for batch in itertools.islice(_jsonl_rows(path, encoding), 0, 1 + _JSON_COLUMN_ROWS // BATCH_ROWS):
        for row in batch[1][:_JSON_COLUMN_ROWS]:
            columns.update(dict.fromkeys(row))
    names = list(columns)
    return TextTable(unique_names(names), _jsonl_batches(path, encoding, names))


def _jsonl_batches(path: Path, encoding: str, names: list[str]) -> Iterator[Batch]:
    for lines, rows, unreadable, share in _jsonl_rows(path, encoding):
        yield Batch(lines, [[row.get(name) for name in names] for row in rows], unreadable, share)


def _jsonl_rows(
    path: Path, encoding: str
) -> Iterator[tuple[list[int], list[dict[str, str | None]], list[Unreadable], float]]:
    size = max(path.stat().st_size, 1)
    lines: list[int] = []
    rows: list[dict[str, str | None]] = []
    unreadable: list[Unreadable] = []
    with path.open("rb") as raw, _text(raw, _known(encoding, path), newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            flat = _json_row(line)
            if isinstance(flat, str):
                unreadable.append(Unreadable(number, flat, line.rstrip("\r\n").replace(_MARK, "\ufffd")))
                continue
            lines.append(number)
            rows.append(flat)
            if len(rows) >= BATCH_ROWS:
                yield lines, rows, unreadable, min(raw.tell() / size, 1.0)
                lines, rows, unreadable = [], [], []
    yield lines, rows, unreadable, 1.0


def _json_row(line: str) -> dict[str, str | None] | str:
    """The flat row, or why there is none."""
    if _MARK in line:
        return "bytes that are not valid text"
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return "not JSON"
    if not isinstance(found, dict):
        return "not a JSON object"
    return flattened(found)


def flattened(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """A JSON object as text cells with dotted names.

    >>> flattened({"who": {"age": 4, "vip": True}, "tags": ["a"]})
    {'who.age': '4', 'who.vip': 'true', 'tags': '["a"]'}
    """
    cells: dict[str, str | None] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            cells.update(flattened(value, f"{name}."))
        elif value is None or isinstance(value, str):
            cells[name] = value
        else:
            cells[name] = msgspec.json.encode(value).decode()
    return cells
