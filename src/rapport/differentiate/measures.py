"""What a feature can measure: each measure lifts the values of one event and totals many such pieces.

A measure is a commutative monoid, so the order of events and of merges never matters: pieces joined in any grouping
are the piece of the whole history. Pieces are plain data (int, list, dict) that msgpack
keeps. Numbers are whole ten-thousandths (``core.money``), so sums are exact.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import msgspec

from rapport.core.money import SCALE, from_units, to_units
from rapport.core.path import NUMBER_PATTERN, scalar_text
from rapport.workspace.definitions import ColumnType

Reads = Literal["event", "text", "number"]

At = tuple[int, int, int, int]
"""When and where in the log an event lies: (time in µs, seq, local day, UTC hour)."""
_is_number = re.compile(NUMBER_PATTERN).fullmatch
_EXACT_UNITS = 10**15


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One way to sum up events. ``lift(values, at)`` makes the piece of one event."""

    type: ColumnType
    reads: Reads
    """Whether ``values`` are texts, numbers (ten-thousandths), or nothing but the event."""
    lift: Callable[[Sequence[Any], At], Any]
    join: Callable[[Any, Any], Any]
    """The piece of two; may grow and return the first, never touches the second."""
    total: Callable[[Any], Any]
    """What ``show`` shows of several pieces; changes none of them."""
    show: Callable[[Any, int], Any]
    """(piece or total, local day of as_of) → the column's value."""
    empty: Any = None
    """The column's value when nothing was counted."""


def units_of(value: Any) -> int | None:
    """A JSON number, or a text that is one, in ten-thousandths; None for anything else.

    >>> units_of(12.5), units_of(" 3 "), units_of("1_000"), units_of(None)
    (125000, 30000, None, None)
    """
    kind = value.__class__
    if kind is float:
        units = round(value * SCALE) if -1e11 < value < 1e11 else _EXACT_UNITS
        # A decimal of at most 15 digits that gives back the same float is the number that was printed.
        return units if -_EXACT_UNITS < units < _EXACT_UNITS and units / SCALE == value else to_units(value)
    if kind is int:
        return to_units(value)
    return to_units(value) if kind is str and _is_number(value) else None


def texts_of(values: list[Any]) -> list[str]:
    """The scalars among values, as text."""
    return [text for value in values if (text := scalar_text(value)) is not None]


def numbers_of(values: list[Any]) -> list[int]:
    """The numbers among values, in ten-thousandths."""
    return [units for value in values if (units := units_of(value)) is not None]


def _same(piece: Any, _day: int) -> Any:
    return piece


def _amount(piece: int, _day: int) -> float:
    return from_units(piece)


def _join_mean(mine: list[int], theirs: list[int]) -> list[int]:
    return [mine[0] + theirs[0], mine[1] + theirs[1]]


def _total_mean(pieces: Any) -> tuple[int, int]:
    sums, counts = zip(*pieces, strict=True)
    return sum(sums), sum(counts)


def _join_distinct(mine: dict[str, int], theirs: dict[str, int]) -> dict[str, int]:
    mine.update(theirs)
    return mine


MEASURES: Final[dict[str, Measure]] = {
    "count": Measure(
        type="integer",
        reads="event",
        lift=lambda values, _at: len(values),
        join=operator.add,
        total=sum,
        show=_same,
        empty=0,
    ),
    "exists": Measure(
        type="boolean",
        reads="event",
        lift=lambda _values, _at: 1,
        join=max,
        total=max,
        show=lambda _piece, _day: True,
        empty=False,
    ),
    "sum": Measure(
        type="number",
        reads="number",
        lift=lambda values, _at: sum(values),
        join=operator.add,
        total=sum,
        show=_amount,
    ),
    "mean": Measure(
        type="number",
        reads="number",
        lift=lambda values, _at: [sum(values), len(values)],
        join=_join_mean,
        total=_total_mean,
        show=lambda piece, _day: from_units(piece[0]) / piece[1],
    ),
    "min": Measure(
        type="number",
        reads="number",
        lift=lambda values, _at: min(values),
        join=min,
        total=min,
        show=_amount,
    ),
    "max": Measure(
        type="number",
        reads="number",
        lift=lambda values, _at: max(values),
        join=max,
        total=max,
        show=_amount,
    ),
    "distinct": Measure(
        type="integer",
        reads="text",
        lift=lambda values, _at: dict.fromkeys(values, 1),
        join=_join_distinct,
        total=lambda pieces: set().union(*pieces),
        show=lambda piece, _day: len(piece),
        empty=0,
    ),
    "first": Measure(
        type="text",
        reads="text",
        lift=lambda values, at: [at[0], at[1], values[0]],
        join=min,
        total=min,
        show=lambda piece, _day: piece[2],
    ),
    "last": Measure(
        type="text",
        reads="text",
        lift=lambda values, at: [at[0], at[1], values[-1]],
        join=max,
        total=max,
        show=lambda piece, _day: piece[2],
    ),
    "days_since": Measure(
        type="integer",
        reads="event",
        lift=lambda _values, at: at[2],
        join=max,
        total=max,
        show=lambda piece, day: max(0, day - piece),
    ),
}
"""Every measure by its name in ``features.yaml``. A new one is an entry here and one in ``features_sql``."""
