# ruff: noqa: S608 - this file composes SQL; every name and text from a definition goes through name_sql and literal.
"""Declared features as one SQL query over all customers: the offline twin of ``features``.

Read from the views ``events`` (``seq, type, event, source, subject, time`` and the columns that ``event_columns``
names) and ``identifiers`` (``subject, namespace, customer_id``). The text is DuckDB's, within the subset that
sqlglot carries over to Spark unchanged in meaning. Windows become plain comparisons with ``time``, because the
moments at which they open are computed here, in the workspace's zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from rapport.core.columns import ColumnType
from rapport.core.ecommerce import canonical_name
from rapport.core.event_sql import matches
from rapport.core.path import EventColumn, Path
from rapport.core.quoting import literal, moment_sql, name_sql
from rapport.core.time import day_date
from rapport.differentiate.measures import MEASURES
from rapport.differentiate.traits_sql import belief_columns, surviving, trait_column
from rapport.differentiate.windows import LocalDays, Window
from rapport.workspace.definitions import Feature, Trait
from rapport.workspace.survivorship import Survivorship

_PERSONALIZATION = EventColumn(Path.parse("context.consent.categoryPreferences.personalization"), "boolean")
_MARKETING = EventColumn(Path.parse("context.consent.categoryPreferences.marketing"), "boolean")
_SQL_TYPES: Final[dict[ColumnType, str]] = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "text": "TEXT",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_WHEN: Final = "{'time': o.time, 'seq': o.seq}"


def event_columns(features: Mapping[str, Feature], traits: Mapping[str, Trait]) -> tuple[str, ...]:
    """Names of the event columns that ``customer_query`` reads beside the fixed ones (``core.path.EventColumn``)."""
    columns = {_PERSONALIZATION, _MARKETING, *map(trait_column, traits)}
    for feature in features.values():
        columns.update(_columns_of(feature))
    return tuple(sorted(str(column) for column in columns if column.path.steps))


def customer_query(
    features: Mapping[str, Feature],
    traits: Mapping[str, Trait],
    sources: Survivorship,
    zone: ZoneInfo,
    as_of_us: int,
) -> str:
    """One row a customer as of a moment (µs): ``customer_id``, traits, features, system columns.

    Of several sources' values of a trait the one that ``sources`` believes most is shown. Events after that moment do
    not count.
    """
    clock = _Clock(LocalDays(zone), as_of_us)
    main = {name: feature for name, feature in features.items() if not _fans_out(feature)}
    fans: dict[str, dict[str, Feature]] = {}
    for name, feature in features.items():
        if _fans_out(feature):
            fans.setdefault(str(_value_column(feature)), {})[name] = feature
    ctes = [
        f"owned AS ({_owned(event_columns(features, traits), belief_columns(traits, sources, as_of_us), clock)})",
        "known AS (SELECT i.customer_id, MIN(CASE WHEN i.namespace = 'anonymous_id' THEN 1 ELSE 0 END) = 1 AS anonymous"
        " FROM identifiers AS i GROUP BY i.customer_id)",
        f"main AS ({_main(main, traits, sources, clock)})",
        *(f"fan{n} AS ({_fan(column, fanned, clock)})" for n, (column, fanned) in enumerate(fans.items())),
    ]
    joins = "".join(f" LEFT JOIN fan{n} ON fan{n}.customer_id = known.customer_id" for n in range(len(fans)))
    tables = dict.fromkeys(main, "main") | {name: f"fan{n}" for n, names in enumerate(fans.values()) for name in names}
    return (
        f"WITH {', '.join(ctes)} SELECT {', '.join(_shown(features, traits, tables))} FROM known"
        f" LEFT JOIN main ON main.customer_id = known.customer_id{joins}"
    )


class _Clock(msgspec.Struct, frozen=True):
    """The moment of a query, in the workspace's days."""

    days: LocalDays
    as_of_us: int

    def since(self, window: Window | None) -> str:
        return "" if window is None else f" AND o.time >= {moment_sql(window.opens_us(self.as_of_us, self.days))}"

    def days_since(self, moment: str) -> str:
        zone = self.days.zone.key
        local = moment if zone == "UTC" else f"({moment}) AT TIME ZONE 'UTC' AT TIME ZONE {literal(zone)}"
        today = day_date(self.days.of(self.as_of_us)).isoformat()
        return f"DATE_DIFF('DAY', CAST({local} AS DATE), CAST('{today}' AS DATE))"


def _value_column(feature: Feature) -> EventColumn | None:
    if not feature.of:
        return None
    return EventColumn(Path.parse(feature.of), "number" if MEASURES[feature.measure].reads == "number" else "text")


def _columns_of(feature: Feature) -> Iterable[EventColumn]:
    value = _value_column(feature)
    conditions = (EventColumn(Path.parse(path)) for path in feature.where)
    return (*conditions, value) if value else conditions


def _fans_out(feature: Feature) -> bool:
    """Whether each of several values counts by itself; first and last take one value an event."""
    return bool(feature.of) and Path.parse(feature.of).many and feature.measure not in ("first", "last")


def _owned(columns: Iterable[str], beliefs: Mapping[str, str], clock: _Clock) -> str:
    fixed = ("seq", "time", "type", "event", "source")
    picked = [f"e.{name_sql(column)}" for column in (*fixed, *columns)]
    picked += [f"{sql} AS {name}" for name, sql in beliefs.items()]
    return (
        f"SELECT i.customer_id, {', '.join(picked)} FROM events AS e JOIN identifiers AS i ON i.subject = e.subject"
        f" WHERE e.time <= {moment_sql(clock.as_of_us)}"
    )


