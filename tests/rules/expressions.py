"""Random rules, as text, and random rows, for the tests that compare the two engines."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

COLUMNS = {
    "yes": "boolean",
    "no": "boolean",
    "count": "integer",
    "big": "integer",
    "price": "number",
    "share": "number",
    "name": "text",
    "城市": "text",
    "born": "date",
    "joined": "date",
    "seen": "timestamp",
    "bought": "timestamp",
}
WORDS = [
    *("", " ", "a", "A", "ab", "Ab", "aab", "a%b", "a_b", "100%", "!", "it's", '"', "a\nb", "a\\b", "\\", "\t"),
    *("ß", "ẞ", "SS", "Straße", "STRASSE", "İ", "I", "i", "ı", "ΑΣ", "ας", "ασ", "ᾳ", "ᾼ", "ǅ", "ǆ", "ﬁ", "K", "k"),
    *("上海", "上", "北京市", "한국어", "नमस्ते", "مرحبا", "שלום", "e\u0301", "é", "É", "E\u0301", "\u200d"),
    *("😀", "👨‍👩‍👧", "👩", "\ufffd", "\uffff", "\U00010000", "\U0010ffff", "\u0130\u0307", "\ue000"),
]
WHOLES = [-3, -2, -1, 0, 1, 2, 3, 7, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63 - 2, -(2**63)]
FRACTIONS = [
    *(
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.5,
        2.5,
        -2.5,
        0.1,
        0.2,
        0.3,
        2.675,
        1.005,
        0.49999999999999994,
        1 / 3,
        -3.0,
        1.0,
        2.0,
        7.0,
    ),
    *(5e-324, 1e-320, 1e15, 4503599627370497.5, 1e16, 2.0**53, 2.0**53 + 2, 9.223372036854775807e18, 1e308, -1e308),
]
NOT_FINITE = [float("inf"), float("-inf"), float("nan")]
DAYS = [date(1, 1, 1), date(1600, 2, 29), date(1969, 12, 31), date(1970, 1, 1), date(2024, 2, 29), date(9999, 12, 31)]
MOMENTS = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in DAYS] + [
    datetime(2024, 2, 29, 0, 0, 0, 1, UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
]


def random_rows(seed: int, count: int) -> list[dict[str, Any]]:
    """Rows of awkward and of random values; a fifth is NULL."""
    chance = random.Random(seed)
    pools = {
        "boolean": lambda: chance.random() < 0.5,
        "integer": lambda: chance.choice([*WHOLES, chance.randrange(-(2**63), 2**63)]),
        "number": lambda: chance.choice([*FRACTIONS, *NOT_FINITE, chance.uniform(-10, 10), chance.gauss(0, 1e6)]),
        "text": lambda: chance.choice([*WORDS, chance.choice(WORDS) + chance.choice(WORDS)]),
        "date": lambda: chance.choice([*DAYS, date(2024, 2, 28) + timedelta(chance.randrange(3))]),
        "timestamp": lambda: chance.choice([*MOMENTS, chance.choice(MOMENTS[1:3]) + timedelta(0, chance.randrange(9))]),
    }
    return [
        {name: None if chance.random() < 0.2 else pools[type_]() for name, type_ in COLUMNS.items()}
        for _ in range(count)
    ]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


words = st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
_CONSTANTS = {
    "boolean": st.sampled_from(["TRUE", "FALSE"]),
    "integer": st.sampled_from(WHOLES).map(str),
    "number": (st.sampled_from(FRACTIONS) | st.floats(allow_nan=False, allow_infinity=False)).map(repr),
    "text": words.map(quoted),
    "date": st.sampled_from(DAYS).map(lambda day: f"DATE '{day.isoformat()}'"),
    "timestamp": st.sampled_from(MOMENTS).map(lambda moment: f"TIMESTAMP '{moment.isoformat()}'"),
}
_PIECES = words.map(lambda word: word.replace("!", "")) | st.sampled_from(["%", "_", "!%", "!_", "!!"])
patterns = st.lists(_PIECES, max_size=5).map("".join).map(quoted)


@cache
def leaves(type_: str) -> st.SearchStrategy[str]:
    """A column or a constant."""
    names = st.sampled_from([f'"{name}"' for name, kind in COLUMNS.items() if kind == type_])
    return names | names | _CONSTANTS[type_]


def _joined(template: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda drawn: template.format(*drawn))


@cache
def values(type_: str, depth: int) -> st.SearchStrategy[str]:
    """An expression of one type; integers may stand for numbers and dates for timestamps."""
    if depth == 0:
        return leaves(type_)
    part = st.one_of([values(kind, depth - 1) for kind in _STAND_INS.get(type_, (type_,))])
    when = conditions(depth - 1)
    shared = [
        _joined("COALESCE({}, {})", part, part),
        _joined("CASE WHEN {} THEN {} ELSE {} END", when, part, part),
        _joined("CASE WHEN {} THEN {} WHEN {} THEN {} END", when, part, when, part),
        _joined("CASE {} WHEN {} THEN {} ELSE NULL END", part, part, part),
    ]
    return st.one_of([*shared, *_special(type_, part, depth), leaves(type_)])


_STAND_INS = {"number": ("number", "integer"), "timestamp": ("timestamp", "date")}


def _special(type_: str, part: st.SearchStrategy[str], depth: int) -> list[st.SearchStrategy[str]]:
    if type_ == "number":
        arithmetic = _joined("({} {} {})", part, st.sampled_from("+-*/%"), part)
        calls = [_joined(form, part) for form in ("(- {})", "ABS({})", "ROUND({}, 2)", "ROUND({})")]
        return [arithmetic, arithmetic, arithmetic, *calls]
    if type_ == "text":
        return [_joined("LOWER({})", part), _joined("UPPER({})", part)]
    return [_joined("LENGTH({})", values("text", depth - 1))] if type_ == "integer" else []


@cache
def conditions(depth: int) -> st.SearchStrategy[str]:
    """A boolean expression."""
    if depth == 0:
        return leaves("boolean")
    text, part = values("text", depth - 1), conditions(depth - 1)
    tests = st.sampled_from(["TRUE", "FALSE", "NULL", "NOT TRUE", "NOT FALSE", "NOT NULL"])
    likes = st.sampled_from(["LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE"])
    logic = [
        _joined("(NOT {})", part),
        _joined("({} {} {})", part, st.sampled_from(["AND", "OR", "=", "<>"]), part),
        _joined("({} AND NULL)", part),
        _joined("({} IS {})", part, tests),
    ]
    texts = [
        _joined("({} {} {} ESCAPE '!')", text, likes, patterns),
        _joined("STARTS_WITH({}, {})", text, text),
        _joined("CONTAINS({}, {})", text, text),
    ]
    typed = [_predicates(type_, depth) for type_ in ("integer", "number", "text", "date", "timestamp")]
    return st.one_of([*typed, *texts, *logic])


def _predicates(type_: str, depth: int) -> st.SearchStrategy[str]:
    value, other = values(type_, depth - 1), values(_RELATIVES.get(type_, type_), depth - 1)
    either = value | other
    listed = st.lists(_CONSTANTS[type_], min_size=1, max_size=3).map(", ".join)
    return st.one_of(
        _joined("({} {} {})", value, st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="]), either),
        _joined("({} {} {} AND {})", value, st.sampled_from(["BETWEEN", "NOT BETWEEN"]), either, value),
        _joined("({} {} ({}))", value, st.sampled_from(["IN", "NOT IN"]), listed),
        _joined("({} IS NULL)", value),
    )


def every_operator() -> list[str]:
    """Each comparison, test and function of the language over columns and awkward constants, one at a time."""
    pairs = [(a, b) for a, kind in COLUMNS.items() for b, other in COLUMNS.items() if {kind, other} in _COMPARABLE]
    conditions = [f'"{a}" {op} "{b}"' for a, b in pairs for op in ("=", "<>", "<", "<=", ">", ">=")]
    constants = {"count": WHOLES, "price": FRACTIONS}
    for name, pool in constants.items():
        conditions += [
            f'"{name}" {op} {constant!r}' for op in ("=", "<", ">=") for constant in [*WHOLES, *FRACTIONS, *pool]
        ]
    conditions += [f'"{name}" IN ({constant!r}, 7)' for name in constants for constant in [*WHOLES, *FRACTIONS]]
    conditions += [
        f'"{name}" IS {test}' for name in ("yes", "no") for test in ("TRUE", "NOT TRUE", "FALSE", "NOT FALSE")
    ]
    conditions += [f'"{name}" IS {test}' for name in COLUMNS for test in ("NULL", "NOT NULL")]
    conditions += [f'"yes" {op} "no"' for op in ("AND", "OR", "=", "<>")] + ['NOT "yes"']
    shapes = ("{}", "%{}", "{}%", "%{}%", "_{}", "%{}_", "{}%{}", "%{}%{}%", "_%{}")
    patterns = [shape.replace("{}", word.replace("!", "!!")) for shape in shapes for word in WORDS]
    conditions += [
        f"\"name\" {op} {quoted(pattern)} ESCAPE '!'" for op in ("LIKE", "NOT ILIKE") for pattern in patterns
    ]
    conditions += [f'{call}("name", {quoted(word)})' for call in ("STARTS_WITH", "CONTAINS") for word in WORDS]
    conditions += [f'{call}("name") = {quoted(word)}' for call in ("LOWER", "UPPER") for word in WORDS]
    return conditions


def every_calculation() -> list[str]:
    """Each arithmetic operator and numeric function over columns and awkward constants, one at a time."""
    pairs = [(a, b) for a in ("count", "big", "price") for b in ("big", "price", "share")]
    columns = [f'"{a}" {op} "{b}"' for a, b in pairs for op in "+-*/%"]
    constants = [f'"{name}" {op} {value!r}' for name in ("count", "price") for op in "*/%" for value in FRACTIONS]
    calls = [f'{call}("{name}")' for name in ("count", "price") for call in ("ABS", "ROUND", "-")]
    rounded = [f'ROUND("{name}", {places})' for name in ("count", "price") for places in range(10)]
    return [*columns, *constants, *calls, *rounded, 'LENGTH("name")', 'COALESCE("count", "price")']


_COMPARABLE = [{"integer"}, {"number"}, {"integer", "number"}, {"text"}, {"date"}, {"timestamp"}, {"date", "timestamp"}]
_RELATIVES = {"integer": "number", "number": "integer", "date": "timestamp", "timestamp": "date"}
