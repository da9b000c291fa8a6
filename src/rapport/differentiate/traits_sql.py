"""Which value of a trait survives, in SQL: the offline twin of ``identify.survivors``.

Reads rows of events that carry ``time``, ``seq`` and the columns of ``belief_columns``. Of several values the one
with the greatest (rank of its source, time, seq) survives, among those that have not expired at the query's moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from rapport.core.path import EventColumn, Path
from rapport.core.quoting import literal, moment_sql, name_sql
from rapport.workspace.definitions import Survivor, Trait
from rapport.workspace.survivorship import Belief, Survivorship, lasts_us

_BEFORE_ALL_US: Final = -1
"""A moment before every event's."""


def trait_column(name: str) -> EventColumn:
    """The column of the events that holds what they state of a trait."""
    return EventColumn(Path("traits." + name, "traits", (name,)))


def belief_columns(traits: Mapping[str, Trait], sources: Survivorship, as_of_us: int) -> dict[str, str]:
    """Name → expression over an event ``e`` of what ``surviving`` needs to know of its source; few, often none."""
    columns = {}
    for survivor in sorted({trait.survivor for trait in traits.values()}):
        if _differ(sources, survivor):
            columns[_RANK_COLUMNS[survivor]] = _by_source(sources, _rank_of(survivor))
    if traits and _any_ends(sources):
        columns[_FRESH_AFTER] = _by_source(sources, lambda one: _ends_sql(one.expires_us, as_of_us))
    return columns


def surviving(name: str, trait: Trait, sources: Survivorship, as_of_us: int) -> str:
    """The aggregate over a customer's events ``o`` that gives a trait's surviving value; NULL where there is none."""
    value = f"o.{name_sql(str(trait_column(name)))}"
    counts = f"{value} IS NOT NULL"
    if lasts := lasts_us(trait):
        counts += f" AND o.time > {_ends_sql(lasts, as_of_us)}"
    if _any_ends(sources):
        counts += f" AND o.time > o.{_FRESH_AFTER}"
    order = "'time': o.time, 'seq': o.seq"
    if _differ(sources, trait.survivor):
        order = f"'rank': o.{_RANK_COLUMNS[trait.survivor]}, {order}"
    return f"ARG_MAX({value}, {{{order}}}) FILTER (WHERE {counts})"


_RANK_COLUMNS: Final[dict[Survivor, str]] = {"trusted": "trust", "newest": "own"}
"""Survivor → the column of an event's row that ranks its source."""
_FRESH_AFTER: Final = "fresh_after"


def _rank_of(survivor: Survivor) -> Callable[[Belief], str]:
    return lambda belief: str(belief.rank(survivor))


def _differ(sources: Survivorship, survivor: Survivor) -> bool:
    rank = _rank_of(survivor)
    return len({rank(one) for one in (sources.others, *sources.declared.values())}) > 1


def _any_ends(sources: Survivorship) -> bool:
    return any(one.expires_us for one in (sources.others, *sources.declared.values()))


def _by_source(sources: Survivorship, said: Callable[[Belief], str]) -> str:
    """What is said of an event's source; the sources that say what all others do are left out."""
    others = said(sources.others)
    cases = [
        f" WHEN {literal(source)} THEN {said(one)}" for source, one in sources.declared.items() if said(one) != others
    ]
    return f"CASE e.source{''.join(cases)} ELSE {others} END" if cases else others


def _ends_sql(lasts_us: int, as_of_us: int) -> str:
    """The moment up to which what was stated has expired."""
    return moment_sql(max(as_of_us - lasts_us, _BEFORE_ALL_US) if lasts_us else _BEFORE_ALL_US)
