"""``rapport.link`` on data that we did not make: one set of defaults, one threshold, no labels."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest

import rapport
from rapport.core.errors import InvalidInput, NotFound

ACCEPT = 0.99


def pairs_of(groups: Iterable[Iterable[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def truth(rows: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    entities: dict[str, list[str]] = {}
    for name, entity in rows:
        entities.setdefault(entity, []).append(name)
    return pairs_of(entities.values())


def f1(found: set[tuple[str, str]], true: set[tuple[str, str]]) -> float:
    return 2 * len(found & true) / (len(found) + len(true))


def febrl(path: Path, number: str = "") -> list[tuple[str, str]]:
    with path.open(encoding="utf-8") as lines:
        names = [row["rec_id"] for row in csv.DictReader(lines, skipinitialspace=True)]
    return [(number + name, name.split("-")[1]) for name in names]


def test_febrl_3_in_groups(real_data: Path) -> None:
    path = real_data / "febrl" / "dataset3.csv"
    found = rapport.link(path, id_column="rec_id")
    assert f1(pairs_of(found.judgement.groups), truth(febrl(path))) >= 0.99
    assert max(map(len, found.judgement.groups)) == 6


def test_febrl_4_in_pairs(real_data: Path) -> None:
    paths = [real_data / "febrl" / f"dataset4{part}.csv" for part in "ab"]
    found = rapport.link(*paths, id_column="rec_id")
    true = truth([*febrl(paths[0], "1:"), *febrl(paths[1], "2:")])
    assert f1({(pair.a, pair.b) for pair in found.pairs if pair.probability >= ACCEPT}, true) >= 0.998
    linked = pairs_of(found.judgement.groups)
    assert f1(linked, true) >= 0.998
    assert not linked - true


def test_fake_1000_in_groups(real_data: Path) -> None:
    path = real_data / "fake_1000" / "fake_1000.csv"
    with path.open(encoding="utf-8") as lines:
        rows = [(row["unique_id"], row["cluster"]) for row in csv.DictReader(lines)]
    found = rapport.link(path, id_column="unique_id")
    assert f1(pairs_of(found.judgement.groups), truth(rows)) >= 0.92
    assert max(map(len, found.judgement.groups)) == 7
    assert found == rapport.link(path, id_column="unique_id")


def test_a_table_in_memory_with_a_date_in_three_columns() -> None:
    people = [("Ann", "Berg", "1970", "1", "2"), ("Bob", "Tal", "1981", "12", "24"), ("Ann", "Berg", "1970", "1", "2")]
    table = dict(zip(("fname_c1", "lname_c1", "by", "bm", "bd"), zip(*people, strict=True), strict=True))
    assert [field.name for field in rapport.link(table).model.fields] == ["given_name", "surname", "date_of_birth"]


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"no column nmae.*name"):
        rapport.link({"name": ["Ann"], "dob": ["1970-01-02"]}, id_column="nmae")
    with pytest.raises(InvalidInput, match="same value twice"):
        rapport.link({"name": ["Ann", "Bob"], "dob": ["", ""], "no": ["1", "1"]}, id_column="no")
    with pytest.raises(InvalidInput, match="fewer than two columns"):
        rapport.link({"x": ["1"], "y": ["2"]})


def test_five_thousand_people_without_duplicates_stay_apart(real_data: Path) -> None:
    found = rapport.link(real_data / "febrl" / "dataset4a.csv", id_column="rec_id")
    assert found.judgement.groups == []
    assert found.judgement.questions == []


GERMAN = {
    "given_name": "Vorname", "surname": "Nachname", "street_number": "Hausnummer", "address_1": "Straße",
    "suburb": "Ort", "postcode": "PLZ", "date_of_birth": "x7",
}  # fmt: skip


def test_fewer_columns_with_other_names_still_serve(real_data: Path) -> None:
    """FEBRL 3 without the number of the social insurance, the state and the second line; one heading says nothing."""
    path = real_data / "febrl" / "dataset3.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, skipinitialspace=True))
    table = {GERMAN[name]: [row[name] for row in rows] for name in GERMAN}
    for place, born in enumerate(table["x7"]):
        table["x7"][place] = f"{born[6:]}.{born[4:6]}.{born[:4]}" if len(born) == 8 else born
    found = rapport.link(table | {"rec_id": [row["rec_id"] for row in rows]}, id_column="rec_id")
    assert {field.kind for field in found.model.fields} >= {"date_of_birth", "house_number", "city"}
    groups = pairs_of(found.judgement.groups)
    assert f1(groups, truth(febrl(path))) >= 0.95
    assert len(groups & truth(febrl(path))) / len(groups) >= 0.999


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(InvalidInput, match="no table"):
        rapport.link()
    with pytest.raises(NotFound, match=r"no file nowhere\.csv"):
        rapport.link("nowhere.csv")
