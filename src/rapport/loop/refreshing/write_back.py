"""Scores on their way from the warehouse back to the store, while events keep coming.

Each write holds the fold's lease, so that no live score is overtaken. What happened since the log was handed over is
not in the warehouse's scores: those customers are scored again at the end, by what the refresh has just learnt.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from rapport.core.customer import decode_profile
from rapport.core.event import OURS, decode_event
from rapport.core.identifier import Identifier
from rapport.loop.intake.fold import STEP_EVENTS, alone
from rapport.loop.refreshing import memberships
from rapport.loop.refreshing.differentiate import rescored
from rapport.loop.runtime import Runtime
from rapport.ports.warehouse import Progress

_CUSTOMERS_A_WRITE = 5_000


def write_back(rt: Runtime, customers: int, as_of_us: int, tell: Progress, *, past: bool = False) -> None:
    """Streams every customer's scores to the store, and tells who entered or left a segment.

    What a refresh as of the ``past`` finds, or the one after it, is no news: those events start nothing.
    """
    rows = _scores(rt, as_of_us)
    live = memberships.refreshed_live(rt) and not past
    written = 0
    while chunk := list(islice(rows, _CUSTOMERS_A_WRITE)):
        with alone(rt):
            _write(rt, memberships.keep(rt, chunk, as_of_us, live=live))
        written += len(chunk)
        tell("writing scores back", written / customers)


def score_again(rt: Runtime, last_seq: int) -> int:
    """Scores the customers whom folded live events after a position of the log touched; returns how many."""
    with alone(rt):
        moved = _moved(rt, last_seq)
        ids = sorted(moved)
        for first in range(0, len(ids), _CUSTOMERS_A_WRITE):
            stored = rt.store.customers(ids[first : first + _CUSTOMERS_A_WRITE])
            found = [(name, decode_profile(row.profile)) for name, row in sorted(stored.items())]
            at_us = max((moved[name] for name in stored), default=0)
            _write(rt, memberships.keep(rt, list(rescored(rt, found, at_us)), at_us))
    return len(ids)


def _moved(rt: Runtime, last_seq: int) -> dict[str, int]:
    """Customer id → when the newest of their events after a position came (µs)."""
    moved: dict[str, int] = {}
    after, until = last_seq, rt.store.cursors().event
    while after < until and (page := rt.store.read_log(after, STEP_EVENTS)):
        came: dict[Identifier, int] = {}
        for stored in page:
            event = decode_event(stored.body)
            if event.live and event.type not in OURS and stored.seq <= until:
                came[event.owner] = max(event.received_at, came.get(event.owner, 0))
        for owner, row in rt.store.identifiers(list(came)).items():
            moved[row.customer_id] = max(came[owner], moved.get(row.customer_id, 0))
        after = page[-1].seq
    return moved


def _write(rt: Runtime, kept: memberships.Kept) -> None:
    rt.store.write_scores(kept.scores).result()
    if kept.state:
        rt.store.replace_states([], kept.state).result()


def _scores(rt: Runtime, as_of_us: int) -> Iterator[tuple[str, bytes]]:
    encode = msgspec.json.Encoder().encode
    names = tuple(rt.score_columns)
    for customer_id, *values in rt.warehouse.customer_rows(names):
        scores: dict[str, Any] = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        yield customer_id, encode(scores | {"refreshed_at": as_of_us})
