"""The parts of differentiate brought to customers: learnt and scored for everybody, scored for the few that changed.

What the last refresh learnt stands in the store, one small named value a part, so that every process scores alike. A
customer's columns are those of the last refresh or of the last live event since, whichever is later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from rapport import __version__
from rapport.core.columns import ColumnType
from rapport.core.customer import Profile, decode_profile
from rapport.core.errors import NotFound
from rapport.core.time import local_day
from rapport.differentiate.frame import Array, Frame
from rapport.differentiate.history import gather, read_history
from rapport.identify.profile import personalized
from rapport.loop.columns import base_row
from rapport.loop.refreshed import last_refresh
from rapport.loop.runtime import Runtime
from rapport.loop.who import whom
from rapport.rules import NumberExpression, Rule

FORMAT: Final = 1
"""Counted up when what a part learns changes its shape: models of another shape are not read."""
PREFIX: Final = "differentiate:"
"""Before a part's name: the small state in which what it learnt stands."""
_decode_raw = msgspec.json.decode


def digest(rt: Runtime) -> str:
    """A fingerprint of all definitions that shape the parts: a model learnt under others is not used."""
    workspace = rt.workspace
    shaping = (
        __version__, FORMAT,
        workspace.value, workspace.needs, workspace.stages, workspace.capabilities, workspace.groups,
        workspace.games, workspace.segments, workspace.features, workspace.traits,
        workspace.settings.timezone, workspace.settings.currency,
    )  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(shaping)).hexdigest()[:16]


def models(rt: Runtime) -> dict[str, Any]:
    """Part → what it learnt at the last refresh; empty before the first, and after a change of definitions."""
    state = last_refresh(rt)
    learnt = rt.learnt
    learnt.digest = learnt.digest or digest(rt)
    if state is None or state.differentiation != learnt.digest:
        return {}
    if learnt.refreshed_at != state.refreshed_at:
        bodies = rt.store.states(PREFIX)
        learnt.models = {part.name: _model(part.model, body) for part in rt.parts
                         if (body := bodies.get(PREFIX + part.name))}  # fmt: skip
        learnt.refreshed_at = state.refreshed_at
    return learnt.models


def encoded(rt: Runtime, learnt: Mapping[str, Any]) -> dict[str, bytes]:
    """What parts learnt, as small named values; raises where one could not be read back, before anything is kept."""
    bodies = {part.name: msgspec.json.encode(learnt[part.name]) for part in rt.parts}
    for part in rt.parts:
        _model(part.model, bodies[part.name])
    return {PREFIX + name: body for name, body in bodies.items()}


def fit(rt: Runtime, frame: Frame) -> dict[str, Any]:
    """What every part learns from a sample; each sees what the parts before it computed."""
    learnt: dict[str, Any] = {}
    for part in rt.parts:
        learnt[part.name] = part.fit(frame)
        frame.scores.update(part.score(learnt[part.name], frame))
    return learnt


def score(rt: Runtime, learnt: Mapping[str, Any], frame: Frame) -> dict[str, Array]:
    """Every part's columns for the customers of a frame."""
    for part in rt.parts:
        if part.name in learnt:
            frame.scores.update(part.score(learnt[part.name], frame))
    return frame.scores


def live_frame(rt: Runtime, found: Sequence[tuple[str, Profile]], as_of_us: int) -> Frame:
    """A few customers as of a moment (µs), from their profiles."""
    day = local_day(as_of_us, rt.zone)
    histories = [read_history(profile.history) for _, profile in found]
    purchases, tallies, recent = gather(histories, rt.readings, day, as_of_us)
    rows = _Rows(rt, found, as_of_us)
    personal = np.array([personalized(profile) for _, profile in found], dtype=np.bool_)
    return Frame([name for name, _ in found], as_of_us, day, personal, purchases, tallies, recent, rows.read, rows.ask)


