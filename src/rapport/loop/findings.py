"""Findings: what the answers to offers say, in sentences, each confirmed on customers it was not made on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rapport.core.decision import Chosen, Decision, Offer, action_of
from rapport.core.time import from_us, iso
from rapport.differentiate.history import DAYPARTS
from rapport.learn.findings import Contrast, Screened, Shown, contrast, half, screen
from rapport.learn.findings.words import ADVICE, GOALS, PUBLIC, sentence
from rapport.loop.answered import answered
from rapport.loop.runtime import Runtime

SHOWINGS_MAX: Final = 200_000
"""The newest so many showings are read."""
GROUPS_MAX: Final = 12
"""Of each dimension the commonest so many values are looked at."""
NOW: Final = ("rfm_segment", "value_quadrant", "buying_stage", "need_what", "need_when", "need_where", "need_why",
              "need_price", "need_frequency", "matters_most")  # fmt: skip
"""Columns of the customer as of today: what was known when the offer was made is not kept of them."""
Asked = Literal["accepted", "rejected"]


class Pattern(NamedTuple):
    """One question that is looked at."""

    asked: Asked
    action: str
    """Empty: all offers, each compared with itself."""
    dimension: str
    value: str


class Table(NamedTuple):
    """Every settled showing, and what was known of it by dimension."""

    customers: list[str]
    customer: NDArray[np.int64]
    halves: NDArray[np.int8]
    """By customer."""
    actions: list[str]
    stratum: NDArray[np.int64]
    weight: NDArray[np.float64]
    outcome: dict[str, NDArray[np.float64]]
    groups: dict[str, NDArray[np.object_]]
    """Dimension → its value, showing by showing; empty where it is not known."""
    since: int
    until: int


def report(rt: Runtime) -> dict[str, Any]:
    """What holds of offers and customers, the surest first; with how many patterns were looked at, and the data."""
    table = read(rt)
    patterns = patterns_of(table)
    outcome = screen(len(patterns), lambda place, part: _look(table, patterns[place], part))
    told = [_told(rt, table, patterns[one.place], one) for one in outcome.held]
    return {
        "as_of": iso(rt.clock.now_us()),
        "showings": int(table.customer.size),
        "customers": len(table.customers),
        "halves": [int((table.halves == part).sum()) for part in (0, 1)],
        "since": iso(table.since) if table.since else None,
        "until": iso(table.until) if table.until else None,
        "looked_at": outcome.looked_at,
        "too_few": outcome.refused,
        "tried": outcome.tried,
        "refused": None if told else _nothing(table, outcome.looked_at),
        "findings": told,
    }


def _nothing(table: Table, looked_at: int) -> str:
    if not table.customer.size:
        return "no offer was answered yet"
    return f"looked at {looked_at} patterns, none holds"


def read(rt: Runtime) -> Table:
    """The newest settled showings of who may be told apart; each decision's first pick, whose chance is exact."""
    rows = list(_showings(rt))[-SHOWINGS_MAX:]
    ids = sorted({decision.customer_id for decision, _, _ in rows})
    number = {name: place for place, name in enumerate(ids)}
    actions = sorted({action_of(pick.action) for _, pick, _ in rows})
    stratum = {name: place for place, name in enumerate(actions)}
    return Table(
        customers=ids,
        customer=np.array([number[decision.customer_id] for decision, _, _ in rows], np.int64),
        halves=np.array([half(name) for name in ids], np.int8),
        actions=actions,
        stratum=np.array([stratum[action_of(pick.action)] for _, pick, _ in rows], np.int64),
        weight=np.array([1.0 / pick.probability for _, pick, _ in rows]),
        outcome={
            asked: np.array([float(offer.outcome == asked) for _, _, offer in rows])
            for asked in ("accepted", "rejected")
        },
        groups=_groups(rt, rows),
        since=min((decision.made_at for decision, _, _ in rows), default=0),
        until=max((decision.made_at for decision, _, _ in rows), default=0),
    )


Row = tuple[Decision, Chosen, Offer]


