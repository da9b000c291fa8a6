# ruff: noqa: S608 - this file composes SQL; every key of a path goes through _json_path.
"""Typed columns of the events: how the scalars at a path are read out of an event's JSON, in DuckDB's SQL.

A number's text is DuckDB's own print of the JSON number, which ``core.path.scalar_text`` reproduces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapport.core.path import NUMBER_PATTERN, ROOTS, EventColumn, Path

FIXED: Final = (
    "seq",
    "message_id",
    "type",
    "event",
    "subject",
    "time",
    "received_at",
    "live",
    "source",
    "day",
    "properties",
    "traits",
    "context",
)
"""The columns that every hand-over has; the last three hold JSON, NULL where empty."""
_LOG_SHAPE: Final = (
    '{"type":"VARCHAR","event":"VARCHAR","subject":"VARCHAR","time":"BIGINT","receivedAt":"BIGINT","live":"BOOLEAN",'
    '"source":"VARCHAR","properties":"JSON","traits":"JSON","context":"JSON"}'
)
EVENTS_OF_LOG: Final = f"""
    SELECT seq, message_id, body.type AS type, COALESCE(body.event, '') AS event, body.subject AS subject,
        make_timestamp(body.time) AS time, make_timestamp(body."receivedAt") AS received_at,
        COALESCE(body.live, TRUE) AS live, COALESCE(body.source, '') AS source,
        CAST(make_timestamp(body.time) AS DATE) AS day,
        body.properties AS properties, body.traits AS traits, body.context AS context
    FROM (SELECT seq, message_id, from_json(body, '{_LOG_SHAPE}') AS body FROM log)
    WHERE body.type NOT IN ('link', 'segment', 'lesson')
"""
"""The fixed columns, from rows ``(seq, message_id, body)`` named ``log``. Acts of identity, segments
entered or left, and what staff notes of lessons are no customer's doing."""


def with_columns(source: str, held: Sequence[str], wanted: Sequence[str]) -> str:
    """SQL that shows the fixed columns and the wanted ones of a source; what it does not hold comes out of its JSON."""
    missing = [EventColumn.parse(name) for name in wanted if name not in held]
    slots = _slots(missing)
    trees = "".join(
        f", json_extract({root}, [{', '.join(paths)}]) AS {_tree(root)}" for root, paths in slots.items() if paths
    )
    picked = [*FIXED, *(quoted(name) for name in wanted if name in held)]
    picked += [f"{_expression(column, slots)} AS {quoted(str(column))}" for column in missing]
    return f"SELECT {', '.join(picked)} FROM (SELECT *{trees} FROM {source})"


def quoted(name: str) -> str:
    """A column's name, quoted.

    >>> quoted("properties.revenue")
    '"properties.revenue"'
    """
    return '"' + name.replace('"', '""') + '"'


def _slots(columns: Sequence[EventColumn]) -> dict[str, list[str]]:
    """Root → the JSON paths that one pass over it reads."""
    slots: dict[str, list[str]] = {root: [] for root in ROOTS}
    for column in columns:
        path = column.path
        if path.steps and not path.many and _json_path(path) not in slots[path.root]:
            slots[path.root].append(_json_path(path))
    return slots


def _expression(column: EventColumn, slots: dict[str, list[str]]) -> str:
    path = column.path
    if not path.steps:
        return _convert(path.root, column.kind)
    if path.many:
        texts = f"[{_text('y')} for y in json_extract({path.root}, {_json_path(path)}) if {_is_scalar('y')}]"
        if column.kind == "text":
            return texts
        return f"[z for z in [{_convert('x', column.kind)} for x in {texts}] if z IS NOT NULL]"
    value = f"{_tree(path.root)}[{slots[path.root].index(_json_path(path)) + 1}]"
    if column.kind == "boolean":
        return f"CASE WHEN json_type({value}) = 'BOOLEAN' THEN {_text(value)} = 'true' END"
    return _convert(f"CASE WHEN {_is_scalar(value)} THEN {_text(value)} END", column.kind)


def _convert(text: str, kind: str) -> str:
    if kind == "number":
        return f"CASE WHEN regexp_full_match({text}, '{NUMBER_PATTERN}') THEN TRY_CAST({text} AS DECIMAL(18, 4)) END"
    return f"({text}) = 'true'" if kind == "boolean" else text


def _is_scalar(value: str) -> str:
    return f"json_type({value}) NOT IN ('OBJECT', 'ARRAY', 'NULL')"


def _text(value: str) -> str:
    return f"({value} ->> '$')"


def _tree(root: str) -> str:
    return f"_{root}_values"


def _json_path(path: Path) -> str:
    """The path below its root as DuckDB writes it: every key quoted, ``[*]`` for every element."""
    steps = "".join("[*]" if step == "[]" else f'."{step}"' for step in path.steps)
    return "'$" + steps.replace("'", "''") + "'"
