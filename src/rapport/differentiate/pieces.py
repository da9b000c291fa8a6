"""How the pieces of one feature are kept: one for the whole history, or one a day (or hour) within a window.

A windowed state is ``[newest, oldest, {bucket: piece}]``. Buckets that lie a window behind the newest are dropped at
once: no moment from the newest event on can see them, and the state is the same in whatever order events came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, Protocol

from rapport.differentiate.measures import At, Measure

State = dict[str, Any]
Counter = Callable[[State, Sequence[Any], At], None]
"""Counts the values of one event, in place."""


class Pieces(Protocol):
    """One feature's place in the state."""

    @property
    def name(self) -> str:
        """The feature's name, its key in the state."""

    @property
    def measure(self) -> Measure:
        """What the feature measures."""

    def counter(self) -> Counter:
        """The compiled function that counts one event."""

    def merge(self, into: State, other: State) -> None:
        """Adds another state's pieces, which stay as they are."""

    def value(self, held: Any, day: int, hour: int) -> Any:
        """The column's value as of a local day and UTC hour."""


class Whole:
    """A feature over the whole history: one piece."""

    def __init__(self, name: str, measure: Measure) -> None:
        self.name = name
        self.measure = measure
        self._show = measure.show

    def counter(self) -> Counter:
        """The compiled function that counts one event."""
        name, lift, join = self.name, self.measure.lift, self.measure.join

        def count(state: State, values: Sequence[Any], at: At) -> None:
            piece = lift(values, at)
            held = state.get(name)
            state[name] = piece if held is None else join(held, piece)

        return count

    def merge(self, into: State, other: State) -> None:
        """Adds another state's piece."""
        if (theirs := other.get(self.name)) is not None:
            mine = into.get(self.name)
            into[self.name] = deepcopy(theirs) if mine is None else self.measure.join(mine, theirs)

    def value(self, held: Any, day: int, _hour: int) -> Any:
        """What the piece shows."""
        return self._show(held, day)


class Windowed:
    """A feature over the last ``length`` buckets: one piece each."""

    def __init__(self, name: str, measure: Measure, length: int, hourly: bool) -> None:
        self.name = name
        self.measure = measure
        self.length = length
        self.hourly = hourly
        self._total = measure.total
        self._show = measure.show

    def counter(self) -> Counter:
        """The compiled function that counts one event."""
        name, lift, join, put = self.name, self.measure.lift, self.measure.join, self._put
        unit = 3 if self.hourly else 2

        def count(state: State, values: Sequence[Any], at: At) -> None:
            bucket = at[unit]
            piece = lift(values, at)
            held = state.get(name)
            if held is None:
                state[name] = [bucket, bucket, {bucket: piece}]
                return
            pieces = held[2]
            mine = pieces.get(bucket)
            if mine is None:
                put(held, bucket, piece)
            else:
                pieces[bucket] = join(mine, piece)

        return count

    def merge(self, into: State, other: State) -> None:
        """Adds another state's buckets."""
        if (theirs := other.get(self.name)) is None:
            return
        if (mine := into.get(self.name)) is None:
            into[self.name] = deepcopy(theirs)
            return
        for bucket, piece in theirs[2].items():
            held = mine[2].get(bucket)
            if held is None:
                self._put(mine, bucket, deepcopy(piece))
            else:
                mine[2][bucket] = self.measure.join(held, piece)

    def value(self, held: list[Any], day: int, hour: int) -> Any:
        """What the pieces within the window show together."""
        now = hour if self.hourly else day
        before = now - self.length
        newest, oldest, pieces = held
        if oldest > before and newest <= now:
            return self._show(self._total(pieces.values()), day)
        seen = [piece for bucket, piece in pieces.items() if before < bucket <= now]
        return self._show(self._total(seen), day) if seen else self.measure.empty

    def _put(self, held: list[Any], bucket: int, piece: Any) -> None:
        """Places the first piece of a bucket, and drops the buckets that a newest one leaves behind."""
        newest, oldest, pieces = held
        if bucket <= newest - self.length:
            return
        pieces[bucket] = piece
        if bucket < oldest:
            held[1] = bucket
        if bucket > newest:
            held[0] = bucket
            before = bucket - self.length
            if oldest <= before:
                held[2] = {kept: piece for kept, piece in pieces.items() if kept > before}
                held[1] = min(held[2])
