# ruff: noqa: S608 - this file composes SQL; every name and text from a definition goes through name_sql and literal.
"""Histories of all customers, as SQL: the offline twin of ``history``, value for value.

Read from the views ``events`` and ``identifiers`` (``features_sql``), and from a table of customers with their
``place``; the text is DuckDB's, within the subset that sqlglot carries over to Spark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from rapport.core import event_sql
from rapport.core.columns import ColumnType
from rapport.core.ecommerce import ORDER_COMPLETED
from rapport.core.money import SCALE
from rapport.core.path import FIELDS, EventColumn, Path
from rapport.core.quoting import literal, moment_sql, name_sql
from rapport.core.time import DAY_US, local_day
from rapport.differentiate.history import DAYPARTS, MONTHS, RATE_SCALE, RECENT_DAYS, RECENT_MAX, REFUNDS, WEEKDAYS
from rapport.differentiate.interests import ITEM_MAX, KEPT_MAX
from rapport.differentiate.readings import MOMENTS, SEPARATOR, Tallied, band

_REVENUE: Final = EventColumn(Path.parse("properties.revenue"), "number")
_TOTAL: Final = EventColumn(Path.parse("properties.total"), "number")
_CURRENCY: Final = EventColumn(Path.parse("properties.currency"))
_AMOUNT: Final = f"COALESCE({{0}}.{name_sql(str(_REVENUE))}, {{0}}.{name_sql(str(_TOTAL))})"


def history_columns(readings: Sequence[Tallied]) -> tuple[str, ...]:
    """Names of the event columns that the queries read beside the fixed ones (``core.path.EventColumn``)."""
    columns = {_REVENUE, _TOTAL, _CURRENCY}
    for one in readings:
        columns.update(_columns_of(one))
    return tuple(sorted(str(column) for column in columns if column.path.steps))


def purchases_query(customers: str, zone: ZoneInfo, as_of_us: int, currency: str, rates: Mapping[str, float]) -> str:
    """``place, customer_id, day, orders, revenue, refunds, foreign``: one row a customer and day, in that order."""
    names = ", ".join(literal(name) for name in (ORDER_COMPLETED, *REFUNDS))
    known = {"": 1.0, currency: 1.0, **rates}
    cases = " ".join(
        f"WHEN {literal(name)} THEN {_converted(rate)}" for name, rate in known.items() if name not in ("", currency)
    )
    spoken = f"COALESCE(e.{name_sql(str(_CURRENCY))}, '')"
    amount = f"CASE WHEN {spoken} IN ({literal('')}, {literal(currency)}) THEN {_AMOUNT.format('e')}"
    units = f"CAST(COALESCE({_case(spoken, amount, cases)}, 0) * {SCALE} AS BIGINT)"
    strange = f"CASE WHEN {spoken} IN ({', '.join(map(literal, known))}) THEN 0 ELSE 1 END"
    is_order = f"e.event = {literal(ORDER_COMPLETED)}"
    rows = (
        f"SELECT c.place, c.customer_id, {_day('e.time', zone)} AS local_day, {is_order} AS is_order,"
        f" {units} AS units, {strange} AS strange FROM {_owned(customers, as_of_us)} AND e.event IN ({names})"
    )
    return (
        "SELECT place, customer_id, local_day AS day,"
        " CAST(SUM(CASE WHEN is_order THEN 1 ELSE 0 END) AS BIGINT) AS orders,"
        " CAST(SUM(CASE WHEN is_order THEN units ELSE 0 END) AS BIGINT) AS revenue,"
        " CAST(SUM(CASE WHEN is_order THEN 0 ELSE ABS(units) END) AS BIGINT) AS refunds,"
        ' CAST(SUM(strange) AS BIGINT) AS "foreign"'
        f" FROM ({rows}) GROUP BY place, customer_id, local_day ORDER BY place, local_day"
    )


def tallies_query(customers: str, readings: Sequence[Tallied], zone: ZoneInfo, as_of_us: int) -> str:
    """``place, customer_id, reading, value, day, count``: ascending by place, reading, value and day."""
    parts = " UNION ALL ".join(_tally(place, one, zone, as_of_us) for place, one in enumerate(readings))
    return (
        f"WITH owned AS MATERIALIZED ({_events(customers, readings, zone, as_of_us)})"
        f" SELECT place, customer_id, reading, value, day, COUNT(*) AS count FROM ({parts})"
        " GROUP BY place, customer_id, reading, value, day ORDER BY place, reading, value, day"
    )


def recent_query(customers: str, readings: Sequence[Tallied], as_of_us: int) -> str:
    """``place, customer_id, reading, time_us, number``: the newest signals of each customer, ascending by number."""
    signals = [(number, one) for number, one in enumerate(readings) if one.signal]
    picked = sorted({name_sql(path) for _, one in signals for path, _wanted in one.where if path not in FIELDS})
    after = moment_sql(max(0, as_of_us - RECENT_DAYS * DAY_US))
    columns = ["c.place", "c.customer_id", *(f"e.{one}" for one in ("time", "seq", *FIELDS, *picked))]
    fresh = f"SELECT {', '.join(columns)} FROM {_owned(customers, as_of_us)} AND e.time > {after}"
    parts = " UNION ALL ".join(
        f"SELECT e.place, e.customer_id, {number} AS reading, {literal(one.name)} AS name, e.time, e.seq"
        f" FROM fresh AS e WHERE {matches(one)}"
        for number, one in signals
    )
    return (
        f"WITH fresh AS MATERIALIZED ({fresh}) SELECT place, customer_id, reading, EPOCH_US(time) AS time_us,"
        f" ROW_NUMBER() OVER (PARTITION BY place ORDER BY time, seq, name) AS number FROM ({parts})"
        f" QUALIFY ROW_NUMBER() OVER (PARTITION BY place ORDER BY time DESC, seq DESC, name DESC) <= {RECENT_MAX}"
        " ORDER BY place, number"
    )


def interests_query(customers: str, interests: Sequence[Tallied], zone: ZoneInfo, as_of_us: int) -> str:
    """``place, customer_id, item, day, interest, count``: each customer's newest, ascending by place, item, day."""
    parts = " UNION ALL ".join(
        f"SELECT e.place, e.customer_id, e.day, {number} AS interest, UNNEST({_values(one, zone)}) AS item"
        f" FROM owned AS e WHERE {matches(one)}"
        for number, one in enumerate(interests)
    )
    counted = (
        f"SELECT place, customer_id, item, day, interest, COUNT(*) AS count FROM ({parts})"
        f" WHERE LENGTH(item) BETWEEN 1 AND {ITEM_MAX} GROUP BY place, customer_id, item, day, interest"
    )
    return (
        f"WITH owned AS MATERIALIZED ({_events(customers, interests, zone, as_of_us)})"
        f" SELECT place, customer_id, item, day, interest, count FROM ({counted}) QUALIFY ROW_NUMBER()"
        f" OVER (PARTITION BY place ORDER BY day DESC, item DESC, interest DESC) <= {KEPT_MAX}"
        " ORDER BY place, item, day, interest"
    )


