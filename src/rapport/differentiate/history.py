"""What a customer did, day by day, as a live fold: purchases, readings of needs and stages, the newest signals.

``gather`` makes arrays of many customers' histories; ``history_sql`` makes the same arrays in the warehouse. All counts
are whole numbers by local day, so that neither order nor merging changes a value. A state is plain data: under ``p``
day → [orders, revenue, refunds, foreign], under ``t`` reading → value → day → count, under ``v`` the newest signals,
each [time, seq, reading], under ``i`` the newest interests in items, (item, day, interest) → count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from rapport.core.customer import NO_HISTORY
from rapport.core.ecommerce import ORDER_COMPLETED
from rapport.core.event import Event
from rapport.core.money import to_units
from rapport.core.path import Path, reader, scalar_text
from rapport.core.time import DAY_US, from_us
from rapport.differentiate.frame import Purchases, Recent, Tallies
from rapport.differentiate.interests import ITEM_MAX, Shown, newest
from rapport.differentiate.measures import units_of
from rapport.differentiate.readings import MOMENTS, SEPARATOR, Tallied, band
from rapport.differentiate.windows import LocalDays

State = dict[str, Any]
RECENT_MAX: Final = 50
RECENT_DAYS: Final = 2
"""Older signals belong to no visit that goes on."""
REFUNDS: Final = ("Order Refunded", "Order Cancelled")
RATE_SCALE: Final = 1_000_000_000
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYPARTS: Final = ((5, "night"), (11, "morning"), (17, "afternoon"), (22, "evening"), (24, "night"))
"""Up to which local hour → what that part of the day is called."""
MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                 "November", "December")  # fmt: skip


class Kept(msgspec.Struct, array_like=True, frozen=True):
    """A history as it is stored: everything in order, so that equal histories have equal bytes."""

    bought: list[tuple[int, ...]]
    tallied: dict[str, dict[str, list[tuple[int, int]]]]
    recent: list[tuple[int, int, str]]
    shown: list[Shown] = []


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Kept | None).decode
NOTHING: Final = Kept([], {}, [])

_Count = Callable[[State, Event, int, int], None]


class HistoryFold:
    """The fold of a workspace's readings and purchases, compiled once; holds no customer.

    ``rates`` are currency → what one unit is worth in ``currency``, the workspace's own; ``interests`` are readings of
    items of the catalogue.
    """

    def __init__(
        self,
        readings: Sequence[Tallied],
        zone: ZoneInfo,
        currency: str,
        rates: Mapping[str, float] | None = None,
        interests: Sequence[Tallied] = (),
    ) -> None:
        self._days = LocalDays(zone)
        self._horizons = {one.name: one.horizon_days for one in readings}
        self._counts: dict[str, list[_Count]] = {}
        rated = {name: round(rate * RATE_SCALE) for name, rate in (rates or {}).items()} | {
            currency: RATE_SCALE,
            "": RATE_SCALE,
        }
        for event in (ORDER_COMPLETED, *REFUNDS):
            self._counts.setdefault(event, []).append(_purchase(event, rated))
        for place, one in enumerate(readings):
            self._counts.setdefault(one.event, []).append(_tally(one, place, zone))
        for place, one in enumerate(interests):
            self._counts.setdefault(one.event, []).append(_interest(one, place, zone))

    def concerns(self, event: Event) -> bool:
        """Whether an event changes a history."""
        counts = self._counts
        return event.event in counts or event.type in counts or "*" in counts

    def add(self, state: State, event: Event, seq: int) -> None:
        """Counts one event, in place."""
        day = self._days.of(event.time)
        for name in (event.event, event.type, "*"):
            for count in self._counts.get(name, ()):
                count(state, event, day, seq)

    def merge(self, into: State, other: State) -> None:
        """Adds another customer's history, in place; ``other`` stays as it is."""
        bought = into.setdefault("p", {})
        for day, row in other.get("p", {}).items():
            bought[day] = [a + b for a, b in zip(bought.get(day, (0, 0, 0, 0)), row, strict=True)]
        for name, values in other.get("t", {}).items():
            mine = into.setdefault("t", {}).setdefault(name, {})
            for value, days in values.items():
                held = mine.setdefault(value, {})
                for day, count in days.items():
                    held[day] = held.get(day, 0) + count
        if "v" in other:
            into["v"] = _newest([*into.get("v", []), *other["v"]])
        if "i" in other:
            shown = into.setdefault("i", {})
            for key, count in other["i"].items():
                shown[key] = shown.get(key, 0) + count

    def encode(self, state: State) -> msgspec.Raw:
        """The history as it is stored, without the days that can never count again."""
        kept = self.kept(state)
        return NO_HISTORY if kept == NOTHING else msgspec.Raw(_encode(kept))

    def kept(self, state: State) -> Kept:
        """What ``encode`` writes."""
        tallied = state.get("t", {})
        lasting = {name: tally for name in sorted(tallied) if (tally := self._lasting(name, tallied[name]))}
        bought = [(day, *row) for day, row in sorted(state.get("p", {}).items())]
        recent = [(one[0], one[1], one[2]) for one in state.get("v", ())]
        shown = [Shown(item, day, place, count) for (item, day, place), count in state.get("i", {}).items()]
        return Kept(bought, lasting, recent, newest(shown))

    def _lasting(self, name: str, values: Mapping[str, Mapping[int, int]]) -> dict[str, list[tuple[int, int]]]:
        """A reading's values in order, by day, as far back as it looks from its newest day."""
        after = max(day for days in values.values() for day in days) - self._horizons.get(name, 0)
        held = {value: sorted((day, n) for day, n in values[value].items() if day > after) for value in sorted(values)}
        return {value: days for value, days in held.items() if days}


