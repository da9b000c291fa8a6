"""The gate as one process sees it: what the last refresh counted, judged again as time passes.

Another process may have refreshed, and a feed may have stopped: at most once a second the gate looks at the store and
at the clock. Between two looks a decision pays for comparing two numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import structs

from rapport.core.columns import ColumnType
from rapport.core.event import decode_event
from rapport.core.gate import Gate
from rapport.core.time import SECOND_US
from rapport.differentiate.readiness import BASE, Counted, Rung, ladder
from rapport.ports.store import Store
from rapport.rules import parse
from rapport.workspace.definitions import Workspace

STATE: Final = "readiness"
"""Name of the small state in which the last refresh's counts stand."""
LOOK_EVERY_US: Final = SECOND_US
NEWEST_READ: Final = 100
"""So many of the log's last events are looked at for one that was not Rapport's own."""
OWN_SOURCE: Final = "rapport"
_decode = msgspec.json.Decoder(Counted).decode


class Shut(msgspec.Struct, frozen=True):
    """What a decision does without, and why; nothing while all is open."""

    gates: list[Gate] = []
    columns: tuple[str, ...] = ()
    """Stand at NULL."""
    impersonal: str = ""
    """Why nothing about the customer is used; empty where it is."""


OPEN: Final = Shut()


class Gatekeeper:
    """Which gates are shut; safe from any thread."""

    def __init__(self, workspace: Workspace, columns: Mapping[str, ColumnType]) -> None:
        self._workspace = workspace
        self._rests_on = {
            name: parse(segment.rule, columns).uses for name, segment in workspace.segments.items()
        }  # fmt: skip
        self._looked_at = -1
        self._shut = OPEN

    def shut(self, store: Store, now_us: int) -> Shut:
        """What is shut as of a moment (µs)."""
        if not 0 <= now_us - self._looked_at < LOOK_EVERY_US or self._looked_at < 0:
            self._shut = self._judge(store, now_us)
            self._looked_at = now_us
        return self._shut

    def look_again(self) -> None:
        """The next decision looks at the store: something was measured just now."""
        self._looked_at = -1

    def rungs(self, store: Store, now_us: int) -> list[Rung]:
        """The whole ladder as of a moment (µs)."""
        body = store.state(STATE)
        counted = _decode(body) if body else None
        found = ladder(self._workspace, counted, now_us)
        if counted is None or not _stale(found):
            return found
        # It may be the refresh that is old, not the feed.
        return ladder(self._workspace, structs.replace(counted, arrived=_newest(store, counted.arrived)), now_us)

    def _judge(self, store: Store, now_us: int) -> Shut:
        if not self._workspace.policy.gates.closed:
            return OPEN
        rungs = self.rungs(store, now_us)
        base = next((rung for rung in rungs if rung.stage in BASE and rung.level == "closed"), None)
        if base is not None:
            gate = Gate(base.stage, base.reason)
            return Shut([gate], (), f"{gate.stage} is closed: {gate.reason}")
        shut = [rung for rung in rungs if rung.level == "closed" or rung.withheld]
        gates = [Gate(rung.stage, rung.reason, self._with_segments(rung.withheld)) for rung in shut]
        return Shut(gates, tuple({name for gate in gates for name in gate.withheld}))

    def _with_segments(self, columns: list[str]) -> list[str]:
        """Columns, and the segments whose rules rest on any of them; a later segment may rest on an earlier one."""
        held = list(columns)
        for name, uses in self._rests_on.items():
            if not uses.isdisjoint(held):
                held.append(name)
        return held


def _stale(rungs: list[Rung]) -> bool:
    return any(check.code == "fresh" for check in rungs[0].failed)


def _newest(store: Store, known_us: int) -> int:
    """When the newest event came in, as far as the log's end shows (µs)."""
    last = store.last_seq()
    events = (decode_event(row.body) for row in store.read_log(max(0, last - NEWEST_READ), NEWEST_READ))
    return max((one.received_at for one in events if one.source != OWN_SOURCE), default=known_us)
