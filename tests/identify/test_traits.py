"""Only declared traits are kept, each in the form of its type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.columns import ColumnType, fit
from rapport.identify.not_kept import NotKept
from rapport.identify.traits import DeclaredTraits, stored
from rapport.workspace.definitions import Trait


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("boolean", True, True),
        ("boolean", "No", False),
        ("boolean", 1, True),
        ("boolean", 2, None),
        ("boolean", [], None),
        ("integer", 41, 41),
        ("integer", 41.0, 41),
        ("integer", " 41 ", 41),
        ("integer", "41.0", 41),
        ("integer", 41.5, None),
        ("integer", True, None),
        ("integer", 2**63, None),
        ("number", 2, 2.0),
        ("number", "2.5", 2.5),
        ("number", "nan", None),
        ("number", "2,5", None),
        ("text", "北京", "北京"),
        ("text", 7, "7"),
        ("text", {"city": "Bonn"}, None),
        ("date", "1980-05-01", "1980-05-01"),
        ("date", "1980-05-01T22:00:00+09:00", "1980-05-01"),
        ("date", "01.05.1980", None),
        ("date", 7, None),
        ("timestamp", "2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00Z"),
        ("timestamp", 0, "1970-01-01T00:00:00Z"),
        ("timestamp", True, None),
    ],
)
def test_forms(kind: ColumnType, value: Any, kept: Any) -> None:
    found = stored(value, kind)
    assert found == kept
    assert type(found) is type(kept)


json_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=12), st.just("2024-05-01")
)
kinds = st.sampled_from(["boolean", "integer", "number", "text", "date", "timestamp"])


@settings(max_examples=150, deadline=None)
@given(json_values, kinds)
def test_what_is_kept_is_a_value_of_the_column(value: Any, kind: ColumnType) -> None:
    kept = stored(value, kind)
    assert kept is None or (fit(kept, kind) is not None and stored(kept, kind) == kept)


def test_what_is_not_kept_is_counted() -> None:
    lost = NotKept()
    declared = {"city": Trait(), "age": Trait(type="integer"), "postcode": Trait(valid="[0-9]{5}")}
    traits = DeclaredTraits(declared, lost, ignored=frozenset({"marketing"}))
    stated = {"city": "Bonn", "age": "old", "postcode": "5311", "perfume": "musk", "marketing": True}

    assert traits.keep(stated, "crm") == {"city": "Bonn", "postcode": "5311"}

    assert lost.counts() == {
        ("crm", "undeclared", "perfume", "text"): 1,
        ("crm", "ill_typed", "age", "text"): 1,
        ("crm", "invalid", "postcode", "text"): 1,
    }


def test_null_says_nothing() -> None:
    lost = NotKept()
    assert DeclaredTraits({"city": Trait()}, lost, ignored=frozenset()).keep({"city": None}, "crm") == {}
    assert not lost.counts()
