"""A source's mapping as one DuckDB query: every row gets either a reason why it is refused, or the parts of its event.

Pure: definitions and column types in, SQL text out. The query reads a relation with the columns ``__row``,
``__line`` and one column for each cell; it returns ``Plan.outputs`` in that order.
"""

# ruff: noqa: S608 - names are quoted and texts are literals by ``convert``; nothing of a file is SQL.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from rapport.core.errors import InvalidDefinition, did_you_mean
from rapport.core.money import SCALE
from rapport.rules import parse, parse_number
from rapport.sources.convert import (
    as_text,
    literal,
    moment_us,
    physical_type,
    printed,
    quoted,
    typed,
)
from rapport.workspace.definitions import ColumnType, Source, SourceField

_KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "a yes or no",
    "date": "a date",
    "timestamp": "a moment",
}


class Cell(msgspec.Struct, frozen=True):
    """One column as the query's relation holds it: its alias there and its DuckDB type."""

    alias: str
    held: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to run, and what the columns of its result mean. Names run parallel to the outputs of their prefix."""

    sql: str
    identifiers: list[str]
    properties: list[str]
    traits: list[str]
    lines: list[str]
    totals: list[str]
    constants: dict[str, dict[str, Any]]
    """Part (``properties``, ``traits``, ``lines``) → values that are the same in every row."""
    grouped: bool

    @property
    def outputs(self) -> list[str]:
        """Names of the result's columns after ``row``, ``line`` and ``reason``."""
        return [
            "time_us", "name", "key",
            *(f"i{n}" for n in range(len(self.identifiers))),
            *(f"p{n}" for n in range(len(self.properties))),
            *(f"t{n}" for n in range(len(self.traits))),
            *(f"l{n}" for n in range(len(self.lines))),
            *(f"s{n}" for n in range(len(self.totals))),
        ]  # fmt: skip


def plan(source: Source, cells: Mapping[str, Cell], zone: str) -> Plan:
    """Compiles a mapping for a file with these columns; naive times are local to ``zone``.

    Raises ``InvalidDefinition`` for a column that is not in the file and for a mapping that can make no event,
    ``InvalidRule`` for a rule that does not fit the columns.
    """
    return _Compiler(source, cells, zone).plan()


def fields_of(source: Source) -> Iterable[tuple[str, SourceField]]:
    """Every field of a mapping with the key under which it stands."""
    if source.time is not None:
        yield "time", source.time
    for part in ("identifiers", "properties", "traits", "lines"):
        for name, field in getattr(source, part).items():
            yield f"{part}.{name}", field
    for column, field in source.types.items():
        yield f"types.{column}", msgspec.structs.replace(field, column=column)


def fingerprint(source: Source) -> str:
    """The same for mappings that know the same row as the same event; which files it is for does not count.

    ``on_reimport`` counts where it makes another event of a row: ``replace`` knows what happened by its content too.

    >>> fingerprint(Source(name="s", event="A", files=["a.csv"])) == fingerprint(Source(name="s", event="A"))
    True
    >>> fingerprint(Source(name="s", event="A")) == fingerprint(Source(name="s", event="B"))
    False
    """
    mode = "add" if source.type == "identify" else source.on_reimport
    told = msgspec.structs.replace(source, files=[], on_reimport=mode)
    rules_in_order = list(source.event_rules)
    return blake2b(msgspec.json.encode([told, rules_in_order], order="sorted"), digest_size=16).hexdigest()


