"""A folder of YAML becomes a workspace; the version follows its contents."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.core.errors import InvalidDefinition, NotFound
from rapport.workspace import check, customer_columns, read


def write(root: Path, **files: str) -> Path:
    """Files by name, ``__`` for a folder: ``actions__tea="slots: [home]"``."""
    root.mkdir(exist_ok=True)
    for name, text in {"rapport": "name: Shop\n", **files}.items():
        path = root / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_files_that_are_missing_are_empty(tmp_path: Path) -> None:
    workspace = read(write(tmp_path))
    assert workspace.settings.name == "Shop"
    assert workspace.settings.currency == "EUR"
    assert workspace.traits == workspace.features == workspace.actions == workspace.sources == {}
    assert workspace.identity.namespaces["email"].normalise == "email"


def test_empty_files_are_empty(tmp_path: Path) -> None:
    root = write(tmp_path, rapport="", traits="# nothing yet\n", actions__all="", identity="namespaces:\n")
    assert check(root) == []
    assert read(root).settings.name == "My business"


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no rapport\.yaml"):
        read(tmp_path)
    with pytest.raises(NotFound):
        check(tmp_path / "absent")


def test_everything_is_read(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        identity="namespaces: {email: {priority: 85}, 会员卡: {normalise: digits}}\nphone_region: CN\n",
        traits="城市: {purpose: 送货}\nbirthday: {type: date, sensitive: true}\ncity:\n",
        features="orders_90d: {event: Order Completed, measure: count, window: 90d}\n",
        policy="context: {weather: text}\n",
        actions__umbrella=(
            "slots: [home, till]\nrule: 城市 = '上海' AND orders_90d >= 1\nvalue: 5\n"
            "context: {\"weather = 'rain'\": 1.5}\ngoal: {event: Order Completed, value: properties.revenue}\n"
        ),
        actions__more="tea: {slots: [home], rule: TRUE}\ncake: {slots: [till], name: cheese cake}\n",
        sources__orders="event: Order Completed\ntime: {column: Datum}\nidentifiers: {user_id: {column: Kunde}}\n",
    )
    assert check(root) == []
    workspace = read(root)
    email = workspace.identity.namespaces["email"]
    assert (email.priority, email.normalise, email.found_in) == (85, "email", ["traits.email"])
    assert set(workspace.identity.namespaces) == {"user_id", "card", "email", "phone", "anonymous_id", "会员卡"}
    assert workspace.traits["city"].type == "text"
    assert workspace.slots == {"home": ["tea", "umbrella"], "till": ["cheese cake", "umbrella"]}
    assert workspace.actions["umbrella"].name == "umbrella"
    assert workspace.actions["umbrella"].value == 5.0
    assert workspace.actions["tea"].rule == "TRUE"
    assert workspace.policy.context == {"weather": "text"}
    assert workspace.sources["orders"].name == "orders"


def test_customer_columns_are_system_columns_traits_and_features(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        traits="city: {}\n",
        features=(
            "spent: {event: Order Completed, measure: sum, of: properties.revenue}\n"
            "genre: {event: page, measure: last, of: properties.genre}\nseen: {event: page, measure: exists}\n"
        ),
    )
    columns = customer_columns(read(root))
    assert columns["recency_days"] == "integer"
    assert (columns["city"], columns["spent"], columns["genre"], columns["seen"]) == (
        "text",
        "number",
        "text",
        "boolean",
    )


def test_the_version_follows_names_and_contents(tmp_path: Path) -> None:
    one = read(write(tmp_path / "one", traits="city: {}\n")).version
    assert read(write(tmp_path / "two", traits="city: {}\n")).version == one
    (tmp_path / "two" / "data").mkdir()
    (tmp_path / "two" / "notes.txt").write_text("not a definition")
    assert read(tmp_path / "two").version == one
    assert read(write(tmp_path / "two", traits="town: {}\n")).version != one
    assert read(write(tmp_path / "three", features="", traits="city: {}\n")).version != one
    assert len(one) == 12


def test_read_refuses_with_every_finding(tmp_path: Path) -> None:
    root = write(tmp_path, traits="city: {typ: text}\n", features="orders: {event: page}\n")
    with pytest.raises(InvalidDefinition) as caught:
        read(root)
    assert "traits.yaml:1:8: unknown key 'typ': did you mean 'type'?" in str(caught.value)
    assert "features.yaml:1:9: 'measure' is missing" in str(caught.value)
