"""Traits as they are kept: only those declared, each in the JSON form of its declared type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from rapport.core.columns import ColumnType, fit
from rapport.core.time import iso
from rapport.identify.moments import moment_us
from rapport.workspace.definitions import Trait

NAMES_COUNTED_MAX: Final = 1_000
OTHERS: Final = "…"
"""Under this name everything is counted once ``NAMES_COUNTED_MAX`` names are."""


def stored(value: Any, kind: ColumnType) -> Any | None:
    """A trait's value as the log and the profile hold it, read leniently; None for what is no such value.

    Dates are ``YYYY-MM-DD`` and timestamps ISO 8601 in UTC; ``core.columns.fit`` gives the column's value.

    >>> stored("41", "integer"), stored("yes", "boolean"), stored("1980-05-01T10:00:00Z", "date")
    (41, True, '1980-05-01')
    >>> stored(0, "timestamp"), stored("old", "integer"), stored(["tea"], "text")
    ('1970-01-01T00:00:00Z', None, None)
    """
    return _READERS[kind](value)


def _boolean(value: Any) -> bool | None:
    if isinstance(value, str):
        return _BOOLEANS.get(value.strip().lower())
    return bool(value) if value in (0, 1) else None


_BOOLEANS: Final = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def _integer(value: Any) -> Any | None:
    if isinstance(value, str):
        try:
            value = int(value)
        except ValueError:
            value = _float(value)
    return fit(value, "integer")


def _number(value: Any) -> Any | None:
    return fit(_float(value) if isinstance(value, str) else value, "number")


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _text(value: Any) -> Any | None:
    return fit(value, "text")


def _date(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    day = value.strip()
    if moment_us(day) is not None and day[10:11] in ("T", " "):
        day = day[:10]
    date = fit(day, "date")
    return None if date is None else date.isoformat()


def _timestamp(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    time_us = moment_us(value)
    return None if time_us is None else iso(time_us)


_READERS: Final[dict[ColumnType, Callable[[Any], Any | None]]] = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "text": _text,
    "date": _date,
    "timestamp": _timestamp,
}


class NameCount:
    """How often each name came, for at most ``NAMES_COUNTED_MAX`` names; beyond, they are counted as ``OTHERS``."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """Counts a name once more."""
        name = name[:100]
        known = name in self.counts or len(self.counts) < NAMES_COUNTED_MAX
        self.counts[name if known else OTHERS] += 1


class DeclaredTraits:
    """The traits of one business, and counts of what was not kept: undeclared names, and values of another type."""

    def __init__(self, traits: Mapping[str, Trait], undeclared: NameCount, ignored: frozenset[str]) -> None:
        self._readers = {name: _READERS[trait.type] for name, trait in traits.items()}
        self._ignored = ignored
        self.undeclared = undeclared
        self.ill_typed = NameCount()

    def keep(self, stated: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        """What is kept of some stated traits, each looked up under ``prefix`` and its name. Null says nothing."""
        kept = {}
        for plain, value in stated.items():
            name = prefix + plain
            read = self._readers.get(name)
            if read is None:
                if name not in self._ignored:
                    self.undeclared.add(name)
            elif value is not None:
                found = read(value)
                if found is None:
                    self.ill_typed.add(name)
                else:
                    kept[name] = found
        return kept