def decode_history(body: msgspec.Raw | bytes) -> State:
    """The history that ``HistoryFold.encode`` wrote, to be folded on; an empty one of a customer without any."""
    kept = read_history(body)
    if kept is NOTHING:
        return {}
    tallied = {name: {value: dict(days) for value, days in values.items()} for name, values in kept.tallied.items()}
    bought = {day: list(row) for day, *row in kept.bought}
    shown = {(one.item, one.day, one.interest): one.count for one in kept.shown}
    return {"p": bought, "t": tallied, "v": [list(one) for one in kept.recent], "i": shown}


def read_history(body: msgspec.Raw | bytes) -> Kept:
    """The history that ``HistoryFold.encode`` wrote, as it is stored."""
    return _decode(body) or NOTHING


def gather(
    histories: Sequence[Kept], readings: Sequence[Tallied], day: int, as_of_us: int
) -> tuple[Purchases, Tallies, Recent]:
    """The arrays of a few customers' histories as of a moment (µs), which lies in a local day."""
    bought = [(place, *row) for place, one in enumerate(histories) for row in one.bought if row[0] <= day]
    p = np.array(bought, dtype=np.int64).reshape(-1, 6).T.copy()
    return (
        Purchases(p[0].astype(np.int32), p[1].astype(np.int32), p[2], p[3], p[4], p[5]),
        _tallies(histories, readings, day),
        _recent(histories, readings, as_of_us),
    )


def _tallies(histories: Sequence[Kept], readings: Sequence[Tallied], day: int) -> Tallies:
    values: dict[str, int] = {}
    rows: list[tuple[int, int, int, int, int]] = []
    for place, history in enumerate(histories):
        tallied = history.tallied
        for number, one in enumerate(readings):
            if (held := tallied.get(one.name)) is not None:
                after = day - one.horizon_days
                for value, days in held.items():
                    code = values.setdefault(value, len(values))
                    rows += [(place, number, code, on, count) for on, count in days if after < on <= day]
    t = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    customer, reading, value_, on_ = t[:4].astype(np.int32)
    return Tallies(customer, reading, value_, on_, t[4].copy(), list(values))


def _recent(histories: Sequence[Kept], readings: Sequence[Tallied], as_of_us: int) -> Recent:
    numbers = {one.name: number for number, one in enumerate(readings) if one.signal}
    after = as_of_us - RECENT_DAYS * DAY_US
    rows = [
        (place, numbers[name], time)
        for place, history in enumerate(histories)
        for time, _seq, name in history.recent
        if after < time <= as_of_us and name in numbers
    ]
    r = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Recent(r[0].astype(np.int32), r[1].astype(np.int32), r[2].copy())


