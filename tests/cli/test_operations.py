"""``backup``, ``restore`` and ``rebuild`` at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rapport.bootstrap import opened
from tests.loop.conftest import CountingChance, HandClock, Shop, identify, track, write_workspace


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    write_workspace(root)
    with opened(root, clock=HandClock(), chance=CountingChance()) as rt:
        Shop(rt, HandClock(), root).happen(identify("bob", "b1"), track("Order Completed", "bob", revenue=7))
    return root


def test_a_business_moves_to_another_folder(rapport: Any, shop: Path, tmp_path: Path) -> None:
    made = rapport("-w", shop, "backup", "--to", tmp_path / "usb", "--json").json
    assert (made["events"], made["there"]) == (2, True)
    assert rapport("-w", shop, "backup", "--list", "--json").json == [made]
    new = tmp_path / "new"
    told = rapport("-w", new, "restore", made["path"], "--yes", "--json").json
    assert (told["events"], told["erased_again"]) == (2, 0)
    assert "rapport.yaml" in told["definitions_written"]
    assert rapport("-w", new, "customer", "show", "user_id=bob", "--json").json["events"] == 2
    assert rapport("-w", new, "segment", "count", "spend > 5", "--json").json["count"] == 1
    assert rapport("-w", new, "rebuild", "--json").json == {"replayed": 2}


def test_a_restore_asks_first_and_refuses_what_is_no_backup(rapport: Any, shop: Path, tmp_path: Path) -> None:
    made = rapport("-w", shop, "backup", "--json").json
    refused = rapport("-w", shop, "restore", made["path"])
    assert refused.code == 1
    other = tmp_path / "other.txt"
    other.write_text(json.dumps({}))
    assert rapport("-w", shop, "restore", other, "--yes").code == 2
    assert rapport("-w", shop, "restore", tmp_path / "none", "--yes").code == 1
    assert rapport("-w", tmp_path / "fresh", "restore", other, "--yes").code == 2
    assert not (tmp_path / "fresh").exists() or not list((tmp_path / "fresh").iterdir())
