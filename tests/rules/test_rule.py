"""What the rule language says, refuses and advises."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from rapport.core.errors import InvalidRule
from rapport.rules import check_syntax, compile_all, parse, parse_number

COLUMNS = {
    "orders_90d": "integer",
    "amount": "number",
    "value_tier": "text",
    "opted_out": "boolean",
    "birthday": "date",
    "last_seen": "timestamp",
    "城市": "text",
}
ROW = {
    "orders_90d": 3,
    "amount": 12.5,
    "value_tier": "gold",
    "opted_out": False,
    "birthday": date(1990, 5, 17),
    "last_seen": datetime(2024, 1, 31, 18, 30, tzinfo=UTC),
    "城市": "上海",
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("orders_90d >= 2 AND value_tier = 'gold' AND NOT opted_out", True),
        ("orders_90d > 3 OR amount < 10", False),
        ("城市 IN ('上海', '北京')", True),
        ("\"城市\" LIKE '上_'", True),
        ("birthday < DATE '2000-01-01'", True),
        ("last_seen >= TIMESTAMP '2024-01-31 19:30:00+01:00'", True),
        ("last_seen > birthday", True),
        ("amount BETWEEN 12 AND 13", True),
        ("amount / orders_90d > 4", True),
        ("amount / 0 IS NULL", True),
        ("CASE value_tier WHEN 'gold' THEN 3 ELSE 1 END = 3", True),
        ("UPPER(value_tier) = 'GOLD' AND LENGTH(城市) = 2", True),
        ("value_tier NOT ILIKE 'G%'", False),
        ("value_tier IS NOT NULL -- whatever it is", True),
        ("TRUE", True),
        ("NULL", None),
    ],
)
def test_a_rule_reads_a_row(text: str, answer: bool | None) -> None:
    assert parse(text, COLUMNS).holds(ROW) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("amount > 1", None),
        ("amount > 1 AND opted_out", None),
        ("amount > 1 AND FALSE", False),
        ("amount > 1 OR TRUE", True),
        ("NOT amount > 1", None),
        ("amount IN (1, 2)", None),
        ("3 BETWEEN 4 AND amount", False),
        ("3 BETWEEN 2 AND amount", None),
        ("(amount > 1) IS NULL", True),
        ("(amount > 1) IS NOT TRUE", True),
        ("COALESCE(amount, 5) > 1", True),
        ("CASE WHEN amount > 1 THEN 'a' END = 'a'", None),
    ],
)
def test_an_absent_column_is_null(text: str, answer: bool | None) -> None:
    assert parse(text, COLUMNS).holds({}) is answer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("orders_90d * amount", 37.5),
        ("-7 % 3", -1.0),
        ("7 % -3", 1.0),
        ("7 / 2", 3.5),
        ("7 / 0", None),
        ("7 % 0", None),
        ("ROUND(2.5) + ABS(-1)", 4.0),
        ("1e308 * 10 - 1e308 * 10", None),
        ("orders_90d", 3.0),
    ],
)
def test_a_calculation_reads_a_row(text: str, value: float | None) -> None:
    computed = parse_number(text, COLUMNS).value(ROW)
    assert computed == value
    assert computed is None or isinstance(computed, float)


def refusal(text: str) -> InvalidRule:
    with pytest.raises(InvalidRule) as caught:
        parse(text, COLUMNS, where="actions/tea.yaml:3")
    return caught.value


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("order_90d > 2", "unknown column 'order_90d', at character 1", "did you mean 'orders_90d'?"),
        ("amount > '3'", "a text, which does not go with the column 'amount' (number)", "without quotation marks"),
        ("value_tier = \"gold\"", "unknown column 'gold', at character 14", "text goes in single quotes: 'gold'"),
        ("birthday > '2000-01-01'", "does not go with the column 'birthday' (date)", "DATE '2024-01-31'"),
        ("birthday = DATE '2024-02-30'", "'2024-02-30' is not a date", "DATE '2024-01-31'"),
        ("value_tier = NULL", "nothing can be compared with NULL", "IS NULL"),
        ("opted_out = 1", "does not go with the column 'opted_out' (boolean)", "a condition by itself"),
        ("opted_out > FALSE", "booleans have no order", "= or <>"),
        ("orders_90d", "a condition is needed here, but this is the column 'orders_90d' (integer)", "compare it"),
        ("value_tier + 1 > 2", "number is needed here, but this is the column 'value_tier' (text)", ""),
        ("LOWR(value_tier) = 'a'", "unknown function LOWR", "did you mean 'LOWER'?"),
        ("SUM(amount) > 3", "SUM is not part of the rule language", "declare a feature"),
        ("CURRENT_DATE > birthday", "CURRENT_DATE is not part of the rule language", "time is a column"),
        ("amount::INTEGER = 3", "a conversion is not part of the rule language", "have a type already"),
        ("EXISTS (SELECT 1)", "EXISTS is not part of the rule language", "declare a feature"),
        ("value_tier IN (SELECT 'a')", "IN with QUERY is not part of the rule language", ""),
        ("value_tier IN (城市)", "a list holds constants only", "join with OR"),
        ("value_tier IN ()", "a list of constants is missing", "IN ('gold'"),
        ("value_tier LIKE 城市", "a pattern is a constant text", "CONTAINS"),
        ("value_tier LIKE 'a!' ESCAPE '!'", "the pattern ends with its escape character", "double it"),
        ("value_tier LIKE 'a' ESCAPE 'a'", "ESCAPE takes one punctuation mark", "ESCAPE '!'"),
        ("amount BETWEEN SYMMETRIC 1 AND 2", "BETWEEN with SYMMETRIC", ""),
        ("customers.amount > 1", "COLUMN with TABLE", ""),
        ("amount > 1e999", "this number is too large", ""),
        ("ROUND(amount, orders_90d) = 1", "ROUND takes 0 to 9 decimals", ""),
        ("opted_out value_tier", "one expression after another is not part of the rule language", "AND or OR"),
        ("value_tier 'gold'", "'gold' is not expected here, at character 12", ""),
        ("amount >", "something is missing beside >, at character 8", ""),
        ("amount > 1 value_tier = 'a'", "= is not expected here, at character 23", ""),
        ("value_tier = 'gold", "a quotation mark or comment is not closed", "single quotes"),
        ("", "the rule is empty", "TRUE"),
        ("1; DROP TABLE x", "more than one expression, at character 2", "without ';'"),
        ("amount > 1; amount > 2", "more than one expression", ""),
        ("value_tier = 'a\0b'", "a character that no text may hold, at character 16", ""),
        ("(" * 4_000 + "TRUE" + ")" * 4_000, "nested too deeply", "several rules"),
        ("NOT " * 55 + "opted_out", "nested more than 50 deep", ""),
        ("1 / (1 / " * 9 + "amount" + ")" * 9 + " > 1", "calculations nested more than 8 deep", ""),
        (" OR ".join(["opted_out"] * 1_000), "longer than 10000 characters", ""),
    ],
)  # fmt: skip
def test_what_is_refused_and_what_to_do(text: str, message: str, hint: str) -> None:
    error = refusal(text)
    assert message in error.message
    assert hint in error.hint
    assert error.where == "actions/tea.yaml:3"


def test_a_refusal_shows_the_place() -> None:
    assert str(refusal("城市 = '上海'\n  AND order_90d > 2")).splitlines() == [
        "unknown column 'order_90d', at character 17 (actions/tea.yaml:3): did you mean 'orders_90d'?",
        "      AND order_90d > 2",
        "          ^^^^^^^^^",
    ]
    assert str(refusal("城市 = 上海")).splitlines()[1:] == ["    城市 = 上海", "           ^^^^"]


def test_long_rules_need_no_deep_stack() -> None:
    rule = parse(" OR ".join(f"orders_90d = {number}" for number in range(400)), COLUMNS)
    assert rule.holds({"orders_90d": 399}) is True
    assert parse(f"value_tier IN ({', '.join(repr(str(n)) for n in range(900))})", COLUMNS).holds(ROW) is False


def test_sql_for_both_dialects() -> None:
    rule = parse("birthday >= DATE '1990-01-01' AND value_tier LIKE 'a%' OR NOT STARTS_WITH(城市, 'it''s')", COLUMNS)
    assert rule.sql() == (
        "(\"birthday\" >= CAST('1990-01-01' AS DATE) AND \"value_tier\" LIKE 'a%') "
        "OR NOT STARTS_WITH(\"城市\", 'it''s')"
    )
    assert rule.sql("spark") == (
        "(`birthday` >= CAST('1990-01-01' AS DATE) AND `value_tier` LIKE 'a%') OR NOT STARTSWITH(`城市`, 'it\\'s')"
    )
    assert parse_number("amount / orders_90d", COLUMNS).sql() == (
        'NULLIF("amount" / NULLIF(CAST("orders_90d" AS DOUBLE), 0.0e0), CAST(\'NaN\' AS DOUBLE))'
    )


def test_a_rule_knows_what_it_uses() -> None:
    assert parse("amount > 1 AND 城市 IS NULL", COLUMNS).uses == {"amount", "城市"}
    assert parse_number("amount * 2", COLUMNS).uses == {"amount"}


def test_many_rules_are_one_function() -> None:
    together = compile_all([parse(text, COLUMNS) for text in ("amount > 1", "amount > 20", "amount > 1 AND opted_out")])
    assert together(ROW) == (True, False, False)
    assert together({}) == (None, None, None)
    assert compile_all([])(ROW) == ()
    assert compile_all([parse("opted_out", COLUMNS)])(ROW) == (False,)


def test_syntax_can_be_checked_without_columns() -> None:
    check_syntax("Quantity * UnitPrice")
    with pytest.raises(InvalidRule, match="something is missing"):
        check_syntax("Quantity *", where="sources/orders.yaml:7")


def test_a_column_name_cannot_smuggle_code() -> None:
    hostile: dict[str, Any] = {'x"); import os; ("': "integer", "a'b\\": "integer"}
    rule = parse('"x""); import os; (""" = 1 AND "a\'b\\" = 2', hostile)
    assert rule.holds({'x"); import os; ("': 1, "a'b\\": 2}) is True
    assert rule.sql() == '"x""); import os; (""" = 1 AND "a\'b\\" = 2'