def _purchase(event_name: str, rates: Mapping[str, int]) -> _Count:
    refund = event_name in REFUNDS

    def count(state: State, event: Event, day: int, _seq: int) -> None:
        rows = state.setdefault("p", {})
        row = rows.get(day)
        if row is None:
            row = rows[day] = [0, 0, 0, 0]
        properties = event.properties
        units = units_of(properties.get("revenue"))
        if units is None:
            units = units_of(properties.get("total"))
        rate = rates.get(scalar_text(properties.get("currency")) or "")
        if rate is None:
            row[3] += 1
            units = None
        elif units is not None and rate != RATE_SCALE:
            units = to_currency(units, rate)
        if refund:
            row[2] += abs(units or 0)
        else:
            row[0] += 1
            row[1] += units or 0

    return count


def to_currency(units: int, rate: int) -> int:
    """Ten-thousandths at a rate in thousand-millionths, rounded half away from zero, as SQL rounds decimals.

    >>> to_currency(5, 500_000_000), to_currency(-5, 500_000_000)
    (3, -3)
    """
    size = (2 * abs(units) * rate + RATE_SCALE) // (2 * RATE_SCALE)
    return size if units >= 0 else -size


def _tally(one: Tallied, place: int, zone: ZoneInfo) -> _Count:
    holds = [_condition(path, wanted) for path, wanted in one.where]
    read = _values(one, zone)
    occasion = reader(Path.parse(one.occasion)) if one.occasion else None
    name = one.name

    def count(state: State, event: Event, day: int, seq: int) -> None:
        if not all(hold(event) for hold in holds):
            return
        values = read(event)
        if occasion is not None and values:
            lies = next((text for value in occasion(event) if (text := scalar_text(value)) is not None), "")
            values = [f"{lies}{SEPARATOR}{value}" for value in values]
        if values:
            tally = state.setdefault("t", {}).setdefault(name, {})
            for value in values:
                days = tally.setdefault(value, {})
                days[day] = days.get(day, 0) + 1
        if one.signal:
            state["v"] = _newest([*state.get("v", []), [event.time, seq, name]])

    return count


def _interest(one: Tallied, place: int, zone: ZoneInfo) -> _Count:
    holds = [_condition(path, wanted) for path, wanted in one.where]
    read = _values(one, zone)

    def count(state: State, event: Event, day: int, _seq: int) -> None:
        if not all(hold(event) for hold in holds):
            return
        shown = state.setdefault("i", {})
        for item in read(event):
            if 0 < len(item) <= ITEM_MAX:
                shown[item, day, place] = shown.get((item, day, place), 0) + 1

    return count


def _newest(signals: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return sorted((list(one) for one in signals), key=tuple)[-RECENT_MAX:]


def _condition(path: str, wanted: Any) -> Callable[[Event], bool]:
    read, text = reader(Path.parse(path)), scalar_text(wanted)
    return lambda event: text is not None and any(scalar_text(value) == text for value in read(event))


def _values(one: Tallied, zone: ZoneInfo) -> Callable[[Event], list[str]]:
    if not one.of:
        return lambda _event: [""]
    if one.of[0] in MOMENTS:
        moment = one.of[0]
        return lambda event: [_moment(moment, event.time, zone)]
    readers = [reader(Path.parse(path)) for path in one.of]
    if one.bands:
        bounds = [to_units(bound) or 0 for bound in one.bands]
        names = [band(one.bands, place) for place in range(len(bounds) + 1)]

        def banded(event: Event) -> list[str]:
            units = (units_of(value) for read in readers for value in read(event))
            return [names[bisect_right(bounds, size)] for size in units if size is not None]

        return banded

    def texts(event: Event) -> list[str]:
        found = [text for read in readers for value in read(event) if (text := scalar_text(value)) is not None]
        # A signal is one event, however often it names its category.
        return (list(dict.fromkeys(found)) or [""]) if one.signal else found

    return texts


def _moment(which: str, time_us: int, zone: ZoneInfo) -> str:
    local = from_us(time_us).astimezone(zone)
    if which == "@weekday":
        return WEEKDAYS[local.weekday()]
    if which == "@month":
        return MONTHS[local.month - 1]
    return next(name for hour, name in DAYPARTS if local.hour < hour)