class _Rows:
    """A few customers as rows, made when a part first asks for a column, and completed as parts compute theirs."""

    def __init__(self, rt: Runtime, found: Sequence[tuple[str, Profile]], as_of_us: int) -> None:
        self._rt = rt
        self._found = found
        self._as_of_us = as_of_us
        self._rows: list[dict[str, Any]] = []
        self._complete: set[str] = set()

    def read(self, name: str) -> Array:
        """A column that no part computed."""
        return as_array([row.get(name) for row in self._known()], self._rt.columns[name])

    def ask(self, expressions: Sequence[Rule | NumberExpression], scores: dict[str, Array]) -> list[Array]:
        """Rules and calculations over rows with the scores so far."""
        rows = self._known()
        for name in scores.keys() - self._complete:
            kind = self._rt.columns[name]
            for row, value in zip(rows, scores[name].tolist(), strict=True):
                row[name] = plain(value, kind)
            self._complete.add(name)
        return [as_array([_value(one, row) for row in rows], "number") for one in expressions]

    def _known(self) -> list[dict[str, Any]]:
        if not self._rows:
            self._rows = [base_row(self._rt, name, profile, self._as_of_us) for name, profile in self._found]
        return self._rows


def report_frame(rt: Runtime, who: Mapping[str, str]) -> Frame:
    """One customer, scored by every part; raises ``NotFound`` for somebody unknown."""
    subject, customer_id, found = whom(rt, dict(who))
    if found is None:
        raise NotFound(f"nobody known as {subject}", hint="rapport customer show finds by id, e-mail, phone or card")
    profile, as_of_us = decode_profile(found.profile), told_at(rt, msgspec.json.decode(found.scores))
    frame = live_frame(rt, [(customer_id, profile)], as_of_us)
    score(rt, models(rt), frame)
    return frame


def told(rt: Runtime, customer_id: str, profile: Profile, as_of_us: int) -> dict[str, Any]:
    """Part → what it knows of one customer and why, for the 360° view; empty for who is not to be told apart."""
    learnt = models(rt)
    if not learnt or not personalized(profile):
        return {}
    frame = live_frame(rt, [(customer_id, profile)], as_of_us)
    score(rt, learnt, frame)
    return {part.name: part.told(learnt[part.name], frame) for part in rt.parts if part.name in learnt}


def warm_up(rt: Runtime) -> None:
    """Compiles and tabulates what the first live event would else wait for; nothing before the first refresh."""
    learnt = models(rt)
    if learnt:
        score(rt, learnt, live_frame(rt, [("", Profile())], rt.clock.now_us()))


def told_at(rt: Runtime, scores: Mapping[str, Any]) -> int:
    """As of when (µs) a customer is told: now, or when scored, where the last refresh was as of an earlier day."""
    refreshed, at_us = last_refresh(rt), scores.get("refreshed_at")
    return at_us if refreshed is not None and refreshed.past and isinstance(at_us, int) else rt.clock.now_us()


def rescored(rt: Runtime, found: Sequence[tuple[str, Profile]], as_of_us: int) -> Iterator[tuple[str, bytes]]:
    """Customer id and scores (JSON) of customers as they are now; nobody before the first refresh."""
    learnt = models(rt)
    if learnt and found:
        frame = live_frame(rt, found, as_of_us)
        columns = score(rt, learnt, frame)
        for place, (customer_id, _) in enumerate(found):
            yield customer_id, msgspec.json.encode(score_row(rt, columns, place) | {"refreshed_at": as_of_us})


def score_row(rt: Runtime, columns: Mapping[str, Array], place: int) -> dict[str, Any]:
    """One customer's scores, those that are known."""
    row = {name: plain(values[place], rt.columns[name]) for name, values in columns.items()}
    return {name: value for name, value in row.items() if value is not None}


def plain(value: Any, kind: ColumnType) -> Any:
    """An element of a column as rules and JSON know it; None for NULL."""
    if value is None or value != value:  # noqa: PLR0124 - NaN is what differs from itself
        return None
    return _PLAIN[kind](value)


def as_array(values: Sequence[Any], kind: ColumnType) -> Array:
    """Values of a column as a frame holds them."""
    if kind in ("boolean", "integer", "number"):
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _value(expression: Rule | NumberExpression, row: Mapping[str, Any]) -> Any:
    return expression.holds(row) if isinstance(expression, Rule) else expression.value(row)


def _model(kind: type[msgspec.Struct], body: bytes) -> Any:
    return _decode_raw(body, type=kind)


_PLAIN: Final[dict[ColumnType, Any]] = {
    "boolean": bool,
    "integer": int,
    "number": float,
    "text": str,
    "date": lambda value: value,
    "timestamp": lambda value: value,
}
