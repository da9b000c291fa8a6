"""How one cell becomes a value, as DuckDB expressions. Pure text in, pure text out; a cell that cannot be read is NULL.

A naive moment is local to the workspace's zone; one that carries its own offset keeps it. Numbers are DOUBLE,
moments are microseconds since the epoch (BIGINT), dates and printed moments are ISO 8601 text.
"""

from __future__ import annotations

from rapport.workspace.definitions import ColumnType, SourceField

_CURRENCIES = "EUR|USD|GBP|CHF|CNY|RMB|JPY"
_BLANK = r"[\s\x{00A0}\x{2009}\x{202F}''’€$£¥￥元₽₹]"
_NOISE = f"{_BLANK}|^(?:{_CURRENCIES})|(?:{_CURRENCIES})$"
_TRUE = "'true','t','yes','y','1','ja','j','oui','o','si','sí','s','x','wahr','vrai','是','有'"
_FALSE = "'false','f','no','n','0','nein','non','falsch','faux','否','无'"
_OFFSET = r"\d:\d\d.*(?:Z|[+-]\d\d(?::?\d\d)?)$"
_EARLIEST = "TIMESTAMPTZ '1900-01-01 00:00:00+00'"
_LATEST = "TIMESTAMPTZ '2200-01-01 00:00:00+00'"
UNIX = {"unix": 1_000_000, "unix_ms": 1_000}
"""Formats of moments that are counted: microseconds in one unit."""


def quoted(name: str) -> str:
    """A column name as SQL.

    >>> print(quoted('Preis "netto" in EUR'))
    "Preis ""netto"" in EUR"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant as SQL.

    >>> print(literal("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def physical_type(duckdb_type: str) -> ColumnType:
    """What a stored column holds, in our words; anything nested is taken as text.

    >>> physical_type("DECIMAL(18,2)"), physical_type("TIMESTAMP_NS"), physical_type("INTEGER[]")
    ('number', 'timestamp', 'text')
    """
    head = duckdb_type.upper()
    if head.endswith("]") or head.startswith(("STRUCT", "MAP", "UNION")):
        return "text"
    families: dict[ColumnType, tuple[str, ...]] = {
        "boolean": ("BOOL",),
        "number": ("FLOAT", "DOUBLE", "DECIMAL", "REAL", "HUGEINT", "UHUGEINT"),
        "timestamp": ("TIMESTAMP",),
        "date": ("DATE",),
        "integer": ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
    }
    return next((family for family, heads in families.items() if head.startswith(heads)), "text")


def as_text(cell: str, held: str) -> str:
    """Trimmed text, NULL when empty; a whole number is printed without a point, a moment as ISO 8601."""
    kind = physical_type(held)
    if kind == "number":
        whole = f"{cell} = floor({cell}) AND abs({cell}) < 1e15"
        return f"CASE WHEN {whole} THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR) ELSE CAST({cell} AS VARCHAR) END"
    if kind == "timestamp":
        return f"strftime(CAST({cell} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S')"
    if kind == "text":
        return f"nullif(trim(CAST({cell} AS VARCHAR), ' \t\r\n' || chr(160) || chr(12288)), '')"
    return f"CAST({cell} AS VARCHAR)"


def as_number(cell: str, held: str, decimal: str = ".") -> str:
    """A finite DOUBLE; currency signs, blanks and well-placed thousands separators are read over."""
    if physical_type(held) in ("number", "integer"):
        return f"CASE WHEN isfinite(CAST({cell} AS DOUBLE)) THEN CAST({cell} AS DOUBLE) END"
    clean = f"regexp_replace(regexp_replace({as_text(cell, held)}, {literal(_NOISE)}, '', 'g'), '^(.*)-$', '-\\1')"
    if decimal == ",":
        grouped, plain = r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?", r"[+-]?\d*(?:,\d+)?"
        stripped = f"replace(replace({clean}, '.', ''), ',', '.')"
    else:
        grouped, plain = r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", r"[+-]?\d*(?:\.\d*)?(?:[eE][+-]?\d+)?"
        stripped = f"replace({clean}, ',', '')"
    return f"CASE WHEN regexp_full_match({clean}, '(?:{grouped}|{plain})') THEN TRY_CAST({stripped} AS DOUBLE) END"


def as_integer(cell: str, held: str, decimal: str = ".") -> str:
    """A BIGINT; ``6.0`` is six, ``6.5`` is NULL."""
    number = as_number(cell, held, decimal)
    return f"CASE WHEN ({number}) = floor({number}) AND abs({number}) < 9e15 THEN CAST({number} AS BIGINT) END"


def as_boolean(cell: str, held: str) -> str:
    """A BOOLEAN from the words of several languages."""
    word = f"lower({as_text(cell, held)})"
    return f"CASE WHEN {word} IN ({_TRUE}) THEN TRUE WHEN {word} IN ({_FALSE}) THEN FALSE END"


def as_moment(cell: str, held: str, pattern: str, zone: str) -> str:
    """A TIMESTAMPTZ."""
    kind = physical_type(held)
    here = literal(zone)
    if kind == "timestamp":
        return cell if "TIME ZONE" in held.upper() else f"timezone({here}, CAST({cell} AS TIMESTAMP))"
    if kind == "date":
        return f"timezone({here}, CAST({cell} AS TIMESTAMP))"
    if pattern in UNIX:
        counted = f"({as_number(cell, held)}) * {UNIX[pattern]}"
        return f"CASE WHEN abs({counted}) < 9e15 THEN make_timestamptz(CAST(round({counted}) AS BIGINT)) END"
    text = as_text(cell, held)
    if pattern:
        choices = ", ".join(literal(one) for one in pattern.split("|"))
        return f"timezone({here}, try_strptime({text}, [{choices}]))"
    zoned = f"regexp_matches({text}, {literal(_OFFSET)})"
    local = f"timezone({here}, TRY_CAST({text} AS TIMESTAMP))"
    return f"CASE WHEN {zoned} THEN TRY_CAST({text} AS TIMESTAMPTZ) ELSE {local} END"


def as_date(cell: str, held: str, pattern: str, zone: str) -> str:
    """A DATE in the workspace's zone."""
    if physical_type(held) == "date":
        return cell
    return f"CAST(timezone({literal(zone)}, {as_moment(cell, held, pattern, zone)}) AS DATE)"


