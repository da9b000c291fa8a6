"""Traits as they are kept: only those declared, each in the JSON form of its declared type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from rapport.core.columns import ColumnType, fit
from rapport.core.path import scalar_text
from rapport.core.time import iso
from rapport.identify.moments import moment_us
from rapport.identify.not_kept import NotKept
from rapport.workspace.definitions import Trait


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


def matcher(trait: Trait) -> Callable[[Any], bool]:
    """Whether a kept value is valid: the trait's pattern matches the whole of its text. Without a pattern all are.

    >>> matcher(Trait(valid="[0-9]{5}"))("53111"), matcher(Trait(valid="[0-9]{5}"))("Bonn"), matcher(Trait())("Bonn")
    (True, False, True)
    """
    if not trait.valid:
        return lambda _value: True
    matches = re.compile(trait.valid).fullmatch
    return lambda value: matches(scalar_text(value) or "") is not None


class DeclaredTraits:
    """The traits of one business; what is not kept of a call is counted by ``not_kept``."""

    def __init__(self, traits: Mapping[str, Trait], not_kept: NotKept, ignored: frozenset[str]) -> None:
        self._readers = {name: _READERS[trait.type] for name, trait in traits.items()}
        self._patterns = {name: matcher(trait) for name, trait in traits.items() if trait.valid}
        self._ignored = ignored
        self._not_kept = not_kept

    def keep(self, stated: Mapping[str, Any], source: str, prefix: str = "") -> dict[str, Any]:
        """What is kept of some stated traits, each looked up under ``prefix`` and its name. Null says nothing."""
        kept = {}
        for plain, value in stated.items():
            name = prefix + plain
            read = self._readers.get(name)
            if read is None:
                if name not in self._ignored:
                    self._not_kept.add(source, "undeclared", name, value)
            elif value is not None:
                found = read(value)
                if found is None:
                    self._not_kept.add(source, "ill_typed", name, value)
                else:
                    kept[name] = found
        if self._patterns:
            self._count_invalid(kept, source)
        return kept

    def _count_invalid(self, kept: Mapping[str, Any], source: str) -> None:
        for name, matches in self._patterns.items():
            if name in kept and not matches(kept[name]):
                self._not_kept.add(source, "invalid", name, kept[name])