class _Compiler:
    """One compilation: the source, the columns, and what they are for a rule."""

    def __init__(self, source: Source, cells: Mapping[str, Cell], zone: str) -> None:
        self.source = source
        self.cells = cells
        self.zone = zone
        self.where = f"sources/{source.name}.yaml"
        self._check()
        self.fields = {field.column: field for _, field in fields_of(source) if field.column and field.type != "text"}
        if source.time is not None and source.time.column:
            self.fields[source.time.column] = msgspec.structs.replace(source.time, type="timestamp")
        self.columns: dict[str, ColumnType] = {name: self._rule_type(name) for name in cells}
        self.used: set[str] = set()
        self.values: dict[str, str] = {}
        """SQL of a converted cell → its alias: each conversion is computed once, however often it is needed."""

    def plan(self) -> Plan:
        """The compiled mapping."""
        source = self.source
        parts = {part: self._columns(getattr(source, part)) for part in ("properties", "traits", "lines")}
        identifiers = {name: self._identifier(field) for name, field in source.identifiers.items()}
        totals = {name: self._units(text) for name, text in source.totals.items()}
        time = self._time()
        outputs = [time, self._event_name(), self._key(), *identifiers.values()]
        for part in ("properties", "traits", "lines"):
            outputs += parts[part].values()
        outputs += totals.values()
        reason = self._reason(time, list(identifiers.values()))
        compiled = Plan(
            sql="",
            identifiers=list(identifiers),
            properties=list(parts["properties"]),
            traits=list(parts["traits"]),
            lines=list(parts["lines"]),
            totals=list(totals),
            constants={part: self._constants(getattr(source, part)) for part in ("properties", "traits", "lines")},
            grouped=bool(source.group_by),
        )
        chosen = ", ".join(f"{sql} AS {name}" for name, sql in zip(compiled.outputs, outputs, strict=True))
        group = self._joined(source.group_by) if source.group_by else "NULL"
        sql = (
            f"SELECT __row AS row, __line AS line, {reason} AS reason, {group} AS grp, {chosen} "
            f"FROM ({self._relation()})"
        )
        return msgspec.structs.replace(compiled, sql=sql)

    def _check(self) -> None:
        source = self.source
        named = [field.column for _, field in fields_of(source) if field.column]
        for column in [*named, *source.group_by, *source.message_id]:
            self._cell(column)
        if not source.identifiers:
            raise InvalidDefinition("no identifiers", where=self.where, hint="say which column names the customer")
        if source.type == "track" and source.time is None:
            raise InvalidDefinition("no time", where=self.where, hint="say which column holds the time of the event")
        if source.type == "track" and not (source.event or source.event_rules):
            raise InvalidDefinition("no event", where=self.where, hint="name the event, such as 'Order Completed'")
        if source.lines and not source.group_by:
            raise InvalidDefinition(
                "lines without group_by", where=self.where, hint="group_by names the order's column"
            )

    def _cell(self, column: str) -> Cell:
        if column not in self.cells:
            raise InvalidDefinition(f"no column '{column}'", where=self.where, hint=did_you_mean(column, self.cells))
        return self.cells[column]

    def _rule_type(self, column: str) -> ColumnType:
        physical = physical_type(self.cells[column].held)
        return self.fields[column].type if physical == "text" and column in self.fields else physical

    def _relation(self) -> str:
        """The rows with their cells converted, and the columns that rules name under those names."""
        named = []
        for column in sorted(self.used):
            cell = self.cells[column]
            field = self.fields.get(column, SourceField())
            value = self._once(typed(cell.alias, cell.held, field, self.zone, self.columns[column]))
            named.append(f"{value} AS {quoted(column)}")
        converted = ", ".join(["__row", "__line", *(f"{sql} AS {alias}" for sql, alias in self.values.items())])
        return f"SELECT {', '.join(['*', *named])} FROM (SELECT {converted} FROM rows)"

    def _once(self, sql: str) -> str:
        return self.values.setdefault(sql, f"__v{len(self.values)}")

    def _text(self, column: str) -> str:
        cell = self._cell(column)
        return self._once(as_text(cell.alias, cell.held))

    def _columns(self, fields: Mapping[str, SourceField]) -> dict[str, str]:
        """SQL of the fields that differ from row to row."""
        return {name: self._value(field) for name, field in fields.items() if field.column or field.expression}

    def _constants(self, fields: Mapping[str, SourceField]) -> dict[str, Any]:
        return {name: field.value for name, field in fields.items() if not (field.column or field.expression)}

    def _value(self, field: SourceField) -> str:
        if field.expression:
            return self._number(field.expression)
        cell = self._cell(field.column)
        return self._once(printed(cell.alias, cell.held, field, self.zone))

    def _identifier(self, field: SourceField) -> str:
        if not field.column:
            return literal(str(field.value))
        return self._text(field.column)

    def _time(self) -> str:
        if self.source.time is None:
            return "CAST(NULL AS BIGINT)"
        cell = self._cell(self.source.time.column)
        return self._once(moment_us(cell.alias, cell.held, self.source.time, self.zone))

    def _number(self, text: str) -> str:
        number = parse_number(text, self.columns, where=self.where)
        self.used.update(number.uses)
        return f"CAST({number.sql()} AS DOUBLE)"

    def _rule(self, text: str) -> str:
        rule = parse(text, self.columns, where=self.where)
        self.used.update(rule.uses)
        return f"({rule.sql()})"

    def _units(self, text: str) -> str:
        """A line's share of a total in ten-thousandths, rounded once, half away from zero."""
        return f"TRY_CAST(round({self._number(text)} * {SCALE}) AS BIGINT)"

    def _event_name(self) -> str:
        rules = "".join(
            f" WHEN {self._rule(rule)} THEN {literal(name)}" for name, rule in self.source.event_rules.items()
        )
        default = literal(self.source.event) if self.source.event else "NULL"
        return f"CASE{rules} ELSE {default} END" if rules else default

    def _key(self) -> str:
        """What makes the event the same event when it is imported again."""
        columns = self.source.message_id or self.source.group_by
        return self._joined(columns) if columns else self._content()

    def _content(self) -> str:
        """The row's own cells, and how often the file had the same cells before: neither place nor file name count."""
        own = sorted((name, cell.alias) for name, cell in self.cells.items() if cell.alias.startswith("__c"))
        cells = ", ".join(f"coalesce(CAST({alias} AS VARCHAR), '')" for _, alias in own)
        digest = self._once(f"md5(concat_ws(chr(31), {cells}))")
        return f"{digest} || ' ' || row_number() OVER (PARTITION BY {digest} ORDER BY __row)"

    def _joined(self, columns: Iterable[str]) -> str:
        parts = (f"coalesce({self._text(name)}, '')" for name in columns)
        return f"concat_ws(chr(31), {', '.join(parts)})"

    def _reason(self, time: str, identifiers: list[str]) -> str:
        """The first thing that is wrong with a row; NULL when nothing is."""
        wrong = [*self._unreadable(), *self._required()]
        if self.source.group_by:
            empty = literal(chr(31) * (len(self.source.group_by) - 1))
            names = ", ".join(self.source.group_by)
            wrong.append((f"{self._joined(self.source.group_by)} = {empty}", f"nothing in '{names}' to group by"))
        if self.source.time is not None:
            wrong.append((f"{time} IS NULL", f"no time in '{self.source.time.column}'"))
        nobody = " AND ".join(f"{sql} IS NULL" for sql in identifiers)
        names = ", ".join(field.column for field in self.source.identifiers.values() if field.column)
        wrong.append((nobody, f"no identifier in '{names}'"))
        if self.source.type == "track":
            wrong.append((f"{self._event_name()} IS NULL", "no event rule holds"))
        cases = "".join(f" WHEN {condition} THEN {literal(text)}" for condition, text in wrong)
        return f"CASE{cases} END"

    def _unreadable(self) -> Iterable[tuple[str, str]]:
        """Cells that hold something which is not what the mapping says."""
        seen = set()
        for key, field in fields_of(self.source):
            kind = "timestamp" if key == "time" else field.type
            if not field.column or kind == "text" or (field.column, kind, field.format) in seen:
                continue
            seen.add((field.column, kind, field.format))
            cell = self._cell(field.column)
            read = moment_us if key == "time" else printed
            value = self._once(read(cell.alias, cell.held, field, self.zone))
            like = f" like {field.format}" if field.format else ""
            filled = f"{self._text(field.column)} IS NOT NULL"
            yield f"{filled} AND {value} IS NULL", f"'{field.column}' is not {_KINDS[kind]}{like}"

    def _required(self) -> Iterable[tuple[str, str]]:
        for reason, rule in self.source.require.items():
            yield f"{self._rule(rule)} IS NOT TRUE", reason
