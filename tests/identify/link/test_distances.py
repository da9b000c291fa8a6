"""Distances are DuckDB's own, in any script."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rapport.identify.link import distances

LETTERS = "abcdeéüßñł ㍻王李明小😀'0129"
words = st.text(LETTERS, max_size=9) | st.text(max_size=80).filter(lambda text: "\x00" not in text)


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@given(a=words.filter(str.isprintable), b=words.filter(str.isprintable))
@example(a="", b="")
@example(a="ca", b="abc")
@example(a="王小明", b="王晓明")
@example(a="Zoë", b="Zoe\u0308")
@example(a="é" * 40, b="é" * 39 + "ü")
def test_they_agree_with_duckdb(duck: duckdb.DuckDBPyConnection, a: str, b: str) -> None:
    sql = "SELECT jaro_winkler_similarity(a, b), levenshtein(a, b), damerau_levenshtein(a, b) FROM (SELECT ? a, ? b)"
    similar, edits, swaps = duck.execute(sql, [a, b]).fetchall()[0]
    assert distances.jaro_winkler(a, b) == pytest.approx(similar, abs=1e-12)
    assert distances.levenshtein(a, b) == edits
    assert distances.damerau_levenshtein(a, b) == swaps