def _owned(customers: str, as_of_us: int) -> str:
    return (
        f"events AS e JOIN identifiers AS i ON i.subject = e.subject JOIN {customers} AS c"
        f" ON c.customer_id = i.customer_id WHERE e.time <= {moment_sql(as_of_us)}"
    )


def _events(customers: str, readings: Sequence[Tallied], zone: ZoneInfo, as_of_us: int) -> str:
    """The events of interest with their customer, local day, and the values that readings look at."""
    columns = sorted({name_sql(str(column)) for one in readings for column in _columns_of(one)})
    today = local_day(as_of_us, zone)
    opens = today - max((one.horizon_days for one in readings), default=0)
    # One day more than the longest horizon, whatever the zone; each reading looks at its own days below.
    after = moment_sql(max(0, (opens - 1) * DAY_US))
    picked = ", ".join(["c.place", "c.customer_id", *(f"e.{one}" for one in ("time", *FIELDS, *columns))])
    events = " OR ".join(sorted({event_sql.matches("e", one.event) for one in readings}))
    return (
        f"SELECT {picked}, {_day('e.time', zone)} AS day FROM {_owned(customers, as_of_us)}"
        f" AND e.time >= {after} AND ({events or 'FALSE'})"
    )


def _tally(place: int, one: Tallied, zone: ZoneInfo, as_of_us: int) -> str:
    today = local_day(as_of_us, zone)
    inner = (
        f"SELECT e.place, e.customer_id, e.day, {_occasion(one)} AS occasion, UNNEST({_values(one, zone)}) AS v"
        f" FROM owned AS e WHERE {matches(one)} AND e.day > {today - one.horizon_days}"
    )
    value = _banded(one.bands, "v") if one.bands else "v"
    told = f"occasion || {_text(SEPARATOR)} || {value}" if one.occasion else value
    return f"SELECT place, customer_id, {place} AS reading, {told} AS value, day FROM ({inner}) WHERE v IS NOT NULL"


