from __future__ import annotations

import pytest

from rapport.core.errors import NotFound
from rapport.sources.finding import targets
from rapport.workspace.definitions import Source

SOURCES = {
    "orders": Source(name="orders", files=["orders*.csv"]),
    "people": Source(name="people", files=["people.csv", "$RAPPORT_PEOPLE/list.csv"]),
}


@pytest.fixture
def folder(tmp_path):
    for name in ("orders-1.csv", "orders-2.csv", "people.csv", "other.csv"):
        (tmp_path / name).write_text("a\n1\n")
    return tmp_path


def found(root, *paths, source=None):
    return [(one.path.name, one.source and one.source.name) for one in targets(SOURCES, root, paths, source)]


def test_files_find_their_mapping_by_name(folder):
    assert found(folder, folder / "orders-1.csv", folder / "other.csv") == [
        ("orders-1.csv", "orders"),
        ("other.csv", None),
    ]


def test_a_folder_gives_its_mapped_files(folder):
    assert found(folder, folder) == [("orders-1.csv", "orders"), ("orders-2.csv", "orders"), ("people.csv", "people")]


def test_a_glob_gives_what_it_matches(folder):
    assert found(folder, f"{folder}/o*.csv") == [
        ("orders-1.csv", "orders"),
        ("orders-2.csv", "orders"),
        ("other.csv", None),
    ]


def test_a_named_source_maps_any_file(folder):
    assert found(folder, folder / "other.csv", source="people") == [("other.csv", "people")]


def test_the_name_of_a_source_or_nothing_means_the_files_it_names(folder):
    assert found(folder, "orders") == [("orders-1.csv", "orders"), ("orders-2.csv", "orders")]
    assert found(folder, source="people") == [("people.csv", "people")]
    assert len(found(folder)) == 3


def test_a_variable_says_where_files_lie(folder, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "list.csv").write_text("a\n")
    monkeypatch.setenv("RAPPORT_PEOPLE", str(elsewhere))
    assert ("list.csv", "people") in found(folder)
    assert found(folder, "$RAPPORT_PEOPLE/list.csv") == [("list.csv", "people")]


@pytest.mark.parametrize(
    ("paths", "source", "hint"),
    [
        (["odrers-1.csv"], None, "orders-1.csv"),
        ([], "peple", "people"),
        (["nothing*.parquet"], None, "known here"),
    ],
)
def test_what_is_not_there_comes_with_a_suggestion(folder, paths, source, hint, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(NotFound) as caught:
        found(folder, *paths, source=source)
    assert hint in caught.value.hint


def test_a_folder_without_mapped_files_says_so(tmp_path):
    with pytest.raises(NotFound, match="no file in the folder"):
        found(tmp_path, tmp_path)
