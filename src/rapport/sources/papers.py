"""Files that Rapport wrote beside its store: refused rows under ``rejects/``, exports under ``data/``; one person out.

A table of many (CSV, Parquet) loses the person's rows; a JSON file or a ZIP that holds the person is an export about
them, and goes. Files of other kinds are not Rapport's, and stay as they are.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from rapport.identify.traces import Traces
from rapport.sources.convert import literal
from rapport.workspace.definitions import Source

REJECTS: Final = "rejects"
EXPORTS: Final = "data"
_CHUNK: Final = 1 << 20
_ENCODING: Final = "utf-8"
"""What Rapport writes."""
_CELL_MAX: Final = 1 << 30
_OVERLAP: Final = 1 << 10
"""So much of a file is looked at again with the next piece; no identifier as people write it is longer."""
_ABOUT_ONE: Final = frozenset({".json", ".zip"})
"""What ``customer export`` writes."""
_UNREADABLE: Final = "text"
"""The last column of a rejects file: a row that could not be split into cells, as it came."""


def erase(
    root: Path, sources: Mapping[str, Source], traces: Traces, customer_ids: Collection[str], ours: Collection[Path]
) -> dict[str, int]:
    """Takes a person out of all such files; returns how many rows and files went.

    ``ours`` are folders and files below ``data/`` that somebody else takes care of: the store, the warehouse, backups.
    """
    removed: Counter[str] = Counter()
    for path in sorted((root / REJECTS).glob("*.csv")):
        source = _source(path.name, sources)
        removed["rejected rows"] += _rewrite_csv(path, partial(_names, traces, source))
    needles = [text.encode() for text in (*traces.telling, *customer_ids)]
    for path in _exports(root / EXPORTS, ours):
        removed.update(_erase_export(path, traces, customer_ids, needles))
    return dict(+removed)


def _names(traces: Traces, source: Source, row: list[tuple[str, str]]) -> bool:
    """Whether a refused row is the person's; in one that could not be split any cell may be any identifier."""
    columns = {field.column: kind for kind, field in source.identifiers.items() if field.column}
    if traces.in_cells(row, columns):
        return True
    last, text = row[-1] if row else ("", "")
    return last == _UNREADABLE and bool(text) and traces.in_cells([("", cell) for cell in _cells(text, source)], {})


def _cells(text: str, source: Source) -> set[str]:
    """What may be cells of a row that could not be split, because of its quotes or because it is broken JSON."""
    marks = ',:"{}[]' if source.format == "jsonl" else f'"{source.delimiter}'
    pieces = re.split(f"[{re.escape(marks)}\\r\\n]", text)
    return {cell for piece in (*pieces, *text.split(source.delimiter)) if (cell := piece.strip(" \t\r\n\"'"))}


def _exports(folder: Path, ours: Collection[Path]) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(path == one or one in path.parents for one in ours):
            yield path


def _erase_export(path: Path, traces: Traces, customer_ids: Collection[str], needles: list[bytes]) -> dict[str, int]:
    kind = path.suffix.lower()
    if kind == ".csv":
        ids = set(customer_ids)

        def theirs(row: list[tuple[str, str]]) -> bool:
            return traces.in_cells(row, {"": ""}) or any(cell in ids for _, cell in row)

        return {"exported rows": _rewrite_csv(path, theirs)}
    if kind == ".parquet":
        return {"exported rows": _rewrite_parquet(path, [*traces.telling, *customer_ids], traces.patterns)}
    if kind in _ABOUT_ONE and any(_contains(part, needles, traces) for part in _contents(path)):
        path.unlink()
        return {"exports": 1}
    return {}


def _source(name: str, sources: Mapping[str, Source]) -> Source:
    """The source of a rejects file; one that maps nothing when nobody knows."""
    found = [one for source, one in sources.items() if name.startswith(f"{source}-")]
    return max(found, key=lambda one: len(one.name), default=Source())


def _rewrite_csv(path: Path, theirs: Callable[[list[tuple[str, str]]], bool]) -> int:
    """Writes a CSV file anew without some rows; returns how many. A file left without rows goes."""
    draft = path.with_name(f".{path.name}.draft")
    gone = kept = 0
    with path.open(encoding=_ENCODING, newline="", errors="surrogateescape") as old, _long_cells():
        rows = csv.reader(old)
        header = next(rows, [])
        with draft.open("w", encoding=_ENCODING, newline="", errors="surrogateescape") as new:
            out = csv.writer(new, lineterminator="\n")
            out.writerow(header)
            for row in rows:
                if theirs(list(zip(header, row, strict=False))):
                    gone += 1
                else:
                    kept += 1
                    out.writerow(row)
    if gone and kept:
        draft.replace(path)
    else:
        draft.unlink()
    if gone and not kept:
        path.unlink()
    return gone


@contextmanager
def _long_cells() -> Iterator[None]:
    """Cells of any length inside; the limit is the whole process's, and others rely on theirs."""
    usual = csv.field_size_limit(_CELL_MAX)
    try:
        yield
    finally:
        csv.field_size_limit(usual)


def _rewrite_parquet(path: Path, texts: Collection[str], patterns: Collection[str]) -> int:
    """Writes a Parquet file anew without the rows that hold any of some texts or patterns; returns how many."""
    import duckdb  # noqa: PLC0415 - only for exports of this kind

    source = f"read_parquet({literal(str(path))})"
    tests = [f"contains(CAST(t AS VARCHAR), {literal(text)})" for text in texts]
    tests += [f"regexp_matches(CAST(t AS VARCHAR), {literal(pattern)})" for pattern in patterns]
    found = " OR ".join(tests) or "FALSE"
    draft = path.with_name(f".{path.name}.draft")
    with duckdb.connect() as database:
        gone = int(database.execute(f"SELECT COUNT(*) FROM {source} t WHERE {found}").fetchall()[0][0])  # noqa: S608
        if gone:
            kept = f"SELECT * FROM {source} t WHERE NOT ({found})"  # noqa: S608 - texts are literals
            database.execute(f"COPY ({kept}) TO {literal(str(draft))} (FORMAT parquet, COMPRESSION zstd)")
            draft.replace(path)
    return gone


def _contents(path: Path) -> Iterator[Iterator[bytes]]:
    """What a file holds, piece by piece; a ZIP's members unpacked."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                with packed.open(name) as member:
                    yield iter(partial(member.read, _CHUNK), b"")
        return
    with path.open("rb") as file:
        yield iter(partial(file.read, _CHUNK), b"")


def _contains(pieces: Iterator[bytes], needles: list[bytes], traces: Traces) -> bool:
    """Whether some pieces that follow each other hold any needle, or an identifier as people write it."""
    overlap = max([_OVERLAP, *map(len, needles)])
    window, first, piece = b"", True, next(pieces, b"")
    while piece:
        following = next(pieces, b"")
        window = window[-overlap:] + piece
        if any(needle in window for needle in needles) or _says(window, traces, first=first, last=not following):
            return True
        first, piece = False, following
    return False


def _says(window: bytes, traces: Traces, *, first: bool, last: bool) -> bool:
    """Whether a part of a file says an identifier; one that touches a cut may be a part of something longer."""
    text = window.decode(_ENCODING, errors="replace")
    return any((start or first) and (end < len(text) or last) for start, end in traces.places(text))
