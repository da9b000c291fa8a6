"""Settled showings of offers as columns: what was shown to whom, what came of it, what was known of the customer."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rapport.core.decision import Chosen, Decision, action_of
from rapport.core.time import from_us
from rapport.differentiate.history import DAYPARTS
from rapport.learn.findings import counting, half
from rapport.loop.deciding.uplift import now_called
from rapport.loop.learning.answered import answered
from rapport.loop.runtime import Runtime

SHOWINGS_MAX: Final = 100_000
"""The newest so many showings are read."""
NOW: Final = ("rfm_segment", "value_quadrant", "buying_stage", "need_what", "need_when", "need_where", "need_why",
              "need_price", "need_frequency")  # fmt: skip
"""Columns of the customer that are read as of today where the decision did not write them down. ``matters_most`` is
none of them: it is itself told from who takes up offers."""
UNKNOWN: Final = -1


class Named(NamedTuple):
    """A text by showing, as numbers."""

    names: list[str]
    codes: NDArray[np.int64]
    """Place among ``names``; ``UNKNOWN`` where nothing is known."""


class Table(NamedTuple):
    """N settled showings, oldest first."""

    customers: list[str]
    customer: NDArray[np.int64]
    halves: NDArray[np.int8]
    """By customer."""
    actions: list[str]
    stratum: NDArray[np.int64]
    """Place of the action."""
    weight: NDArray[np.float64]
    outcome: dict[str, NDArray[np.float64]]
    """``accepted`` and ``rejected`` → 1 or 0 by showing."""
    groups: dict[str, Named]
    """Dimension → what was known of the customer and the moment."""
    offered: dict[str, Named]
    """Attribute → what was offered."""
    today: frozenset[str]
    """The dimensions that are of today, not of the decision."""
    since: int
    until: int


class _Row(NamedTuple):
    customer_id: str
    action: str
    chance: float
    candidates: int
    outcome: str
    made_at: int
    attributes: dict[str, str]
    known: dict[str, str]


def read(rt: Runtime, until_us: int | None = None) -> Table:
    """The newest showings of who may be told apart; each decision's first pick, whose chance is exact."""
    newest: deque[_Row] = deque(_showings(rt, until_us), SHOWINGS_MAX)
    called = now_called(rt, {row.customer_id for row in newest})
    personal, today = _today(rt)
    rows = [row for row in newest if personal.get(called[row.customer_id], True)]
    own = [called[row.customer_id] for row in rows]
    customers, codes = _numbered(own)
    actions, stratum = _numbered([row.action for row in rows])
    dated = {name for row in rows for name in row.known}
    groups = {name: _named([row.known.get(name, "") for row in rows]) for name in sorted(dated)}
    undated = {name: _named([today.get(one, {}).get(name, "") for one in own]) for name in NOW if name not in dated}
    attributes = sorted({name for row in rows for name in row.attributes})
    return Table(
        customers=customers,
        customer=codes,
        halves=np.array([half(name) for name in customers], np.int8),
        actions=actions,
        stratum=stratum,
        weight=counting(np.array([row.chance for row in rows]), np.array([row.candidates for row in rows], np.int64)),
        outcome={asked: np.array([float(row.outcome == asked) for row in rows]) for asked in ("accepted", "rejected")},
        groups=groups | {name: one for name, one in undated.items() if one.names},
        offered={name: _named([row.attributes.get(name, "") for row in rows]) for name in attributes},
        today=frozenset(undated),
        since=min((row.made_at for row in rows), default=0),
        until=max((row.made_at for row in rows), default=0),
    )


def _showings(rt: Runtime, until_us: int | None) -> Iterator[_Row]:
    shown: dict[tuple[str, str], int] = defaultdict(int)
    for one in answered(rt):
        decision, pick, offer = one.decision, one.decision.chosen[0], one.offers[0]
        if not decision.personalized or offer.action != pick.action or pick.probability <= 0.0:
            continue
        if until_us is not None and decision.made_at > until_us:
            continue
        shown[decision.customer_id, pick.action] += 1
        yield _Row(
            customer_id=decision.customer_id,
            action=action_of(pick.action),
            chance=pick.probability,
            candidates=len(decision.candidates),
            outcome=offer.outcome or "",
            made_at=decision.made_at,
            attributes=_attributes(rt, pick),
            known=dict(_known(rt, decision, shown[decision.customer_id, pick.action])),
        )


def _attributes(rt: Runtime, pick: Chosen) -> dict[str, str]:
    """What was offered, in text: the action's attributes and its item's."""
    action = rt.workspace.actions.get(action_of(pick.action))
    both = {**(action.attributes if action is not None else {}), **(pick.item.attributes if pick.item else {})}
    return {name: value for name, value in both.items() if isinstance(value, str) and value}


def _known(rt: Runtime, decision: Decision, times: int) -> Iterator[tuple[str, str]]:
    """Dimension and value of one showing, as of the decision."""
    local = from_us(decision.made_at).astimezone(rt.zone)
    yield "slot", decision.slot
    yield "@weekday", "weekend" if local.weekday() >= 5 else "working day"
    yield "@daypart", next(name for hour, name in DAYPARTS if local.hour < hour)
    yield "shown before", "never" if times == 1 else "once" if times == 2 else "twice or more"
    if decision.treatment is not None:
        yield "marketing mode", decision.treatment.mode
    for name, value in decision.inputs.items():
        if isinstance(value, bool):
            yield name, "yes" if value else "no"
        elif isinstance(value, str) and value:
            yield name, value
    for name, value in decision.context.items():
        if isinstance(value, str) and value:
            yield f"context {name}", value


def _today(rt: Runtime) -> tuple[dict[str, bool], Mapping[str, Mapping[str, str]]]:
    """Customer → whether he may be told apart, and his columns as text, as of the last refresh."""
    if "customers" not in rt.warehouse.tables():
        return {}, {}
    columns = [name for name in NOW if name in rt.columns]
    personal: dict[str, bool] = {}
    found: dict[str, dict[str, Any]] = {}
    for customer_id, personalized, *values in rt.warehouse.customer_rows(["personalized", *columns]):
        personal[customer_id] = personalized is not False
        found[customer_id] = {
            name: str(value) for name, value in zip(columns, values, strict=True) if value is not None
        }
    return personal, found


def _numbered(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    names = sorted(set(texts))
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places[text] for text in texts], np.int64)


def _named(texts: Sequence[str]) -> Named:
    """Texts as numbers; the empty one is unknown."""
    names = sorted(set(texts) - {""})
    places = {name: place for place, name in enumerate(names)}
    return Named(names, np.array([places.get(text, UNKNOWN) for text in texts], np.int64))
