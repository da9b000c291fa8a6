"""A new workspace is sound, commented and names only what exists; a mapping is written as it was confirmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.core.errors import Conflict, InvalidDefinition, InvalidInput
from rapport.workspace import check, create, duration_us, read, write_source
from rapport.workspace.definitions import Source, SourceField

NAMES = ['Ann\'s "Shop": 100%', "书店", "- x", "#1", "yes"]


@pytest.mark.parametrize("name", NAMES)
def test_a_new_workspace_is_sound(tmp_path: Path, name: str) -> None:
    create(tmp_path / "shop", name)
    assert check(tmp_path / "shop") == []
    workspace = read(tmp_path / "shop")
    assert workspace.settings.name == name
    assert workspace.slots == {"homepage": ["loyal_thanks", "new_arrivals", "welcome_offer"]}
    assert {"orders_90d", "spent", "days_since_order"} <= set(workspace.features)
    assert "data/" in (tmp_path / "shop" / ".gitignore").read_text()


def test_somebody_may_always_be_offered_something(tmp_path: Path) -> None:
    create(tmp_path, "Shop")
    assert any(action.rule == "TRUE" and not action.personal for action in read(tmp_path).actions.values())


def test_every_starter_file_explains_itself(tmp_path: Path) -> None:
    create(tmp_path, "Shop")
    assert all(path.read_text().startswith("# ") for path in tmp_path.rglob("*.yaml"))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "traits.yaml").write_text("mine: {}\n")
    with pytest.raises(Conflict, match=r"traits\.yaml exists already"):
        create(tmp_path, "Shop")
    assert [path.name for path in tmp_path.iterdir()] == ["traits.yaml"]


def test_a_written_source_reads_as_itself(tmp_path: Path) -> None:
    create(tmp_path, "Shop")
    source = Source(
        name="bestellungen",
        files=["*.csv"],
        encoding="gbk",
        delimiter=";",
        event="Order Completed",
        event_rules={"Order Refunded": "\"Menge\" < 0 AND 'x' <> 'it''s'"},
        group_by=["Bestellung"],
        time=SourceField(column="Datum", type="timestamp", format="%d.%m.%Y"),
        identifiers={"user_id": SourceField(column="客户")},
        lines={"price": SourceField(column="Preis", type="number", decimal=",")},
        properties={"channel": SourceField(value="shop"), "flag": SourceField(value="yes")},
        totals={"revenue": "Menge * Preis"},
        require={"no customer": "客户 IS NOT NULL"},
        on_reimport="replace",
    )
    path = write_source(tmp_path, "bestellungen", source)
    assert path == tmp_path / "sources" / "bestellungen.yaml"
    assert read(tmp_path).sources == {"bestellungen": source}
    assert "name:" not in path.read_text()


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden"])
def test_a_source_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="no name for a source"):
        write_source(tmp_path, name, Source())


@pytest.mark.parametrize(
    ("text", "us"), [("1s", 10**6), ("30m", 1_800 * 10**6), ("2h", 7_200 * 10**6), ("7d", 604_800 * 10**6)]
)
def test_a_duration_in_microseconds(text: str, us: int) -> None:
    assert duration_us(text) == us


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "1.5h", "7 d", "7w", "٧d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(InvalidDefinition, match="no length of time"):
        duration_us(text)
