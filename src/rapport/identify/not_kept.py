"""What arrived and was not kept, or is kept though it is not valid: counted, never remembered by its value."""

from __future__ import annotations

import re
import threading
from collections import Counter
from typing import Any, Final, Literal, NamedTuple

import msgspec

from rapport.core.columns import ColumnType, fit
from rapport.identify.moments import moment_us

Reason = Literal["undeclared", "unusable", "ill_typed", "invalid"]
"""``undeclared``: nobody declared such a trait or identifier. ``unusable``: a declared identifier that can name nobody.
``ill_typed``: a trait's value does not fit its type. ``invalid``: it fits and is kept, but does not match ``valid``."""

ENTRIES_MAX: Final = 1_000
OTHERS: Final = "…"
"""Under this name everything is counted once there are ``ENTRIES_MAX`` entries."""
NAME_MAX: Final = 100
"""Characters of a name that are counted apart."""
EXTERNAL: Final = "external_ids."
"""An identifier that nobody declared is counted under this prefix."""


class Missed(NamedTuple):
    """One kind of loss: ``seen`` is the type that the value had, for someone who wants to declare it."""

    source: str
    reason: str
    name: str
    seen: str


class NotKept:
    """How often each kind of loss came; any thread may count. Memory is bounded: see ``ENTRIES_MAX``."""

    def __init__(self) -> None:
        self._counts: Counter[Missed] = Counter()
        self._turn = threading.Lock()

    def add(self, source: str, reason: Reason, name: str, value: Any = None) -> None:
        """Counts a loss once more."""
        missed = Missed(source, reason, name[:NAME_MAX], seen_type(value))
        with self._turn:
            self._add(missed, 1)

    def include(self, counted: Counter[Missed]) -> None:
        """Counts what was counted elsewhere."""
        with self._turn:
            for missed, times in counted.items():
                self._add(missed, times)

    def take(self) -> Counter[Missed]:
        """What was counted since the last time; from here on it counts no more."""
        with self._turn:
            taken, self._counts = self._counts, Counter()
        return taken

    def forget(self, source: str) -> None:
        """Lets what a source lost count no more."""
        with self._turn:
            self._counts = without(self._counts, source)

    def _add(self, missed: Missed, times: int) -> None:
        if missed not in self._counts and len(self._counts) >= ENTRIES_MAX:
            missed = Missed(OTHERS, missed.reason, OTHERS, "")
        self._counts[missed] += times

    def counts(self) -> Counter[Missed]:
        """A copy of the counts since the process began."""
        with self._turn:
            return Counter(self._counts)

    def names(self, reason: Reason) -> Counter[str]:
        """Name → how often it was lost for this reason, whatever its source and type."""
        return by_name(self.counts(), reason)


def by_name(counts: Counter[Missed], reason: Reason) -> Counter[str]:
    """Name → how often it was lost for a reason, whatever its source and type."""
    found: Counter[str] = Counter()
    for missed, times in counts.items():
        if missed.reason == reason:
            found[missed.name] += times
    return found


def without(counts: Counter[Missed], source: str) -> Counter[Missed]:
    """Counts without those of a source."""
    return Counter({missed: times for missed, times in counts.items() if missed.source != source})


def seen_type(value: Any) -> str:
    """The type of a JSON value as a column would have it; ``list`` and ``object`` fit no column, null says nothing.

    >>> [seen_type(value) for value in (True, 3, 2.5, "gold", "1980-05-01", "1980-05-01T10:00:00Z", [1], {}, None)]
    ['boolean', 'integer', 'number', 'text', 'date', 'timestamp', 'list', 'object', '']
    """
    if isinstance(value, str):
        return _seen_text(value.strip())
    kind = _SEEN.get(type(value), "")
    return "number" if kind == "integer" and fit(value, "integer") is None else kind


_SEEN: Final = {bool: "boolean", int: "integer", float: "number", list: "list", dict: "object"}


def _seen_text(text: str) -> str:
    if fit(text, "date") is not None and len(text) == len("1980-05-01"):
        return "date"
    return "timestamp" if text[10:11] in ("T", " ") and moment_us(text) is not None else "text"


def column_type(seen: Counter[str]) -> ColumnType | None:
    """The column type that holds all the values seen, by their types; None when none of them fits a column.

    >>> column_type(Counter(integer=5, number=1)), column_type(Counter(date=2, text=1)), column_type(Counter(list=3))
    ('number', 'text', None)
    """
    kinds = {kind for kind in seen if kind in _COLUMNS}
    if not kinds:
        return None if seen.keys() & {"list", "object"} else "text"
    if len(kinds) == 1:
        return _COLUMNS[kinds.pop()]
    return next((wider for wider, narrower in _WIDER.items() if kinds <= narrower), "text")


_COLUMNS: Final[dict[str, ColumnType]] = {
    "boolean": "boolean", "integer": "integer", "number": "number", "text": "text", "date": "date",
    "timestamp": "timestamp",
}  # fmt: skip
_WIDER: Final[dict[ColumnType, set[str]]] = {"number": {"integer", "number"}, "timestamp": {"date", "timestamp"}}


def line_to_declare(name: str, seen: Counter[str]) -> str:
    """What to write into ``traits.yaml`` (into ``identity.yaml``, for an identifier) to keep such values from now on.

    Empty where no column could hold them. ``seen`` counts the types that the values had.

    >>> line_to_declare("loyalty_tier", Counter(text=3)), line_to_declare("external_ids.ga", Counter(text=1))
    ('loyalty_tier: {type: text}', 'namespaces: {ga: {normalise: exact}}')
    >>> line_to_declare("on", Counter(boolean=1)), line_to_declare("pets", Counter(list=1))
    ('"on": {type: boolean}', '')
    """
    if name.startswith(EXTERNAL):
        return f"namespaces: {{{_yaml_key(name.removeprefix(EXTERNAL))}: {{normalise: exact}}}}"
    kind = column_type(seen)
    return f"{_yaml_key(name)}: {{type: {kind}}}" if kind and name != OTHERS else ""


def _yaml_key(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_]\w*", name) and name.lower() not in _YAML_WORDS
    return name if plain else msgspec.json.encode(name).decode()


_YAML_WORDS: Final = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
