"""One rule, two engines, one answer: the generated Python against DuckDB, value for value."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.rules import compile_all, parse, parse_number
from rapport.rules.letters import lower, upper

from .expressions import COLUMNS, WORDS, conditions, every_calculation, every_operator, random_rows, values

ROWS = random_rows(seed=20240229, count=400)
ARROW_TYPES = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    """A DuckDB that holds the rows as the warehouse does: timestamps in UTC, without a zone."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET timezone = 'UTC'")
    arrays = {name: pa.array([row[name] for row in ROWS], ARROW_TYPES[type_]) for name, type_ in COLUMNS.items()}
    connection.register("arrived", pa.table(arrays))
    connection.execute(
        "CREATE TABLE facts AS SELECT * REPLACE (seen::TIMESTAMP AS seen, bought::TIMESTAMP AS bought) FROM arrived"
    )
    return connection


def in_duckdb(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    return [value for (value,) in connection.execute(f"SELECT {sql} FROM facts ORDER BY rowid").fetchall()]


def all_in_duckdb(connection: duckdb.DuckDBPyConnection, expressions: list[str]) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT {', '.join(expressions)} FROM facts ORDER BY rowid").fetchall()


def test_every_operator_agrees(connection: duckdb.DuckDBPyConnection) -> None:
    rules = [parse(text, COLUMNS) for text in every_operator()]
    together = compile_all(rules)
    answers = all_in_duckdb(connection, [rule.sql() for rule in rules])
    wrong = {
        rule.text: (row, mine, theirs)
        for row, expected in zip(ROWS, answers, strict=True)
        for rule, mine, theirs in zip(rules, together(row), expected, strict=True)
        if mine is not theirs
    }
    assert wrong == {}


def test_every_calculation_agrees(connection: duckdb.DuckDBPyConnection) -> None:
    calculations = [parse_number(text, COLUMNS) for text in every_calculation()]
    answers = all_in_duckdb(connection, [calculation.sql() for calculation in calculations])
    for row, expected in zip(ROWS, answers, strict=True):
        assert [c.value(row) for c in calculations] == list(expected)


@SLOW
@given(condition=conditions(3))
def test_conditions_agree(connection: duckdb.DuckDBPyConnection, condition: str) -> None:
    rule = parse(condition, COLUMNS)
    assert [rule.holds(row) for row in ROWS] == in_duckdb(connection, rule.sql())


@SLOW
@given(calculation=values("number", 3))
def test_calculations_agree(connection: duckdb.DuckDBPyConnection, calculation: str) -> None:
    expression = parse_number(calculation, COLUMNS)
    assert [expression.value(row) for row in ROWS] == in_duckdb(connection, expression.sql())


@SLOW
@given(texts=st.lists(conditions(2), min_size=1, max_size=8))
def test_many_rules_as_one_function_say_what_each_says(texts: list[str]) -> None:
    rules = [parse(text, COLUMNS) for text in texts]
    together = compile_all(rules)
    for row in ROWS[:20]:
        assert together(row) == tuple(rule.holds(row) for rule in rules)


def test_every_character_changes_case_alike(connection: duckdb.DuckDBPyConnection) -> None:
    changed = connection.execute(
        "SELECT chr(i::INTEGER), lower(chr(i::INTEGER)), upper(chr(i::INTEGER)) "
        "FROM range(1, 1114112) t(i) WHERE i NOT BETWEEN 55296 AND 57343"
    ).fetchall()
    assert [c for c, small, capital in changed if (lower(c), upper(c)) != (small, capital)] == []


def test_text_is_ordered_by_code_point(connection: duckdb.DuckDBPyConnection) -> None:
    connection.register("words", pa.table({"word": WORDS}))
    ordered = connection.execute("SELECT word FROM words ORDER BY word").fetchall()
    assert [word for (word,) in ordered] == sorted(WORDS)
