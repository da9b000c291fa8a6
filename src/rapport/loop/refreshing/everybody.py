# ruff: noqa: S608 - this file composes SQL from the names of its own tables and numbers.
"""Everybody differentiated, in the warehouse: a sample teaches every part, then all are scored, chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

import msgspec
import numpy as np
from threadpoolctl import threadpool_limits

from rapport.core.quoting import name_sql
from rapport.core.time import local_day
from rapport.differentiate import history_sql
from rapport.differentiate.features_sql import customer_query
from rapport.differentiate.frame import Array, Frame, Purchases, Recent, Tallies
from rapport.loop.refreshing.differentiate import as_array, fit, score
from rapport.loop.runtime import Runtime
from rapport.ports.warehouse import Progress
from rapport.rules import NumberExpression, Rule

MEASURED: Final = "measured"
PURCHASES: Final = "purchases"
TALLIES: Final = "tallies"
_RECENT: Final = "recent"
_SCORED: Final = "scored"
SAMPLE_MAX: Final = 200_000
"""Of so many customers a part learns at most: a posterior of 200,000 is not improved by a million."""
CHUNK: Final = 100_000

Timed = Callable[[str], AbstractContextManager[None]]


def differentiate(rt: Runtime, as_of_us: int, tell: Progress, timed: Timed) -> tuple[int, dict[str, Any]]:
    """Builds the customer table as of a moment (µs); returns how many customers it has, and what the parts learnt."""
    with timed("measure"):
        tell("measuring customers", 0.0)
        count = _measure(rt, as_of_us)
    with timed("histories"):
        tell("reading histories", 0.0)
        values = _histories(rt, count, as_of_us)
    customers = _Customers(rt, as_of_us, values)
    with timed("learn"):
        tell("learning how customers differ", 0.0)
        # Threads cost more than they bring on the small matrices that the parts fit.
        with threadpool_limits(1):
            learnt = fit(rt, customers.frame(0, count, max(1, -(-count // SAMPLE_MAX))))
    with timed("score"):
        types = {name: rt.columns[name] for name in rt.score_columns}
        rt.warehouse.save_arrays(_SCORED, _chunks(customers, learnt, count, tell), types)
        scored = ", ".join(f"s.{name_sql(name)}" for name in rt.score_columns)
        query = f"SELECT m.* EXCLUDE (place), {scored} FROM {MEASURED} AS m JOIN {_SCORED} AS s USING (customer_id)"
        rt.warehouse.build_customers(query, as_of_us, tell)
    return count, learnt


def _measure(rt: Runtime, as_of_us: int) -> int:
    query = customer_query(rt.workspace.features, rt.workspace.traits, rt.sources, rt.zone, as_of_us)
    placed = "CAST(ROW_NUMBER() OVER (ORDER BY customer_id) - 1 AS BIGINT) AS place"
    return rt.warehouse.save_table(MEASURED, f"SELECT *, {placed} FROM ({query}) ORDER BY customer_id")


def _histories(rt: Runtime, count: int, as_of_us: int) -> list[str]:
    """Stores everybody's histories as tables; returns the texts that readings found, by number."""
    ask, save = rt.warehouse.query, rt.warehouse.save_table
    currency, rates = rt.workspace.settings.currency, rt.rates
    save(PURCHASES, history_sql.purchases_query(MEASURED, rt.zone, as_of_us, currency, rates))
    if not rt.readings:
        return []
    # Chunk by chunk, because to sort everybody's readings at once takes more memory than the warehouse is given.
    parts = [
        history_sql.tallies_query(
            f"(SELECT place, customer_id FROM {MEASURED} WHERE place >= {first} AND place < {first + CHUNK})",
            rt.readings, rt.zone, as_of_us,
        )
        for first in range(0, max(1, count), CHUNK)
    ]  # fmt: skip
    rt.warehouse.save_parts(TALLIES, parts)
    if any(one.signal for one in rt.readings):
        save(_RECENT, history_sql.recent_query(MEASURED, rt.readings, as_of_us))
    return [row[0] for row in ask(f"SELECT DISTINCT value FROM {TALLIES} ORDER BY value")]


def _chunks(
    customers: _Customers, learnt: Mapping[str, Any], count: int, tell: Progress
) -> Iterator[Mapping[str, Array]]:
    rt = customers.rt
    for first in range(0, count, CHUNK):
        tell("scoring customers", first / count)
        frame = customers.frame(first, min(count, first + CHUNK))
        columns = score(rt, learnt, frame)
        yield {"customer_id": np.array(frame.customer_ids, dtype=object)} | {
            name: columns[name] if name in columns else np.full(frame.size, np.nan) for name in rt.score_columns
        }


