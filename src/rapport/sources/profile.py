"""What each column of a file holds: its type by its contents, what is missing, how often values repeat, examples."""

# ruff: noqa: S608 - names are quoted and texts are literals by ``convert``; nothing of a file is SQL.

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from rapport.sources import dates
from rapport.sources.convert import UNIX, as_moment, as_number, as_text, literal, physical_type
from rapport.sources.mapping import Cell
from rapport.sources.staging import Staging
from rapport.workspace.definitions import ColumnType

SAMPLE_VALUES = 2_000
"""Different values of a column that are looked at closely; counts are over all rows."""
LEAST_SHARE = 0.9
"""Least share of the values that must fit a type for the column to have it."""
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"\+?[\d\s()/.\-]{7,20}")
_DIALLED = re.compile(r"\+|00|0\d|1[3-9]\d{9}$|\(")
_WORDS = {
    "true",
    "false",
    "yes",
    "no",
    "y",
    "n",
    "t",
    "f",
    "ja",
    "nein",
    "oui",
    "non",
    "si",
    "sí",
    "是",
    "否",
    "有",
    "无",
}
_COMMA = re.compile(r"[^\d]*[+-]?(\d{1,3}(\.\d{3})+|\d+),\d{1,2}[^\d]*|[^\d]*[+-]?(\d{1,3}(\.\d{3})+|\d+),\d{4,}[^\d]*")
_POINT = re.compile(r"[^\d]*[+-]?(\d{1,3}(,\d{3})+|\d*)\.\d{1,2}[^\d]*|[^\d]*[+-]?(\d{1,3}(,\d{3})+|\d*)\.\d{4,}[^\d]*")


class ColumnProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One column, seen over all rows that were profiled."""

    name: str
    kind: str
    """``text``, ``number``, ``integer``, ``boolean``, ``date``, ``timestamp``, ``email`` or ``phone``."""
    rows: int
    missing: int
    distinct: int
    examples: list[str]
    format: str = ""
    """strptime formats of dates, alternatives apart by ``|``; empty for ISO 8601."""
    decimal: str = "."
    decimal_shown: bool = False
    """Whether the contents prove the decimal mark."""
    readable: float = 1.0
    """Share of the values that can be read as ``kind``."""
    negative: float = 0.0
    """Share of numbers below zero."""
    why: str = ""
    assumption: str = ""
    """What was assumed because the contents do not show it."""

    @property
    def missing_share(self) -> float:
        """Share of rows without a value."""
        return self.missing / self.rows if self.rows else 1.0

    @property
    def repeats(self) -> float:
        """Rows for each different value."""
        return (self.rows - self.missing) / self.distinct if self.distinct else 0.0


def profile(staging: Staging, cells: dict[str, Cell], delimiter: str = ",") -> list[ColumnProfile]:
    """Profiles every column of the laid-out file."""
    found = [_Column(staging, name, cell, delimiter).profile() for name, cell in cells.items()]
    marks = {one.decimal for one in found if one.decimal_shown}
    if len(marks) != 1:
        return found
    (mark,) = marks
    return [
        _Column(staging, one.name, cells[one.name], delimiter, mark).profile()
        if one.kind in ("number", "integer") and one.assumption
        else one
        for one in found
    ]


class _Column:
    """One column under the glass."""

    def __init__(self, staging: Staging, name: str, cell: Cell, delimiter: str, mark: str = "") -> None:
        self._staging = staging
        self._held = cell.held
        self._text = as_text("cell", cell.held)
        self._delimiter = delimiter
        self._mark = mark
        staging.count_values(cell)
        rows, self._filled, distinct = staging.query(
            f"SELECT sum(n), coalesce(sum(n) FILTER ({self._text} IS NOT NULL), 0), count(DISTINCT {self._text}) "
            "FROM counted"
        )[0]
        sample = f"SELECT {self._text} AS v FROM counted WHERE v IS NOT NULL"
        self._values = [value for (value,) in staging.query(f"{sample} ORDER BY hash(v), v LIMIT {SAMPLE_VALUES}")]
        examples = [value for (value,) in staging.query(f"{sample} ORDER BY first LIMIT 3")]
        self._plain = ColumnProfile(
            name=name, kind="text", rows=rows, missing=rows - self._filled, distinct=distinct, examples=examples
        )

    def profile(self) -> ColumnProfile:
        """The first type, most telling first, that nearly all values fit."""
        physical = physical_type(self._held)
        if physical != "text":
            return self._physical(physical)
        if not self._values:
            return self._with(kind="text", why="empty")
        for attempt in (self._email, self._boolean, self._date, self._phone, self._number):
            found = attempt()
            if found is not None:
                return found
        return self._with(kind="text", why="text")

    def _with(self, **changes: object) -> ColumnProfile:
        return msgspec.structs.replace(self._plain, **changes)

    def _share(self, pattern: re.Pattern[str]) -> float:
        return sum(1 for value in self._values if pattern.fullmatch(value)) / len(self._values)

    def _counted(self, expression: str) -> float:
        """Share of the filled rows where an expression has a value."""
        found = self._staging.query(f"SELECT coalesce(sum(n) FILTER ({expression} IS NOT NULL), 0) FROM counted")[0][0]
        return float(found) / self._filled if self._filled else 0.0

    def _physical(self, kind: ColumnType) -> ColumnProfile:
        number = as_number("cell", self._held)
        if kind not in ("number", "integer"):
            return self._with(kind=kind, why=f"stored as {self._held}")
        whole, negative = self._staging.query(
            f"SELECT coalesce(bool_and(v = floor(v)), FALSE), coalesce(sum(n) FILTER (v < 0), 0) "
            f"FROM (SELECT n, {number} AS v FROM counted)"
        )[0]
        return self._with(
            kind="integer" if whole else "number",
            negative=negative / max(self._filled, 1),
            why=f"stored as {self._held}" + (", whole numbers only" if whole and kind == "number" else ""),
        )

    def _email(self) -> ColumnProfile | None:
        share = self._share(_EMAIL)
        return self._with(kind="email", readable=share, why="addresses with @") if share >= LEAST_SHARE else None

    def _boolean(self) -> ColumnProfile | None:
        words = {value.lower() for value in self._values}
        return self._with(kind="boolean", why="yes and no") if words <= _WORDS and len(words) <= 3 else None

    def _date(self) -> ColumnProfile | None:
        found = dates.shapes(self._values)
        if not dates.are_dates(found, len(self._values)):
            return self._unix()
        order = dates.Order(True, False, "year first")
        if any(one.ambiguous for one, _ in found):
            order = self._day_order(found)
        pattern = dates.formats(found, order)
        readable = self._counted(as_moment("cell", self._held, pattern, "UTC"))
        if readable < LEAST_SHARE / 2:
            return None
        kind = "timestamp" if any(one.has_time for one, _ in found) else "date"
        assumption = f"{order.why}: format {pattern}" if order.assumed else ""
        return self._with(
            kind=kind, format=pattern, readable=readable, why=f"dates; {order.why}", assumption=assumption
        )

    def _day_order(self, found: Sequence[tuple[dates.Shape, float]]) -> dates.Order:
        first, second = (
            f"TRY_CAST(regexp_extract({self._text}, {literal(part)}, 1) AS INTEGER)"
            for part in (dates.FIRST, dates.SECOND)
        )
        first_max, second_max = self._staging.query(
            f"SELECT coalesce(max(a), 0), coalesce(max(b), 0) FROM (SELECT {first} AS a, {second} AS b FROM counted) "
            "WHERE a <= 31 AND b <= 31 AND least(a, b) BETWEEN 1 AND 12"
        )[0]
        pattern = next(one.pattern for one, _ in found if one.ambiguous)
        return dates.day_order(first_max, second_max, pattern[3], "%p" in pattern)

    def _unix(self) -> ColumnProfile | None:
        """Moments counted since 1970, when every value falls between 2001 and 2033."""
        for pattern, digits in zip(UNIX, (10, 13), strict=True):
            if all(len(v) == digits and v.isdigit() and "1000000000" <= v[:10] <= "1999999999" for v in self._values):
                return self._with(kind="timestamp", format=pattern, why=f"{digits}-digit counts since 1970")
        return None

    def _phone(self) -> ColumnProfile | None:
        if self._share(_PHONE) < LEAST_SHARE or any(re.search(r"\.\d{1,2}$|^-", v) for v in self._values):
            return None
        dialled = sum(1 for value in self._values if _DIALLED.match(value)) / len(self._values)
        return self._with(kind="phone", why="numbers as they are dialled") if dialled >= LEAST_SHARE else None

    def _number(self) -> ColumnProfile | None:
        if sum(1 for v in self._values if re.match(r"0\d", v)) > len(self._values) * 0.02:
            return None
        commas = sum(1 for value in self._values if _COMMA.fullmatch(value))
        points = sum(1 for value in self._values if _POINT.fullmatch(value))
        decimal, assumption = self._decimal(commas, points)
        number = as_number("cell", self._held, decimal)
        filled, whole, negative = self._staging.query(
            f"SELECT coalesce(sum(n) FILTER (v IS NOT NULL), 0), coalesce(bool_and(v = floor(v)), FALSE), "
            f"coalesce(sum(n) FILTER (v < 0), 0) FROM (SELECT n, {number} AS v FROM counted)"
        )[0]
        readable = filled / max(self._filled, 1)
        if readable < LEAST_SHARE:
            return None
        mark = "decimal comma" if decimal == "," else "decimal point"
        return self._with(
            kind="integer" if whole and not commas and not points else "number",
            decimal=decimal,
            decimal_shown=commas != points,
            readable=readable,
            negative=negative / max(filled, 1),
            why="whole numbers" if whole and not commas and not points else f"numbers with {mark}",
            assumption=assumption,
        )

    def _decimal(self, commas: int, points: int) -> tuple[str, str]:
        """The decimal mark, and what had to be assumed for it."""
        if commas != points:
            return ("," if commas > points else "."), ""
        decimal = "," if self._delimiter == ";" else "."
        threes = [v for v in self._values if re.fullmatch(r"[^\d]*[+-]?\d{1,3}([.,]\d{3})+[^\d]*", v)]
        if not threes:
            return decimal, ""
        if self._mark:
            return self._mark, ""
        role = "decimals" if decimal in threes[0] else "thousands"
        return decimal, f"the mark in '{threes[0]}' is read as one of {role}"