def typed(cell: str, held: str, field: SourceField, zone: str, kind: ColumnType | None = None) -> str:
    """The value of a cell for a rule: BOOLEAN, BIGINT, DOUBLE, VARCHAR, DATE or TIMESTAMP in UTC."""
    wanted = kind or field.type
    zone = field.timezone or zone
    if wanted == "timestamp":
        return f"timezone('UTC', {as_moment(cell, held, field.format, zone)})"
    if wanted == "date":
        return as_date(cell, held, field.format, zone)
    if wanted == "boolean":
        return cell if physical_type(held) == "boolean" else as_boolean(cell, held)
    if wanted == "integer":
        return as_integer(cell, held, field.decimal)
    if wanted == "number":
        return as_number(cell, held, field.decimal)
    return as_text(cell, held)


def printed(cell: str, held: str, field: SourceField, zone: str) -> str:
    """The value of a cell for an event: as ``typed``, but dates and moments as ISO 8601 text."""
    value = typed(cell, held, field, zone)
    if field.type == "timestamp":
        return f"strftime({value}, '%Y-%m-%dT%H:%M:%SZ')"
    if field.type == "date":
        return f"strftime({value}, '%Y-%m-%d')"
    return value


def moment_us(cell: str, held: str, field: SourceField, zone: str) -> str:
    """A cell as microseconds since the epoch; NULL for a moment before 1900 or after 2200, which nobody bought at."""
    moment = as_moment(cell, held, field.format, field.timezone or zone)
    return f"CASE WHEN {moment} BETWEEN {_EARLIEST} AND {_LATEST} THEN epoch_us({moment}) END"
