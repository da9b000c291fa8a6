"""Everybody at once: the log handed to the warehouse, the customer table built, scores written back to the store.

The customer table holds every column that a rule may name, as of one moment. Its features are those of the live fold,
value for value, and its scores those that the same parts compute when a customer's next event comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from rapport.core.errors import InvalidInput
from rapport.core.time import SECOND_US, iso
from rapport.differentiate.features_sql import event_columns
from rapport.differentiate.history_sql import history_columns
from rapport.loop import generation
from rapport.loop.deciding import uplift
from rapport.loop.demand import report as demand
from rapport.loop.experimenting import outcomes
from rapport.loop.identities.link import LinkReport, link
from rapport.loop.intake.fold import catch_up
from rapport.loop.learning import depth_report, findings, models
from rapport.loop.learning.withdrawn import left_out
from rapport.loop.privacy.retain import Retained, retain
from rapport.loop.refreshed import STATE, RefreshState
from rapport.loop.refreshing import gates, recommend_refit
from rapport.loop.refreshing.differentiate import digest, encoded
from rapport.loop.refreshing.everybody import differentiate
from rapport.loop.refreshing.write_back import score_again, write_back
from rapport.loop.reports import quality, stage, value_history
from rapport.loop.runtime import Runtime
from rapport.ports.warehouse import Progress


class RefreshReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a refresh did."""

    as_of: int
    customers: int
    events: int
    """Events handed over that the warehouse did not have."""
    segments: dict[str, int]
    """Recency–frequency–monetary group → customers, the largest first."""
    seconds: dict[str, float]
    """Step → how long it took."""
    retained: Retained
    """What was past its time and left at the end."""
    links: LinkReport | None = None
    """What the search for probable links found, where identity.yaml asks for it; the next refresh counts with it."""


def refresh(rt: Runtime, progress: Progress | None = None, as_of_us: int | None = None) -> RefreshReport:
    """Folds what waits, then computes features and scores for every customer, as of now or of an earlier moment (µs).

    Raises ``StoreFailure`` when the log cannot be handed over, ``InvalidInput`` for a moment to come. Repeating it is
    safe at any point.
    """
    tell = progress or _say_nothing
    seconds: dict[str, float] = {}
    began = generation.current(rt.store)
    with _timed(rt, seconds, "fold"):
        catch_up(rt, tell)
    as_of = _moment(rt, as_of_us)
    with _timed(rt, seconds, "hand over"):
        receipt = rt.warehouse.export(tell, _event_columns(rt))
    rt.warehouse.leave_out(left_out(rt.store))
    customers, learnt = differentiate(rt, as_of, tell, lambda step: _timed(rt, seconds, step))
    kept = encoded(rt, learnt)
    with _timed(rt, seconds, "write back"):
        write_back(rt, customers, as_of, tell, past=as_of_us is not None)
    with _timed(rt, seconds, "examine"):
        tell("examining the data", 0.0)
        for examine in _EXAMINED:
            examine(rt, as_of)
    if generation.current(rt.store) != began:
        # Somebody was erased meanwhile: what was read before that must not stay.
        return refresh(rt, progress, as_of_us)
    state = RefreshState(
        as_of=as_of,
        refreshed_at=rt.clock.now_us(),
        customers=customers,
        last_seq=receipt.last_seq,
        definitions=rt.workspace.version,
        past=as_of_us is not None,
        differentiation=digest(rt),
    )
    rt.store.replace_states([], kept | {STATE: msgspec.json.encode(state)}).result()
    score_again(rt, receipt.last_seq)
    segments = _segments(rt)
    links = None
    if rt.workspace.identity.linking.enabled:
        with _timed(rt, seconds, "link"):
            links = link(rt, tell)
    with _timed(rt, seconds, "retain"):
        retained = retain(rt)
    with _timed(rt, seconds, "answers"):
        tell("learning from answers", 0.0)
        for learn in _LEARNT:
            learn(rt, as_of)
        if as_of_us is None:
            models.after_refresh(rt)
    return RefreshReport(
        as_of=as_of,
        customers=customers,
        events=receipt.events,
        segments=segments,
        seconds=seconds,
        retained=retained,
        links=links,
    )


_EXAMINED: Final[tuple[Callable[[Runtime, int], object], ...]] = (
    quality.measure,
    gates.measure,
    value_history.after_refresh,
    stage.after_refresh,
)
"""What is measured and remembered once the customer table is made, each with the moment it is of (µs)."""
_LEARNT: Final[tuple[Callable[[Runtime, int], object], ...]] = (
    recommend_refit.after_refresh,
    uplift.after_refresh,
    findings.after_refresh,
    depth_report.after_refresh,
    demand.after_refresh,
)
"""What is learnt from answers until a moment (µs), last of all: whom retention let go is not learnt from."""


def _event_columns(rt: Runtime) -> tuple[str, ...]:
    """The columns of events that queries over all customers read."""
    columns = {
        *event_columns(rt.workspace.features, rt.workspace.traits),
        *history_columns([*rt.readings, *rt.interests]),
        *recommend_refit.event_columns(rt),
        *uplift.event_columns(rt),
        *outcomes.event_columns(rt.workspace),
    }
    return tuple(sorted(columns))


def _moment(rt: Runtime, as_of_us: int | None) -> int:
    now_us = rt.clock.now_us()
    if as_of_us is not None and as_of_us > now_us:
        raise InvalidInput(f"{iso(as_of_us)} is still to come", where="as of", hint="name a day that has been")
    return now_us if as_of_us is None else as_of_us


def _segments(rt: Runtime) -> dict[str, int]:
    known = "SELECT rfm_segment, COUNT(*) FROM customers WHERE rfm_segment IS NOT NULL"
    sql = f"{known} GROUP BY rfm_segment ORDER BY COUNT(*) DESC, rfm_segment"
    return dict(rt.warehouse.query(sql))


@contextmanager
def _timed(rt: Runtime, seconds: dict[str, float], step: str) -> Iterator[None]:
    started = rt.clock.now_us()
    yield
    seconds[step] = round((rt.clock.now_us() - started) / SECOND_US, 3)


def _say_nothing(_doing: str, _share: float) -> None:
    """Progress for who does not watch."""
