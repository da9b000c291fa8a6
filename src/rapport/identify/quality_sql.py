# ruff: noqa: S608 - this file composes SQL; every name and text from a definition goes through name_sql and literal.
"""Data quality's questions to the warehouse, in the subset of SQL that sqlglot carries over to Spark.

``stated_query`` makes one row for each customer, source and trait: the newest value that the source stated, as text,
and when. The others read that table, called ``stated``. The table of measures over time is called ``quality``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from rapport.core.quoting import literal, moment_sql, name_sql

STATED: Final = "stated"
QUALITY: Final = "quality"
ALL: Final = ""
"""In place of a source: all of them."""
_EXAMPLES: Final = 5
_CANDIDATES_MAX: Final = 200_000
"""Rows of possible duplicates of one trait that are looked at."""


class Lasting(msgspec.Struct, frozen=True):
    """How long values count (µs; 0: for ever): of every source that is not named, and of those that are."""

    others: int
    by_source: dict[str, int] = {}

    def of(self, source: str) -> int:
        """How long a value of this source counts."""
        return self.by_source.get(source, self.others)


def stated_query(traits: Iterable[str], as_of_us: int) -> str:
    """``customer_id, source, trait, value, time``; events after the moment do not count."""
    names = list(traits)
    if not names:
        return (
            "SELECT CAST('' AS TEXT) AS customer_id, CAST('' AS TEXT) AS source, CAST('' AS TEXT) AS trait,"
            " CAST('' AS TEXT) AS value, CAST('1970-01-01' AS TIMESTAMP) AS time WHERE FALSE"
        )
    picked = ", ".join(_newest(name, place) for place, name in enumerate(names))
    wide = (
        f"SELECT i.customer_id, e.source, {picked} FROM events AS e JOIN identifiers AS i ON i.subject = e.subject"
        f" WHERE e.traits IS NOT NULL AND e.time <= {moment_sql(as_of_us)} GROUP BY i.customer_id, e.source"
    )
    rows = " UNION ALL ".join(
        f"SELECT customer_id, source, {literal(name)} AS trait, v{place} AS value, t{place} AS time"
        f" FROM wide WHERE t{place} IS NOT NULL"
        for place, name in enumerate(names)
    )
    return f"WITH wide AS ({wide}) {rows}"


def measures_query(lasting: Mapping[str, Lasting], as_of_us: int) -> str:
    """Trait and source (``ALL``: all together, by each customer's newest value): customers with a value, with one that
    still counts; quartiles, least and greatest of the ages in days; customers of whom several sources say something
    that counts, and those of them of whom the sources do not all say the same.
    """
    people = (
        "SELECT trait, customer_id, BOOL_OR(live) AS live, MIN(age) AS age, COUNT(*) FILTER (WHERE live) AS heard,"
        " MIN(spelled) FILTER (WHERE live) AS least, MAX(spelled) FILTER (WHERE live) AS most"
        " FROM judged GROUP BY trait, customer_id"
    )
    together = (
        f"SELECT trait, {literal(ALL)} AS source, {_MEASURES.format('people')}, COUNT(*) FILTER (WHERE heard > 1),"
        " COUNT(*) FILTER (WHERE least <> most) FROM people GROUP BY trait"
    )
    apart = (
        f"SELECT judged.trait, judged.source, {_MEASURES.format('judged')},"
        " COUNT(*) FILTER (WHERE judged.live AND people.heard > 1),"
        " COUNT(*) FILTER (WHERE judged.live AND people.least <> people.most) FROM judged"
        " JOIN people ON people.trait = judged.trait AND people.customer_id = judged.customer_id"
        " GROUP BY judged.trait, judged.source"
    )
    return (
        f"WITH judged AS ({_judged(lasting, as_of_us)}), people AS ({people})"
        f" {together} UNION ALL {apart} ORDER BY trait, source"
    )


def conflict_examples_query(trait: str, lasting: Lasting, as_of_us: int) -> str:
    """Some customers whose sources disagree on a trait."""
    return (
        f"SELECT customer_id FROM ({_judged({trait: lasting}, as_of_us)}) AS judged WHERE live"
        f" GROUP BY customer_id HAVING MIN(spelled) <> MAX(spelled) ORDER BY customer_id LIMIT {_EXAMPLES}"
    )


def sample_query(trait: str, source: str, below: str) -> str:
    """Values that one source stated of one trait, of the customers whose id sorts before ``below``; empty: of all.

    An id is a hash, so that a range of ids is a sample drawn by chance.
    """
    where = f"trait = {literal(trait)} AND source = {literal(source)}"
    return f"SELECT value FROM {STATED} WHERE {where}" + (f" AND customer_id < {literal(below)}" if below else "")


def candidates_query(trait: str, technique: str) -> str:
    """``value, customer_id, source`` where the value's rough spelling belongs to several customers.

    The rough spelling joins whatever the identifier's own would (letters in one case, a telephone's last seven
    digits); international domains and digits of other scripts are told apart by it and so escape.
    """
    rough = _ROUGH.get(technique, _ROUGH["lower"])
    spelled = f"SELECT value, customer_id, source, {rough} AS rough FROM {STATED} WHERE trait = {literal(trait)}"
    shared = "SELECT rough FROM spelled WHERE rough <> '' GROUP BY rough HAVING COUNT(DISTINCT customer_id) > 1"
    return (
        f"WITH spelled AS ({spelled}), shared AS ({shared}) SELECT spelled.value, spelled.customer_id, spelled.source"
        " FROM spelled JOIN shared ON shared.rough = spelled.rough"
        f" ORDER BY spelled.rough, spelled.customer_id LIMIT {_CANDIDATES_MAX}"
    )


def sources_of_query(subjects: Sequence[str]) -> str:
    """``subject, source``: which sources the customers of these identifiers come from."""
    listed = ", ".join(map(literal, subjects))
    return (
        "SELECT DISTINCT named.subject, e.source FROM identifiers AS named"
        " JOIN identifiers AS own ON own.customer_id = named.customer_id JOIN events AS e ON e.subject = own.subject"
        f" WHERE named.subject IN ({listed})"
    )


def coverage_query(columns: Sequence[str]) -> str:
    """One row over the customer table: how many rows, and for each column how many are not NULL."""
    counts = "".join(f", COUNT({name_sql(column)})" for column in columns)
    return f"SELECT COUNT(*){counts} FROM customers"


def history_query(columns: Sequence[str], rows: Sequence[Sequence[Any]], day: str, oldest: str, exists: bool) -> str:
    """The table of measures with today's rows in place of those of the same day, without those before ``oldest``.

    Its columns begin with ``day, trait, source``; the others are counts.
    """
    names = ", ".join(map(name_sql, columns))
    values = ", ".join(f"({', '.join(map(_value, row))})" for row in rows)
    typed = ", ".join(f"CAST({name_sql(name)} AS {_column_type(name)}) AS {name_sql(name)}" for name in columns)
    today = f"SELECT {typed} FROM (VALUES {values}) AS today ({names})"
    if not rows:
        today = f"SELECT {', '.join(f'CAST(NULL AS {_column_type(n)}) AS {name_sql(n)}' for n in columns)} WHERE FALSE"
    if not exists:
        return today
    kept = f"SELECT {names} FROM {QUALITY} WHERE day <> {literal(day)} AND day >= {literal(oldest)}"
    return f"{kept} UNION ALL {today}"


_MEASURES: Final = (
    "COUNT(*), COUNT(*) FILTER (WHERE {0}.live), QUANTILE_DISC({0}.age, 0.25), QUANTILE_DISC({0}.age, 0.5),"
    " QUANTILE_DISC({0}.age, 0.75), MIN({0}.age), MAX({0}.age)"
)
_ROUGH: Final = {
    "lower": "LOWER(TRIM(value))",
    "digits": "REGEXP_REPLACE(value, '[^0-9]', '', 'g')",
    "phone": "RIGHT(REGEXP_REPLACE(value, '[^0-9]', '', 'g'), 7)",
}


def _judged(lasting: Mapping[str, Lasting], as_of_us: int) -> str:
    """The rows of ``stated`` for these traits: whether each still counts, its age in whole days, its spelling."""
    if not lasting:
        return f"SELECT trait, source, customer_id, TRUE AS live, 0 AS age, value AS spelled FROM {STATED} WHERE FALSE"
    listed = ", ".join(map(literal, lasting))
    age = f"DATE_DIFF('DAY', time, {moment_sql(as_of_us)})"
    return (
        f"SELECT trait, source, customer_id, {_live(lasting, as_of_us)} AS live, {age} AS age,"
        f" LOWER(TRIM(value)) AS spelled FROM {STATED} WHERE trait IN ({listed})"
    )


def _live(lasting: Mapping[str, Lasting], as_of_us: int) -> str:
    cases = "".join(
        f" WHEN trait = {literal(trait)}{_of_source(source)} THEN {_counts(lasts, as_of_us)}"
        for trait, held in lasting.items()
        for source, lasts in (*held.by_source.items(), (ALL, held.others))
        if lasts or source
    )
    return f"CASE{cases} ELSE TRUE END" if cases else "TRUE"


def _of_source(source: str) -> str:
    return f" AND source = {literal(source)}" if source else ""


def _counts(lasts_us: int, as_of_us: int) -> str:
    return f"time > {moment_sql(max(as_of_us - lasts_us, 0))}" if lasts_us else "TRUE"


def _newest(trait: str, place: int) -> str:
    """The value stated last, and when: the moment is the greatest one by itself, so that no pair need be kept."""
    value = f"e.{name_sql('traits.' + trait)}"
    stated = f"FILTER (WHERE {value} IS NOT NULL)"
    return f"ARG_MAX({value}, {{'time': e.time, 'seq': e.seq}}) {stated} AS v{place}, MAX(e.time) {stated} AS t{place}"


def _column_type(column: str) -> str:
    return "TEXT" if column in ("day", "trait", "source") else "BIGINT"


def _value(value: Any) -> str:
    if value is None:
        return "NULL"
    return literal(value) if isinstance(value, str) else str(int(value))
