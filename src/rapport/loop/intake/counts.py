"""What was not kept, counted for good: by day, source, reason, name and type, over all processes.

Each process writes its own small state a day, so that no two ever write the same one; it holds all that the process
lost that day, so that writing it twice changes nothing. Finished days are added up into one state by whoever holds the
fold's lease. A process that is killed loses the counts of its last second.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import msgspec

from rapport.core.errors import Busy
from rapport.core.time import DAY_US, SECOND_US, day_date
from rapport.identify.not_kept import ENTRIES_MAX, OTHERS, Missed, NotKept, without
from rapport.ports.clock import Chance
from rapport.ports.store import Store

PREFIX: Final = "not_kept:"
WRITE_EVERY_US: Final = SECOND_US
DAYS_KEPT: Final = 90
OPEN_DAYS: Final = 2
"""So many days, today included, may still be written to: a machine's clock may lag behind another's."""

Days = dict[int, Counter[Missed]]
"""Day (UTC, 0 = 1970-01-01) → what was lost."""
_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(list[tuple[str, str, str, str, int]]).decode


@dataclass(slots=True)
class Counts:
    """What this process counts, and how much of it is on disk."""

    not_kept: NotKept = field(default_factory=NotKept)
    process: str = ""
    day: int = 0
    written: Counter[Missed] = field(default_factory=Counter)
    """All losses of the process when it last wrote."""
    before: Counter[Missed] = field(default_factory=Counter)
    """All losses of the process when its day began."""
    written_at: int = 0
    compacted: int = 0
    """The day on which finished days were last added up."""

    def write(self, store: Store, chance: Chance, now_us: int, *, due: bool = False) -> None:
        """Writes what is new; with ``due``, at most once a second. Does not wait for the disk."""
        if due and now_us - self.written_at < WRITE_EVERY_US:
            return
        counted = self.not_kept.counts()
        if counted == self.written:
            return
        if not self.process:
            self.process = chance.new_id("")
        if (day := now_us // DAY_US) != self.day:
            self.day, self.before = day, self.written
        try:
            store.save_state(f"{PREFIX}{self.day}:{self.process}", _packed(counted - self.before))
        except Busy:
            return
        self.written, self.written_at = counted, now_us

    def forget(self, store: Store, source: str) -> None:
        """Lets what a source lost count no more, here and in what every process wrote: its events are taken back.

        A process that counts for the same source at this moment keeps its own count of today.
        """
        self.not_kept.forget(source)
        self.written, self.before = without(self.written, source), without(self.before, source)
        if self.process:
            # What is still on its way to the disk must not arrive after what is forgotten.
            store.save_state(f"{PREFIX}{self.day}:{self.process}", _packed(self.written - self.before)).result()
        kept: dict[str, bytes] = {}
        for name, body in store.states(PREFIX).items():
            held = _unpacked(body)
            if (left := without(held, source)) != held:
                kept[name] = _packed(left)
        if kept:
            store.replace_states([], kept).result()

    def compact(self, store: Store, now_us: int) -> None:
        """Once a day: adds the states of finished days up, one a day, and forgets the oldest. Needs the fold's lease,
        and lets it be where another process holds it.
        """
        if self.compacted == (today := now_us // DAY_US):
            return
        with store.fold_lease() as mine:
            if mine:
                _compact(store, today)
                self.compacted = today


def read(store: Store, now_us: int, days: int = DAYS_KEPT) -> Days:
    """What was lost on each of the last days, by all processes, as far as it is on disk."""
    found: Days = {}
    for name, body in store.states(PREFIX).items():
        day = _day(name)
        if day > now_us // DAY_US - days:
            found.setdefault(day, Counter()).update(_unpacked(body))
    return dict(sorted(found.items()))


def day_text(day: int) -> str:
    """A day as people read it: ``2026-03-01``."""
    return day_date(day).isoformat()


def _compact(store: Store, today: int) -> None:
    finished: dict[int, dict[str, bytes]] = {}
    for name, body in store.states(PREFIX).items():
        if (day := _day(name)) <= today - OPEN_DAYS:
            finished.setdefault(day, {})[name] = body
    gone: list[str] = []
    kept: dict[str, bytes] = {}
    for day, states in finished.items():
        total = f"{PREFIX}{day}:"
        if day <= today - DAYS_KEPT:
            gone += states
        elif states.keys() != {total}:
            gone += states
            kept[total] = _packed(sum(map(_unpacked, states.values()), Counter()))
    if gone:
        store.replace_states(gone, kept).result()


def _day(name: str) -> int:
    return int(name.split(":", 2)[1])


def _packed(counts: Counter[Missed]) -> bytes:
    """The commonest losses; beyond ``ENTRIES_MAX`` they are counted together."""
    ranked = counts.most_common()
    rest: Counter[str] = Counter()
    for missed, times in ranked[ENTRIES_MAX:]:
        rest[missed.reason] += times
    others = [(OTHERS, reason, OTHERS, "", times) for reason, times in rest.items()]
    return _encode([(*missed, times) for missed, times in ranked[:ENTRIES_MAX]] + others)


def _unpacked(body: bytes) -> Counter[Missed]:
    found: Counter[Missed] = Counter()
    for *missed, times in _decode(body):
        found[Missed(*missed)] += times
    return found