def _showings(rt: Runtime) -> Iterator[Row]:
    for one in answered(rt):
        decision, pick, offer = one.decision, one.decision.chosen[0], one.offers[0]
        if decision.personalized and offer.action == pick.action and pick.probability > 0.0:
            yield decision, pick, offer


def _groups(rt: Runtime, rows: Sequence[Row]) -> dict[str, NDArray[np.object_]]:
    """What was known when each offer was made, and of the customer as of the last refresh."""
    found: dict[str, list[str]] = defaultdict(lambda: [""] * len(rows))
    shown: dict[tuple[str, str], int] = defaultdict(int)
    today = _today(rt)
    for place, (decision, pick, _) in enumerate(rows):
        shown[decision.customer_id, pick.action] += 1
        for name, value in _known(rt, decision, shown[decision.customer_id, pick.action]):
            found[name][place] = value
        for name, value in today.get(decision.customer_id, {}).items():
            found[name][place] = value
    return {name: np.array(values, dtype=object) for name, values in found.items()}


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
        if isinstance(value, str) and value:
            yield name, value
    for name, value in decision.context.items():
        if isinstance(value, str) and value:
            yield f"context {name}", value


def _today(rt: Runtime) -> Mapping[str, Mapping[str, str]]:
    """Customer → column → text, as of the last refresh."""
    if "customers" not in rt.warehouse.tables():
        return {}
    columns = [name for name in NOW if name in rt.columns]
    return {
        customer_id: {name: str(value) for name, value in zip(columns, values, strict=True) if value is not None}
        for customer_id, *values in rt.warehouse.customer_rows(columns)
    }


def patterns_of(table: Table) -> list[Pattern]:
    """Everything that is looked at: every group of every dimension, for all offers and for each."""
    found = []
    for dimension, values in sorted(table.groups.items()):
        names, counts = np.unique(values[values != ""].astype(str), return_counts=True)
        common = [str(names[place]) for place in np.argsort(-counts, kind="stable")[:GROUPS_MAX]]
        if len(common) < 2:
            continue
        for value in common:
            found.append(Pattern("rejected", "", dimension, value))
            found.extend(Pattern("accepted", action, dimension, value) for action in ("", *table.actions))
    return found


def _look(table: Table, pattern: Pattern, part: int) -> Contrast:
    values = table.groups[pattern.dimension]
    rows = (values != "") & (table.halves[table.customer] == part)
    if pattern.action:
        rows &= table.stratum == table.actions.index(pattern.action)
    shown = Shown(table.customer[rows], table.stratum[rows], table.weight[rows], table.outcome[pattern.asked][rows])
    return contrast(shown, values[rows] == pattern.value)


def _told(rt: Runtime, table: Table, pattern: Pattern, one: Screened) -> dict[str, Any]:
    action = rt.workspace.actions.get(pattern.action)
    named = action.title if action is not None and action.title else pattern.action
    difference = one.second.difference or 0.0
    facts = {
        "offer": named, "dimension": pattern.dimension, "value": pattern.value, "rate": one.second.rate or 0.0,
        "others": one.second.others or 0.0, "difference": difference, "low": one.low, "high": one.high,
    }  # fmt: skip
    better = (difference > 0) == (pattern.asked == "accepted")
    kind = f"{pattern.asked}_{'better' if better else 'worse'}"
    return {
        "said": sentence(pattern.asked, bool(named), facts, "en"),
        "said_zh": sentence(pattern.asked, bool(named), facts, "zh"),
        "goal": GOALS["en"][pattern.asked],
        "goal_zh": GOALS["zh"][pattern.asked],
        "to_do": ADVICE["en"][kind],
        "to_do_zh": ADVICE["zh"][kind],
        "for": PUBLIC[pattern.asked],
        "asked": pattern.asked,
        "action": pattern.action,
        "dimension": pattern.dimension,
        "value": pattern.value,
        "as_of": "today" if pattern.dimension in NOW else "the decision",
        "rate": one.second.rate,
        "others": one.second.others,
        "difference": one.second.difference,
        "low": one.low,
        "high": one.high,
        "q": one.q,
        "customers": one.second.customers,
        "others_customers": one.second.others_customers,
        "showings": one.second.showings,
        "period": [iso(table.since)[:10], iso(table.until)[:10]],
    }
