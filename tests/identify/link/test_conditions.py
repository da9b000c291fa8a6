"""Conditions mean in Python what they mean in DuckDB."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.errors import InvalidDefinition
from rapport.identify.link import Field
from rapport.identify.link.conditions import columns_of, compile_levels
from rapport.identify.link.plan import FieldKind
from rapport.identify.link.settings import plan

CONDITIONS = [
    '"a_l" IS NULL OR "a_r" IS NULL',
    "a_l = b_r AND b_l = a_r",
    "NOT (a_l >= a_r OR b_l IS NOT NULL) AND a_l <> ''",
    "substr(a_l, 1, length(b_r)) = b_r OR substr(a_l, 2, 2) = substr(a_r, 1, 2)",
    "jaro_winkler_similarity(a_l, a_r) >= 0.84 OR levenshtein(b_l, b_r) <= 1 OR damerau_levenshtein(a_l, b_r) < 2",
    "length(a_l) > 3",
    "ELSE",
]
values = st.none() | st.text("abé王", max_size=4)
records = st.tuples(values, values)
KINDS: tuple[FieldKind, ...] = FieldKind.__args__  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def in_duckdb(duck: duckdb.DuckDBPyConnection, conditions: list[str], names: list[str], pair: list[str | None]) -> int:
    cases = " ".join(f"WHEN {condition} THEN {place}" for place, condition in enumerate(conditions[:-1]))
    columns = ", ".join(f"?::VARCHAR AS {name}_{side}" for side in "lr" for name in names)
    return int(
        duck.execute(f"SELECT CASE {cases} ELSE {len(conditions) - 1} END FROM (SELECT {columns})", pair).fetchall()[0][
            0
        ]
    )


@given(left=records, right=records)
def test_the_first_level_that_holds_is_duckdbs(
    duck: duckdb.DuckDBPyConnection, left: tuple[str | None, str | None], right: tuple[str | None, str | None]
) -> None:
    compare = compile_levels(CONDITIONS, ["a", "b"])
    assert compare(left, right) == in_duckdb(duck, CONDITIONS, ["a", "b"], [*left, *right])


@pytest.mark.parametrize("kind", KINDS)
def test_every_comparison_that_settings_writes_can_be_read(kind: FieldKind) -> None:
    kinds: list[FieldKind] = [kind, "surname", "given_name", "street", "postcode"]
    for comparison in plan([Field(one, one, one) for one in dict.fromkeys(kinds)]).comparisons:
        conditions = [level["sql_condition"] for level in comparison["comparison_levels"]]
        names = columns_of(conditions)
        assert compile_levels(conditions, names)([None] * len(names), [None] * len(names)) == 0


@pytest.mark.parametrize(
    ("conditions", "wrong"),
    [
        (["a_l = a_r"], "last level is not ELSE"),
        (["soundex(a_l) = soundex(a_r)", "ELSE"], "SOUNDEX"),
        (["a_l = (", "ELSE"], "no SQL"),
        (["c_l = a_r", "ELSE"], "unknown column 'c_l'"),
        (["a = a_r", "ELSE"], "unknown column 'a'"),
    ],
)
def test_what_it_does_not_know_is_refused_by_name(conditions: list[str], wrong: str) -> None:
    with pytest.raises(InvalidDefinition, match=wrong):
        compile_levels(conditions, ["a", "b"])
