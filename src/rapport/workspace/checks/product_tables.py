"""What a product's tables of combinations must say, whether from a file or written out."""

from __future__ import annotations

from typing import Final

from rapport.core.errors import did_you_mean
from rapport.workspace.documents import Place
from rapport.workspace.draft import Draft
from rapport.workspace.findings import Finding
from rapport.workspace.product_files import FOLDER
from rapport.workspace.products import Product, ProductTable, every_group

ROWS_MAX: Final = 1_000_000
SHOWN_MAX: Final = 10
"""So many faults of one table are listed."""


def check(draft: Draft, product: Product, table: ProductTable, place: Place) -> None:
    """Adds to the draft every finding about one table, up to ``SHOWN_MAX`` of its rows."""
    if table.columns:
        _Table(draft, product, table, place).check()
    elif not table.file:  # What keeps a file from being read is reported when it is read.
        hint = "add file: tables/NAME.csv, or columns and rows"
        draft.report(place, "a table without combinations", hint, on_key=True)


class _Table:
    """Checks one table's columns and rows."""

    def __init__(self, draft: Draft, product: Product, table: ProductTable, place: Place) -> None:
        self._draft = draft
        self._table = table
        self._place = place
        self._groups = {name: group for name, group, _ in every_group(product.groups)}
        self._faults: list[tuple[int, int, str, str]] = []

    def check(self) -> None:
        """Reports all that is wrong."""
        self._columns()
        if not self._table.rows:
            self._fault(-1, 0, "no combination", "add rows below the names of the groups")
        elif len(self._table.rows) > ROWS_MAX:
            self._fault(ROWS_MAX, 0, f"more than {ROWS_MAX} rows", "split the table, or leave cells empty")
        elif not self._faults:
            self._rows()
        self._report()

    def _columns(self) -> None:
        for column, name in enumerate(self._table.columns):
            group = self._groups.get(name)
            if group is None:
                self._fault(-1, column, f"unknown group '{name}'", did_you_mean(name, self._groups))
            elif group.most != 1 and len(group.options) > 1:
                hint = "write a rule instead: a column is a group in which at most one is chosen"
                self._fault(-1, column, f"the group '{name}' takes several options", hint)
            elif name in self._table.columns[:column]:
                self._fault(-1, column, f"the column '{name}' is given twice", "keep one of them")

    def _rows(self) -> None:
        known = [self._groups[name].options for name in self._table.columns]
        first: dict[tuple[str, ...], int] = {}
        for row, cells in enumerate(self._table.rows):
            if len(cells) != len(known):
                self._fault(row, 0, f"{len(cells)} cells, but {len(known)} columns", "give each row all cells")
                continue
            for column, (cell, options) in enumerate(zip(cells, known, strict=True)):
                if cell and cell not in options:
                    name = self._table.columns[column]
                    message = f"the group '{name}' has no option '{cell}'"
                    self._fault(row, column, message, did_you_mean(cell, options))
            before = first.setdefault(tuple(cells), row)
            if before != row:
                place = f"line {before + 2}" if self._table.file else f"row {before + 1}"
                self._fault(row, 0, f"the same combination as in {place}", "keep one of them")

    def _fault(self, row: int, column: int, message: str, hint: str) -> None:
        self._faults.append((row, column, message, hint))

    def _report(self) -> None:
        for row, column, message, hint in self._faults[:SHOWN_MAX]:
            if self._table.file:
                self._draft.findings.append(self._finding(row, column, message, hint))
            else:
                keys = ("columns", column) if row < 0 else ("rows", row, column)
                self._draft.report(self._place.below(*keys), message, hint)
        if (more := len(self._faults) - SHOWN_MAX) > 0:
            row = self._faults[SHOWN_MAX][0]
            message = f"{more} more rows have such faults"
            if self._table.file:
                self._draft.findings.append(self._finding(row, 0, message, "mend the first ones and check again"))
            else:
                self._draft.report(self._place.below("rows", row), message, "mend the first ones and check again")

    def _finding(self, row: int, column: int, message: str, hint: str) -> Finding:
        cells = self._table.rows[row] if 0 <= row < len(self._table.rows) else self._table.columns
        before = sum(len(cell) + 1 for cell in cells[:column])
        return Finding(f"{FOLDER}/{self._table.file}", row + 2, before + 1, message, hint)