class _Customers(msgspec.Struct, frozen=True):
    """The measured customers and their histories, as stored in the warehouse."""

    rt: Runtime
    as_of_us: int
    values: list[str]
    """The texts that readings found, by number."""

    def frame(self, first: int, last: int, step: int = 1) -> Frame:
        """Every ``step``-th customer of those placed from ``first`` to before ``last``."""
        chosen = _Chosen(self.rt, first, last, step)
        found = chosen.arrays(f"SELECT customer_id, personalized FROM {MEASURED} WHERE {chosen.where} ORDER BY place")
        return Frame(
            customer_ids=list(found["customer_id"]),
            as_of_us=self.as_of_us,
            day=local_day(self.as_of_us, self.rt.zone),
            personal=found["personalized"].astype(np.bool_),
            purchases=chosen.purchases(),
            tallies=chosen.tallies(self.values),
            recent=chosen.recent(),
            read=chosen.read,
            ask=chosen.ask,
            population=last - first if step > 1 else 0,
        )


class _Chosen(msgspec.Struct, frozen=True):
    """Some customers by their places, and what the tables say of them."""

    rt: Runtime
    first: int
    last: int
    step: int

    @property
    def where(self) -> str:
        """The condition that chooses them."""
        between = f"place >= {self.first} AND place < {self.last}"
        return between if self.step == 1 else f"{between} AND (place - {self.first}) % {self.step} = 0"

    @property
    def customer(self) -> str:
        """A row's place in the frame."""
        return f"CAST((place - {self.first}) // {self.step} AS INTEGER) AS customer"

    @property
    def size(self) -> int:
        """How many they are."""
        return -(-(self.last - self.first) // self.step)

    def _null(self, name: str) -> Array:
        return as_array([None] * self.size, self.rt.columns[name])

    def arrays(self, sql: str, *given: Any) -> dict[str, Array]:
        """A query's columns."""
        return self.rt.warehouse.arrays(sql, *given)

    def read(self, name: str) -> Array:
        """A column of the measured customers; one that no part computes here is NULL."""
        if name in self.rt.score_columns:
            return self._null(name)
        return self.arrays(f"SELECT {name_sql(name)} AS c FROM {MEASURED} WHERE {self.where} ORDER BY place")["c"]

    def ask(self, expressions: Sequence[Rule | NumberExpression], scores: dict[str, Array]) -> list[Array]:
        """Expressions over the measured columns and the scores so far."""
        if not expressions:
            return []
        picked = ", ".join(f"{_number(one)} AS e{number}" for number, one in enumerate(expressions))
        used = sorted({name for one in expressions for name in one.uses} & self.rt.score_columns.keys())
        if not used:
            found = self.arrays(f"SELECT {picked} FROM {MEASURED} WHERE {self.where} ORDER BY place")
        else:
            computed = {name: scores[name] if name in scores else self._null(name) for name in used}
            given = {"row": np.arange(self.size), **computed}
            types = {"row": "integer", **{name: self.rt.columns[name] for name in used}}
            row = f"(m.place - {self.first}) // {self.step}"
            joined = f"SELECT m.*, g.* EXCLUDE (row) FROM {MEASURED} AS m JOIN given AS g ON g.row = {row}"
            found = self.arrays(f"SELECT {picked} FROM ({joined}) WHERE {self.where} ORDER BY place", given, types)
        return [found[f"e{number}"] for number in range(len(expressions))]

    def purchases(self) -> Purchases:
        """Their purchases."""
        columns = 'CAST(day AS INTEGER) AS day, orders, revenue, refunds, "foreign"'
        return Purchases(
            **self.arrays(f"SELECT {self.customer}, {columns} FROM {PURCHASES} WHERE {self.where} ORDER BY place, day")
        )

    def tallies(self, values: Sequence[str]) -> Tallies:
        """Their readings."""
        if not self.rt.readings:
            none = np.zeros(0, dtype=np.int32)
            return Tallies(none, none, none, none, np.zeros(0, dtype=np.int64), values)
        columns = (
            "CAST(reading AS INTEGER) AS reading, CAST(code AS INTEGER) AS value, CAST(day AS INTEGER) AS day, count"
        )
        source = f"{TALLIES} JOIN given USING (value)"
        sql = f"SELECT {self.customer}, {columns} FROM {source} WHERE {self.where} ORDER BY place, reading, code, day"
        # The numbers of texts are not stored: a table of texts alone would hold what an erased customer once said.
        given = {"value": np.array(values, dtype=object), "code": np.arange(len(values))}
        return Tallies(**self.arrays(sql, given, {"code": "integer"}), values=values)

    def recent(self) -> Recent:
        """Their newest signals."""
        if not any(one.signal for one in self.rt.readings):
            none = np.zeros(0, dtype=np.int32)
            return Recent(none, none, np.zeros(0, dtype=np.int64))
        columns = "CAST(reading AS INTEGER) AS reading, time_us"
        sql = f"SELECT {self.customer}, {columns} FROM {_RECENT} WHERE {self.where} ORDER BY place, number"
        return Recent(**self.arrays(sql))


def _number(expression: Rule | NumberExpression) -> str:
    return f"CAST(({expression.sql('duckdb')}) AS DOUBLE)"
