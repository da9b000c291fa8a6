"""One spelling for what people write in many ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.identify.link import Field
from rapport.identify.link.prepare import columns, fold, prepare, spell


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        ("given_name", ["Zoë", "ZOE", " zoé "]),
        ("surname", ["van der Berg", "Van-der-Berg", "VANDERBERG"]),
        ("surname", ["Иванов", "Ivanov", "ИВАНОВ"]),
        ("surname", ["O'Neill", "O’Neill", "oneill"]),
        ("full_name", ["Ann Berg", "BERG, Ann", "berg ann"]),
        ("full_name", ["王 小明", "王　小明"]),
        ("date_of_birth", ["1971-06-24", "19710624", "24.06.1971", "24/6/1971", "1971-06-24T00:00:00Z"]),
        ("phone", ["+49 (0)30 1234567", "030 1234567", "0049301234567"]),
        ("street", ["Hauptstraße", "HAUPTSTRASSE", "Haupt-Strasse"]),
    ],
)
def test_different_spellings_become_one(kind: str, spellings: list[str]) -> None:
    assert len({spell(kind, one)[0] for one in spellings}) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("nothing", [None, "", "  ", "NULL", "n/a", "unknown", "--"])
@pytest.mark.parametrize("kind", ["given_name", "date_of_birth", "email", "phone", "text"])
def test_what_says_nothing_is_missing(kind: str, nothing: str | None) -> None:
    assert set(spell(kind, nothing)) == {None}  # type: ignore[arg-type]


def test_a_record_has_every_column_of_its_fields() -> None:
    fields = [Field("Name", "full_name", "full_name"), Field("Mail", "email", "email")]
    record = prepare(fields, {"Name": "Ann Berg", "Mail": "ann.berg+shop@x.de"})
    assert list(record) == [column for field in fields for column in columns(field)]
    assert record["full_name_last"] == "berg"
    assert record["email_local"] == "ann.berg"


@given(st.text(max_size=30))
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
