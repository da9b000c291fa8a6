"""Only declared traits are kept, each in the form of its type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.columns import ColumnType, fit
from rapport.identify.traits import NAMES_COUNTED_MAX, OTHERS, DeclaredTraits, NameCount, stored
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
    undeclared = NameCount()
    traits = DeclaredTraits(
        {"city": Trait(), "age": Trait(type="integer")}, undeclared, ignored=frozenset({"marketing"})
    )
    assert traits.keep({"city": "Bonn", "age": "old", "perfume": "musk", "marketing": True}) == {"city": "Bonn"}
    assert undeclared.counts == {"perfume": 1}
    assert traits.ill_typed.counts == {"age": 1}


def test_null_says_nothing() -> None:
    traits = DeclaredTraits({"city": Trait()}, NameCount(), ignored=frozenset())
    assert traits.keep({"city": None}) == {}
    assert traits.ill_typed.counts == {}


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    count = NameCount()
    for number in range(NAMES_COUNTED_MAX + 5):
        count.add(f"name {number}")
    assert len(count.counts) == NAMES_COUNTED_MAX + 1
    assert count.counts[OTHERS] == 5
