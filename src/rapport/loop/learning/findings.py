"""Findings: what the answers to offers say, in sentences, each confirmed on customers it was not made on.

They are made once a refresh and kept; whoever asks in between reads what is kept.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rapport.core.time import iso
from rapport.learn.findings import Contrast, Outcome, Screened, Shown, contrast, screen
from rapport.learn.findings.words import ADVICE, GOALS, PUBLIC, sentence
from rapport.loop.kept import keep, kept
from rapport.loop.learning.showings import UNKNOWN, Named, Table, read
from rapport.loop.runtime import Runtime

STATE: Final = "findings"
"""Name of the small state that keeps the last report."""
GROUPS_MAX: Final = 12
"""Of each dimension the commonest so many values are looked at."""
Asked = Literal["accepted", "rejected"]
ASKED: Final[tuple[Asked, ...]] = ("accepted", "rejected")


class Pattern(NamedTuple):
    """One question that is looked at."""

    asked: Asked
    action: str
    """Empty: all offers, each compared with itself."""
    dimension: str
    value: str
    attribute: str = ""
    """Where set, the group are the showings in which the offer's attribute is what the dimension says."""

    @property
    def family(self) -> str:
        """The patterns among which those that stand out most are tried."""
        return "fit" if self.attribute else "each" if self.action else "all"


def report(rt: Runtime) -> dict[str, Any]:
    """What holds of offers and customers as of the last refresh."""
    return kept(rt, STATE, measure)


def after_refresh(rt: Runtime, as_of_us: int) -> None:
    """Looks anew at the answers to what was decided until a moment (µs)."""
    keep(rt, STATE, as_of_us, measure)


def measure(rt: Runtime, as_of_us: int) -> dict[str, Any]:
    """What holds, the surest first; with how many patterns were looked at, and the data."""
    table = read(rt, as_of_us)
    patterns, outcome = look(table)
    told = [_told(rt, table, patterns[one.place], one) for one in outcome.held]
    return {
        "as_of": iso(as_of_us),
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


def look(table: Table) -> tuple[list[Pattern], Outcome]:
    """Everything that was looked at, and what of it holds."""
    patterns = patterns_of(table)
    sides = [_sides(table, part) for part in (0, 1)]
    families = [one.family for one in patterns]
    return patterns, screen(families, lambda place, part: against(table, patterns[place], sides[part]))


def _nothing(table: Table, looked_at: int) -> str:
    if not table.customer.size:
        return "no offer was answered yet"
    return f"looked at {looked_at} patterns, none holds"


def patterns_of(table: Table) -> list[Pattern]:
    """Everything that is looked at: offers that fit, and every group of every dimension, for all offers and for each.

    Of two groups that are each other's rest, the smaller is looked at.
    """
    found = [
        Pattern(asked, "", dimension, "", attribute)
        for dimension, known in sorted(table.groups.items())
        for attribute, offered in sorted(table.offered.items())
        if len(set(known.names) & set(offered.names)) >= 2
        for asked in ASKED
    ]
    for dimension, known in sorted(table.groups.items()):
        counts = np.bincount(known.codes[known.codes != UNKNOWN], minlength=len(known.names))
        common = [known.names[place] for place in np.argsort(-counts, kind="stable")[:GROUPS_MAX]]
        for value in common if len(common) > 2 else common[1:]:
            found.extend(Pattern(asked, "", dimension, value) for asked in ASKED)
            found.extend(Pattern("accepted", action, dimension, value) for action in table.actions)
    return found


def _sides(table: Table, part: int) -> dict[str, NDArray[np.int64]]:
    """Action → the places of its showings to one half of the customers; empty: all of them."""
    rows = np.flatnonzero(table.halves[table.customer] == part)
    return {"": rows} | {name: rows[table.stratum[rows] == place] for place, name in enumerate(table.actions)}


def against(table: Table, pattern: Pattern, sides: dict[str, NDArray[np.int64]]) -> Contrast:
    """A pattern's group beside the others, among some of the showings."""
    known, rows = table.groups[pattern.dimension], sides[pattern.action]
    rows = rows[known.codes[rows] != UNKNOWN]
    stratum = table.stratum
    if pattern.attribute:
        offered = _renamed(table.offered[pattern.attribute], known.names)
        rows = rows[offered[rows] != UNKNOWN]
        stratum = stratum * len(known.names) + offered
        inside = known.codes[rows] == offered[rows]
    else:
        inside = known.codes[rows] == known.names.index(pattern.value)
    shown = Shown(table.customer[rows], stratum[rows], table.weight[rows], table.outcome[pattern.asked][rows])
    return contrast(shown, inside)


def _renamed(named: Named, names: list[str]) -> NDArray[np.int64]:
    """The same texts, numbered by other names; ``UNKNOWN`` where they are none of these."""
    places = {name: place for place, name in enumerate(names)}
    return np.array([*(places.get(name, UNKNOWN) for name in named.names), UNKNOWN], np.int64)[named.codes]


def _told(rt: Runtime, table: Table, pattern: Pattern, one: Screened) -> dict[str, Any]:
    action = rt.workspace.actions.get(pattern.action)
    named = action.title if action is not None and action.title else pattern.action
    difference = one.second.difference or 0.0
    facts = {
        "offer": named, "dimension": pattern.dimension, "value": pattern.value, "rate": one.second.rate or 0.0,
        "attribute": pattern.attribute, "others": one.second.others or 0.0, "difference": difference, "low": one.low,
        "high": one.high,
    }  # fmt: skip
    better = (difference > 0) == (pattern.asked == "accepted")
    kind = f"{pattern.asked}_{'fit_' if pattern.attribute else ''}{'better' if better else 'worse'}"
    return {
        "said": sentence(pattern.asked, facts, "en"),
        "said_zh": sentence(pattern.asked, facts, "zh"),
        "goal": GOALS["en"][pattern.asked],
        "goal_zh": GOALS["zh"][pattern.asked],
        "to_do": ADVICE["en"][kind],
        "to_do_zh": ADVICE["zh"][kind],
        "for": PUBLIC[pattern.asked],
        "asked": pattern.asked,
        "action": pattern.action,
        "attribute": pattern.attribute,
        "dimension": pattern.dimension,
        "value": pattern.value,
        "as_of": "today" if pattern.dimension in table.today else "the decision",
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
