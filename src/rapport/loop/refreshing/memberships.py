"""Who entered or left a segment, as events of the log: written before the scores that say so.

A customer's scores keep how often each segment was entered or left. The number stands in the event's message id, which
the log holds once: whatever is done again after a crash or a replay, is said once. These events are no customer's
doing: they are shown in the timeline, and change no profile, feature or count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from rapport.core.event import SEGMENT, Event, LogEntry, entry
from rapport.core.identifier import Identifier
from rapport.core.time import day_date, local_day
from rapport.differentiate.segments import MEMBERSHIPS, Change, Memberships, changes
from rapport.loop.refreshed import last_refresh
from rapport.loop.runtime import Runtime

ENTERED: Final = "Segment Entered"
EXITED: Final = "Segment Exited"
DAYS: Final = "segments:days"
"""Name of the small state: local day → segment → [entered, left]."""
DAYS_KEPT: Final = 400
LOOKED_UP_MAX: Final = 200
"""Of so many customers the former events are read one by one; for more, once for everybody."""
_SAID: Final = b'"type":"segment"'
_decode = msgspec.json.Decoder(dict[str, Any]).decode
Scored = tuple[str, bytes]
Days = dict[str, dict[str, list[int]]]


class Kept(msgspec.Struct, frozen=True):
    """Scores that know their memberships, and the small state to be written with them."""

    scores: Sequence[Scored]
    state: Mapping[str, bytes]


def keep(
    rt: Runtime,
    scores: Sequence[Scored],
    at_us: int,
    *,
    live: bool = True,
    subjects: Callable[[str], str] | None = None,
) -> Kept:
    """Appends an event for every segment that these customers entered or left, then tells what to write.

    ``scores`` are new ones, as JSON; ``subjects`` names an identifier of a customer whom the store may not know yet.
    To be called before the scores are written, by who holds the fold's lease or while no customer of these is folded.
    """
    if not rt.workspace.segments:
        return Kept(scores, {})
    before = {name: _decode(body) for name, body in rt.store.scores_of([name for name, _ in scores]).items()}
    after = [(name, _decode(body)) for name, body in scores]
    held = {name: row[MEMBERSHIPS] for name, row in before.items() if MEMBERSHIPS in row}
    held |= _former(rt, [name for name, row in after if name not in held and _inside(rt, row)])
    moved: list[tuple[str, Change]] = []
    rows: list[Scored] = []
    for name, row in after:
        found, memberships = changes(held.get(name, {}), _inside(rt, row), rt.workspace.segments)
        moved += [(name, change) for change in found]
        rows.append((name, msgspec.json.encode(row | {MEMBERSHIPS: memberships})))
    if moved:
        rt.store.append(list(_entries(rt, moved, at_us, live, subjects))).result()
    return Kept(rows, _counted(rt, moved, at_us))


def refreshed_live(rt: Runtime) -> bool:
    """Whether what a refresh finds may start something.

    Not the first one, nor the first under new definitions, nor the one after a refresh as of an earlier day.
    """
    state = last_refresh(rt)
    return state is not None and state.definitions == rt.workspace.version and not state.past


def days(rt: Runtime) -> Days:
    """Local day (ISO) → segment → how many entered and left."""
    body = rt.store.state(DAYS)
    return msgspec.json.decode(body, type=Days) if body else {}


def _inside(rt: Runtime, row: Mapping[str, Any]) -> dict[str, bool]:
    return {name: True for name in rt.workspace.segments if row.get(name) is True}


def _entries(
    rt: Runtime, moved: Sequence[tuple[str, Change]], at_us: int, live: bool, subjects: Callable[[str], str] | None
) -> Iterator[LogEntry]:
    subject_of = subjects or _subjects(rt, {name for name, _ in moved})
    for customer_id, change in moved:
        subject = subject_of(customer_id)
        if rt.workspace.segments[change.segment].notify and subject:
            yield entry(_event(customer_id, subject, change, at_us, live))


def _event(customer_id: str, subject: str, change: Change, at_us: int, live: bool) -> Event:
    owner = Identifier.parse(subject)
    return Event(
        message_id=f"segment:{customer_id}:{change.segment}:{change.number}",
        type=SEGMENT,
        event=ENTERED if change.entered else EXITED,
        subject=subject,
        identifiers={owner.namespace: owner.value},
        time=at_us,
        received_at=at_us,
        properties={"segment": change.segment, "because": change.because, "n": change.number},
        source="rapport",
        live=live,
    )


def _subjects(rt: Runtime, customer_ids: set[str]) -> Callable[[str], str]:
    """The oldest name of each customer that is his alone."""
    named: dict[str, str] = {}
    for row in rt.store.identifiers_of(customer_ids):
        if not row.shared:
            named.setdefault(row.customer_id, str(row.identifier))
    return lambda customer_id: named.get(customer_id, "")


def _former(rt: Runtime, customer_ids: Sequence[str]) -> dict[str, Memberships]:
    """What the log remembers of customers whose scores remember nothing: split off anew, or lost by a crash."""
    if not customer_ids or last_refresh(rt) is None:
        return {}
    wanted = set(customer_ids)
    if len(wanted) > LOOKED_UP_MAX:
        stored = rt.store.events_holding([_SAID])
    else:
        stored = rt.store.events_of([row.id for row in rt.store.identifiers_of(wanted)])
    found: dict[str, Memberships] = {}
    for one in stored:
        if _SAID in one.body and (event := one.event).type == SEGMENT:
            customer_id = event.message_id.split(":", 2)[1]
            if customer_id in wanted:
                said, number = event.properties["segment"], event.properties["n"]
                memberships = found.setdefault(customer_id, {})
                memberships[said] = max(number, memberships.get(said, 0))
    return found


def _counted(rt: Runtime, moved: Sequence[tuple[str, Change]], at_us: int) -> dict[str, bytes]:
    """The turnover by day with these changes in it; the oldest days make room."""
    if not moved:
        return {}
    known = days(rt)
    today = known.setdefault(day_date(local_day(at_us, rt.zone)).isoformat(), {})
    for _, change in moved:
        counts = today.setdefault(change.segment, [0, 0])
        counts[0 if change.entered else 1] += 1
    kept = dict(sorted(known.items())[-DAYS_KEPT:])
    return {DAYS: msgspec.json.encode(kept)}
