"""What products say in files beside them: tables of combinations in CSV, models in UVL."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec

from rapport.core.errors import did_you_mean
from rapport.workspace.documents import Document, Place
from rapport.workspace.draft import Entry
from rapport.workspace.findings import Finding
from rapport.workspace.products import Product, ProductTable

FOLDER: Final = "products"
TABLE: Final = ".csv"
UVL: Final = ".uvl"
BYTES_MAX: Final = 256 * 1024 * 1024
"""A larger file is not read."""
_NAME_MAX: Final = 200
_SEPARATORS: Final = (",", ";", "\t")


def files(root: Path) -> Iterator[Path]:
    """All files beside products that count for what the workspace is."""
    folder = root / FOLDER
    return (path for path in chain(folder.rglob(f"*{TABLE}"), folder.rglob(f"*{UVL}")) if path.is_file())


def is_file_name(uvl: str) -> bool:
    """Whether what stands under ``uvl`` names a file, rather than being the model itself."""
    return uvl.endswith(UVL) and "\n" not in uvl


def with_files(root: Path, entries: dict[str, Entry[Product]], findings: list[Finding]) -> dict[str, Entry[Product]]:
    """The products with the contents of their files; a ``.uvl`` that none of them names is a product by itself."""
    reading = _Reading(root, findings)
    found = {name: reading.product(entry) for name, entry in entries.items()}
    for path in sorted((root / FOLDER).glob(f"*{UVL}")):
        if path.stem not in found and path.resolve() not in reading.named:
            found[path.stem] = reading.plain(path)
    return found


class _Reading:
    """Reads the files of products; ``named`` are those that a product names."""

    def __init__(self, root: Path, findings: list[Finding]) -> None:
        self._root = root
        self._findings = findings
        self.named: set[Path] = set()

    def product(self, entry: Entry[Product]) -> Entry[Product]:
        """A product with its tables' rows and its model's text."""
        product, place = entry.definition, entry.place
        if place is None:
            return entry
        tables = {
            name: self._table(table, place.below("tables", name)) if table.file else table
            for name, table in product.tables.items()
        }
        uvl = product.uvl
        if is_file_name(uvl):
            path = self._path(uvl, UVL, place.below("uvl"))
            uvl = uvl if path is None else self._model(path)
        return Entry(msgspec.structs.replace(product, tables=tables, uvl=uvl), place)

    def plain(self, path: Path) -> Entry[Product]:
        """The product that a ``.uvl`` is by itself."""
        name = path.relative_to(self._root).as_posix()
        return Entry(Product(name=path.stem, uvl=self._model(path)), Place(Document(name, "")))

    def _model(self, path: Path) -> str:
        text = self._text(path)
        if not text.strip():
            self._faulty(path, 1, "nothing in the file", "a model begins with a line: features")
        return text or path.name

    def _table(self, table: ProductTable, place: Place) -> ProductTable:
        if table.columns or table.rows:
            message = "combinations from a file and written out"
            self._findings.append(place.finding(message, "keep one of file and rows", on_key=True))
            return msgspec.structs.replace(table, columns=[], rows=[])
        path = self._path(table.file, TABLE, place.below("file"))
        lines = [] if path is None else self._lines(path)
        return msgspec.structs.replace(table, columns=lines[0], rows=lines[1:]) if lines else table

    def _lines(self, path: Path) -> list[list[str]]:
        """The cells of a CSV file, all lines as long as the first; none where something is wrong with it."""
        text = self._text(path).rstrip("\r\n")
        first = text.partition("\n")[0]
        separator = max(_SEPARATORS, key=first.count)
        before = len(self._findings)
        try:
            written = csv.reader(StringIO(text, newline=""), delimiter=separator)
            lines = [[cell.strip() for cell in line] for line in written]
        except csv.Error as error:
            return self._faulty(path, 1, f"not CSV: {error}", "close every quotation mark")
        if not lines:
            return self._faulty(path, 1, "nothing in the file", "the first line names the groups")
        for number, line in enumerate(lines, 1):
            if len(line) != len(lines[0]):
                self._faulty(path, number, f"{len(line)} cells, but {len(lines[0])} columns", "give each row all cells")
                break
        return lines if len(self._findings) == before else []

    def _text(self, path: Path) -> str:
        if path.stat().st_size > BYTES_MAX:
            self._faulty(path, 1, f"larger than {BYTES_MAX // 1024**2} MiB", "split the table")
            return ""
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            self._faulty(path, 1, f"not UTF-8 text (byte {error.start + 1})", "save the file as UTF-8")
            return ""

    def _faulty(self, path: Path, line: int, message: str, hint: str) -> list[list[str]]:
        self._findings.append(Finding(path.relative_to(self._root).as_posix(), line, 1, message, hint))
        return []

    def _path(self, name: str, suffix: str, place: Place) -> Path | None:
        """Where a file lies; reports one that is missing, of another kind, or elsewhere."""
        folder = (self._root / FOLDER).resolve()
        path = (folder / name.replace("\0", "?")).resolve()
        if not path.is_relative_to(folder):
            self._findings.append(place.finding(f"'{name}' lies outside {FOLDER}/", f"put it into {FOLDER}/"))
        elif path.suffix != suffix:
            self._findings.append(place.finding(f"'{name}' is no {suffix} file", f"write NAME{suffix}"))
        elif len(path.name) > _NAME_MAX or not path.is_file():
            known = [one.relative_to(folder).as_posix() for one in folder.rglob(f"*{suffix}")]
            hint = did_you_mean(name, known) if known else f"write it from {FOLDER}/: tables/fits.csv"
            self._findings.append(place.finding(f"there is no file '{name}' in {FOLDER}/", hint))
        else:
            self.named.add(path)
            return self._root / FOLDER / path.relative_to(folder)
        return None