def _values(one: Tallied, zone: ZoneInfo) -> str:
    """A list of the values of one event."""
    if not one.of:
        return "['']"
    if one.of[0] in MOMENTS:
        return f"[{_moment(one.of[0], zone)}]"
    lists = [listed(column) for column in _read_columns(one)]
    found = lists[0] if len(lists) == 1 else f"LIST_CONCAT({', '.join(lists)})"
    return f"CASE WHEN LEN({found}) = 0 THEN [''] ELSE LIST_DISTINCT({found}) END" if one.signal else found


def listed(column: EventColumn) -> str:
    """The values of a column of one event as a list, empty where there is none."""
    name = f"e.{name_sql(str(column))}"
    kind = "DECIMAL(18, 4)" if column.kind == "number" else "TEXT"
    nothing = f"CAST([] AS {kind}[])"
    return (
        f"COALESCE({name}, {nothing})"
        if column.path.many
        else f"CASE WHEN {name} IS NULL THEN {nothing} ELSE [{name}] END"
    )


def _moment(which: str, zone: ZoneInfo) -> str:
    local = _local("e.time", zone)
    if which == "@weekday":
        return _named(f"ISODOW({local})", enumerate(WEEKDAYS, start=1))
    if which == "@month":
        return _named(f"MONTH({local})", enumerate(MONTHS, start=1))
    whens = " ".join(f"WHEN HOUR({local}) < {hour} THEN {literal(name)}" for hour, name in DAYPARTS)
    return f"CASE {whens} END"


def _named(number: str, names: Iterable[tuple[int, str]]) -> str:
    return f"CASE {number} {' '.join(f'WHEN {one} THEN {literal(name)}' for one, name in names)} END"


def _banded(bands: Sequence[float], value: str) -> str:
    whens = " ".join(
        f"WHEN {value} < CAST('{bound!r}' AS DECIMAL(18, 4)) THEN {literal(band(bands, place))}"
        for place, bound in enumerate(bands)
    )
    return f"CASE {whens} ELSE {literal(band(bands, len(bands)))} END"


def _occasion(one: Tallied) -> str:
    if not one.occasion:
        return "''"
    path = Path.parse(one.occasion)
    name = f"e.{name_sql(one.occasion)}"
    return f"COALESCE({name}[1], '')" if path.many else f"COALESCE({name}, '')"


def matches(one: Tallied) -> str:
    """The condition on an event ``e`` that a reading looks at it."""
    return event_sql.matches("e", one.event, one.where)


def _read_columns(one: Tallied) -> list[EventColumn]:
    kind: ColumnType = "number" if one.bands else "text"
    return [
        EventColumn(Path.parse(path), "number" if kind == "number" else "text")
        for path in one.of
        if path not in MOMENTS
    ]


def _columns_of(one: Tallied) -> list[EventColumn]:
    """The event columns that a reading looks at, those that every event has left out."""
    texts = [*(path for path, _ in one.where), *([one.occasion] if one.occasion else [])]
    columns = [*_read_columns(one), *(EventColumn(Path.parse(path)) for path in texts)]
    return [column for column in columns if column.path.steps]


def _case(spoken: str, home: str, cases: str) -> str:
    return f"{home} {cases.replace('WHEN ', f'WHEN {spoken} = ')} END"


def _converted(rate: float) -> str:
    exact = f"CAST('{round(rate * RATE_SCALE) / RATE_SCALE:.9f}' AS DECIMAL(15, 9))"
    return f"CAST(ROUND({_AMOUNT.format('e')} * {exact}, 4) AS DECIMAL(18, 4))"


def _local(moment: str, zone: ZoneInfo) -> str:
    return moment if zone.key == "UTC" else f"({moment}) AT TIME ZONE 'UTC' AT TIME ZONE {literal(zone.key)}"


def _day(moment: str, zone: ZoneInfo) -> str:
    """The local day's number, 0 = 1970-01-01."""
    return f"DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), CAST({_local(moment, zone)} AS DATE))"


def _text(text: str) -> str:
    return "".join(["CHR(", str(ord(text)), ")"])
