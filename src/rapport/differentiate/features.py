"""Declared features as a live fold: events in any order, one small plain state a customer, columns as of a moment.

``values(fold(events up to a moment), that moment)`` equals, value for value, what ``features_sql`` computes in the
warehouse as of that moment. A windowed feature keeps one piece a day (or hour), so its state is bounded by the
window; only ``distinct`` grows with what it counts.

With ``of``, what is measured is every scalar found at that path; without, the event itself. ``where`` holds when one
of the scalars at the path has the wanted text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from rapport.core.ecommerce import canonical_name
from rapport.core.errors import InvalidDefinition
from rapport.core.event import CALL_TYPES, Event
from rapport.core.path import Path, Reader, reader, scalar_text
from rapport.core.time import HOUR_US
from rapport.differentiate.measures import MEASURES, At, numbers_of, texts_of
from rapport.differentiate.pieces import Counter, Pieces, State, Whole, Windowed
from rapport.differentiate.windows import LocalDays, Window
from rapport.workspace.definitions import Feature

_EVENT_ITSELF = (None,)


class FeatureFold:
    """All declared features of a workspace, compiled once; holds no customer.

    >>> fold = FeatureFold({"orders": Feature(event="Order Completed", measure="count")}, ZoneInfo("UTC"))
    >>> state: dict[str, Any] = {}
    >>> order = Event(message_id="1", type="track", event="Order Completed", subject="user_id:7",
    ...               identifiers={"user_id": "7"}, time=0, received_at=0)
    >>> fold.add(state, order, seq=1)
    >>> fold.values(state, as_of_us=0)
    {'orders': 1}
    """

    def __init__(self, features: Mapping[str, Feature], zone: ZoneInfo) -> None:
        self._days = LocalDays(zone)
        self._pieces = {name: _pieces(name, feature) for name, feature in features.items()}
        self._shown = [(name, pieces.value, pieces.measure.empty) for name, pieces in self._pieces.items()]
        self._named: dict[str, tuple[_Occasion, ...]] = {}
        self._typed: dict[str, tuple[_Occasion, ...]] = dict.fromkeys(CALL_TYPES, ())
        for event, occasion in _occasions(features, self._pieces):
            self._dispatch(event, occasion)

    def add(self, state: State, event: Event, seq: int) -> None:
        """Counts one event, in place."""
        occasions = self._typed[event.type] + self._named.get(event.event, ())
        if not occasions:
            return
        time = event.time
        at = (time, seq, self._days.of(time), time // HOUR_US)
        for occasion in occasions:
            occasion.add(state, event, at)

    def merge(self, into: State, other: State) -> None:
        """Adds another customer's state, in place; ``other`` stays as it is."""
        for pieces in self._pieces.values():
            pieces.merge(into, other)

    def values(self, state: State, as_of_us: int) -> dict[str, Any]:
        """Every feature's value as of a moment (µs) that is not before the newest event."""
        day = self._days.of(as_of_us)
        hour = as_of_us // HOUR_US
        get = state.get
        return {
            name: empty if (held := get(name)) is None else value(held, day, hour) for name, value, empty in self._shown
        }

    def _dispatch(self, event: str, occasion: _Occasion) -> None:
        if event == "*":
            self._typed = {kind: (*occasions, occasion) for kind, occasions in self._typed.items()}
        elif event in CALL_TYPES:
            self._typed[event] += (occasion,)
        else:
            self._named[event] = (*self._named.get(event, ()), occasion)


class _Occasion:
    """Features that look at the same values of the same events: read once, counted by each."""

    __slots__ = ("_conditions", "_event_counters", "_number_counters", "_read", "_text_counters")

    def __init__(self, feature: Feature, pieces: Iterable[Pieces]) -> None:
        self._conditions = [_condition(Path.parse(path), scalar_text(value)) for path, value in feature.where.items()]
        self._read: Reader | None = reader(Path.parse(feature.of)) if feature.of else None
        numeric = [one for one in pieces if one.measure.reads == "number"]
        others = [one.counter() for one in pieces if one.measure.reads != "number"]
        self._number_counters: list[Counter] = [one.counter() for one in numeric]
        self._event_counters: list[Counter] = others if self._read is None else []
        self._text_counters: list[Counter] = [] if self._read is None else others

    def add(self, state: State, event: Event, at: At) -> None:
        for holds in self._conditions:
            if not holds(event):
                return
        for count in self._event_counters:
            count(state, _EVENT_ITSELF, at)
        if self._read is None or not (values := self._read(event)):
            return
        if self._number_counters and (numbers := numbers_of(values)):
            for count in self._number_counters:
                count(state, numbers, at)
        if self._text_counters and (texts := texts_of(values)):
            for count in self._text_counters:
                count(state, texts, at)


def _condition(path: Path, wanted: str | None) -> Callable[[Event], bool]:
    read = reader(path)
    if wanted is None:
        return lambda _event: False
    return lambda event: any(scalar_text(value) == wanted for value in values) if (values := read(event)) else False


def _pieces(name: str, feature: Feature) -> Pieces:
    measure, where = MEASURES[feature.measure], f"features.yaml: {name}"
    if measure.reads != "event" and not feature.of:
        hint = "say of what, such as of: properties.revenue"
        raise InvalidDefinition(f"'{feature.measure}' measures a value, and none is named", where=where, hint=hint)
    window = Window.parse(feature.window, where=where)
    return Windowed(name, measure, window.length, window.unit == "h") if window else Whole(name, measure)


def _occasions(features: Mapping[str, Feature], pieces: Mapping[str, Pieces]) -> Iterable[tuple[str, _Occasion]]:
    """The distinct (event, of, where) of all features, each with the pieces that it feeds."""
    shared: dict[tuple[str, str, tuple[tuple[str, str | None], ...]], list[str]] = {}
    for name, feature in features.items():
        conditions = tuple(sorted((path, scalar_text(value)) for path, value in feature.where.items()))
        shared.setdefault((canonical_name(feature.event), feature.of, conditions), []).append(name)
    for (event, _of, _where), names in shared.items():
        yield event, _Occasion(features[names[0]], [pieces[name] for name in names])
