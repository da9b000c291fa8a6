from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.sources.convert import as_boolean, as_integer, as_number, as_text, moment_us, printed
from rapport.workspace.definitions import SourceField

HOUR = 3_600_000_000


@pytest.fixture(scope="module")
def db():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def value(db: duckdb.DuckDBPyConnection, sql: str, cell: object) -> object:
    return db.execute(f"SELECT {sql} FROM (SELECT ? AS x)", [cell]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1,234.50", ".", 1234.5),
        ("1.234,50", ",", 1234.5),
        ("1 234,50 €", ",", 1234.5),
        ("1’234.50", ".", 1234.5),
        ("£12", ".", 12.0),
        ("12,50 EUR", ",", 12.5),
        ("¥1,299.00", ".", 1299.0),
        ("12.50-", ".", -12.5),
        ("-0,5", ",", -0.5),
        ("1e3", ".", 1000.0),
        ("1,5", ".", None),
        ("12.50", ",", None),
        ("1.23.4", ".", None),
        ("n/a", ".", None),
        ("nan", ".", None),
        ("", ".", None),
        (".", ".", None),
    ],
)
def test_numbers_are_read_by_their_marks_or_not_at_all(db, text, decimal, number):
    assert value(db, as_number("x", "VARCHAR", decimal), text) == number


@settings(max_examples=60, deadline=None)
@given(st.integers(-(10**9), 10**9), st.sampled_from([".", ","]))
def test_what_is_printed_with_a_mark_is_read_back(cents, decimal):
    thousands = "," if decimal == "." else "."
    text = f"{cents / 100:,.2f}".translate({ord(","): thousands, ord("."): decimal})
    with duckdb.connect() as db:
        assert value(db, as_number("x", "VARCHAR", decimal), text) == cents / 100


def test_a_whole_number_stored_as_a_float_is_an_identifier_without_a_point(db):
    assert db.execute(f"SELECT {as_text('x', 'DOUBLE')} FROM (SELECT 17850.0::DOUBLE AS x)").fetchall() == [("17850",)]


def test_six_point_zero_is_six_and_six_and_a_half_is_nothing(db):
    assert value(db, as_integer("x", "VARCHAR"), "6.0") == 6
    assert value(db, as_integer("x", "VARCHAR"), "6.5") is None


def test_yes_and_no_in_five_languages(db):
    words = ["yes", "JA", "oui", "sí", "是", "no", "Nein", "non", "否", "perhaps"]
    assert [value(db, as_boolean("x", "VARCHAR"), word) for word in words] == [True] * 5 + [False] * 4 + [None]


@pytest.mark.parametrize(
    ("text", "field", "hours"),
    [
        ("1970-01-01 12:00", SourceField(), 11),
        ("1970-01-01T12:00:00Z", SourceField(), 12),
        ("1970-01-01T12:00:00+02:00", SourceField(), 10),
        ("1970-01-01", SourceField(), -1),
        ("01.01.1970 5:00", SourceField(format="%d.%m.%Y %H:%M"), 4),
        ("01.01.1970", SourceField(format="%d.%m.%Y %H:%M|%d.%m.%Y"), -1),
        ("1970年1月1日", SourceField(format="%Y年%m月%d日"), -1),
        ("01/02/1970 12:00 AM", SourceField(format="%m/%d/%Y %I:%M %p"), 23),
        ("3600", SourceField(format="unix"), 1),
        ("3600000", SourceField(format="unix_ms"), 1),
        ("1970-01-01 12:00", SourceField(timezone="UTC"), 12),
    ],
)
def test_moments_without_a_zone_are_local(db, text, field, hours):
    assert value(db, moment_us("x", "VARCHAR", field, "Europe/Berlin"), text) == hours * HOUR


def test_summer_time_counts(db):
    assert value(db, moment_us("x", "VARCHAR", SourceField(), "Europe/London"), "1970-01-01 00:00") == -HOUR
    noon = value(db, moment_us("x", "VARCHAR", SourceField(), "Europe/London"), "2011-07-01 12:00")
    assert noon == 1_309_518_000_000_000


def test_dates_are_printed_as_iso_in_events(db):
    field = SourceField(type="date", format="%d/%m/%Y")
    assert value(db, printed("x", "VARCHAR", field, "Asia/Shanghai"), "24/12/2024") == "2024-12-24"
