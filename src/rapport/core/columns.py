"""The types a customer's column may have, and how a JSON value becomes a value of one."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any, Literal

ColumnType = Literal["boolean", "integer", "number", "text", "date", "timestamp"]
INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**63 - 1


def fit(value: Any, kind: ColumnType) -> Any | None:
    """The value as a column of that type holds it; None for what does not fit.

    Booleans are ``bool``, integers 64-bit ``int``, numbers finite ``float``, dates ``date``, timestamps aware UTC
    ``datetime``. Text takes numbers and booleans as JSON prints them; dates and timestamps are read from ISO 8601.

    >>> fit(3, "number"), fit(3.0, "integer"), fit("3", "integer"), fit(True, "text")
    (3.0, 3, None, 'true')
    >>> fit("2024-05-01T10:00:00+02:00", "timestamp")
    datetime.datetime(2024, 5, 1, 8, 0, tzinfo=datetime.timezone.utc)
    """
    return None if value is None else _FITTERS[kind](value)


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _integer(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    whole = int(value)
    return whole if INTEGER_MIN <= whole <= INTEGER_MAX else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return value if isinstance(value, str) else None


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _timestamp(value: Any) -> datetime | None:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


_FITTERS = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "text": _text,
    "date": _date,
    "timestamp": _timestamp,
}