def _main(features: Mapping[str, Feature], traits: Mapping[str, Trait], sources: Survivorship, clock: _Clock) -> str:
    columns = {
        "events_total": "COUNT(*)",
        "first_seen": "MIN(o.time)",
        "last_seen": "MAX(o.time)",
        "personalized": _newest(_PERSONALIZATION),
        "marketing": _newest(_MARKETING),
    }
    picked = [f"{sql} AS {name_sql('system.' + name)}" for name, sql in columns.items()]
    picked += [
        f"{surviving(name, trait, sources, clock.as_of_us)} AS {name_sql(name)}" for name, trait in traits.items()
    ]
    picked += [f"{_aggregate(feature, clock)} AS {name_sql(name)}" for name, feature in features.items()]
    return f"SELECT o.customer_id, {', '.join(picked)} FROM owned AS o GROUP BY o.customer_id"


def _fan(column: str, features: Mapping[str, Feature], clock: _Clock) -> str:
    """Features over the elements of one list column, one row an element."""
    kept = sorted({name_sql(path) for feature in features.values() for path in feature.where})
    events = sorted({matches("o", canonical_name(feature.event)) for feature in features.values()})
    inner = ", ".join(f"o.{each}" for each in ("customer_id", "time", "seq", "type", "event", *kept))
    picked = ", ".join(
        f"{_aggregate(feature, clock, 'o.element')} AS {name_sql(name)}" for name, feature in features.items()
    )
    return (
        f"SELECT o.customer_id, {picked} FROM (SELECT {inner}, UNNEST(o.{name_sql(column)}) AS element"
        f" FROM owned AS o WHERE {' OR '.join(f'({event})' for event in events)}) AS o GROUP BY o.customer_id"
    )


def _newest(column: EventColumn) -> str:
    value = f"o.{name_sql(str(column))}"
    return f"ARG_MAX({value}, {_WHEN}) FILTER (WHERE {value} IS NOT NULL)"


def _aggregate(feature: Feature, clock: _Clock, element: str = "") -> str:
    """One feature as an aggregate over its customer's events (or over the elements of a list in them)."""
    column = _value_column(feature)
    value = element or (f"o.{name_sql(str(column))}" if column else "")
    if column and column.path.many and not element:
        value = f"{value}[1]" if feature.measure == "first" else f"{value}[ARRAY_LENGTH({value})]"
    named = matches("o", canonical_name(feature.event), sorted(feature.where.items()))
    where = f"{named}{clock.since(Window.parse(feature.window))}"
    if value:
        where += f" AND {value} IS NOT NULL"
    return _AGGREGATES[feature.measure](value, where, clock)


_AGGREGATES: Final[dict[str, Callable[[str, str, _Clock], str]]] = {
    "count": lambda _value, where, _clock: f"COUNT(*) FILTER (WHERE {where})",
    "exists": lambda _value, where, _clock: f"COUNT(*) FILTER (WHERE {where}) > 0",
    "sum": lambda value, where, _clock: f"CAST(SUM({value}) FILTER (WHERE {where}) AS DOUBLE)",
    "mean": lambda value, where, _clock: (
        f"CAST(SUM({value}) FILTER (WHERE {where}) AS DOUBLE) / NULLIF(COUNT(*) FILTER (WHERE {where}), 0)"
    ),
    "min": lambda value, where, _clock: f"CAST(MIN({value}) FILTER (WHERE {where}) AS DOUBLE)",
    "max": lambda value, where, _clock: f"CAST(MAX({value}) FILTER (WHERE {where}) AS DOUBLE)",
    "distinct": lambda value, where, _clock: f"COUNT(DISTINCT {value}) FILTER (WHERE {where})",
    "first": lambda value, where, _clock: f"ARG_MIN({value}, {_WHEN}) FILTER (WHERE {where})",
    "last": lambda value, where, _clock: f"ARG_MAX({value}, {_WHEN}) FILTER (WHERE {where})",
    "days_since": lambda _value, where, clock: clock.days_since(f"MAX(o.time) FILTER (WHERE {where})"),
}


def _shown(features: Mapping[str, Feature], traits: Mapping[str, Trait], tables: Mapping[str, str]) -> list[str]:
    """The columns of the result, typed, with what stands where nothing was counted."""
    system = {name: f'main."system.{name}"' for name in ("first_seen", "last_seen")}
    system |= {
        "events_total": 'COALESCE(main."system.events_total", 0)',
        "anonymous": "known.anonymous",
        "personalized": 'COALESCE(main."system.personalized", TRUE)',
        "opted_out": 'NOT COALESCE(main."system.marketing", TRUE)',
    }
    return [
        "known.customer_id",
        *(f"{_typed(f'main.{name_sql(name)}', trait.type)} AS {name_sql(name)}" for name, trait in traits.items()),
        *(f"{_or_empty(tables[name], name, feature)} AS {name_sql(name)}" for name, feature in features.items()),
        *(f"{sql} AS {name_sql(name)}" for name, sql in system.items()),
    ]


def _or_empty(source: str, name: str, feature: Feature) -> str:
    empty = MEASURES[feature.measure].empty
    column = f"{source}.{name_sql(name)}"
    return column if empty is None else f"COALESCE({column}, {str(empty).upper()})"


def _typed(column: str, kind: ColumnType) -> str:
    if kind == "text":
        return column
    if kind == "timestamp":
        return f"CAST(TRY_CAST({column} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS TIMESTAMP)"
    return f"TRY_CAST({column} AS {_SQL_TYPES[kind]})"
