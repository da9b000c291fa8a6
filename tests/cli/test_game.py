"""``rapport game``: play by script, list, report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

ACTIONS = """
green: {slots: [homepage], value: 3, title: Green tea, attributes: {leaf: green}}
black: {slots: [homepage], value: 3, title: Black tea, attributes: {leaf: black}}
white: {slots: [homepage], value: 3, title: White tea, attributes: {leaf: white}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    files = {"rapport.yaml": "name: Tea\n", "actions/teas.yaml": ACTIONS, "needs.yaml": "",
             "games.yaml": "leaves: {title: Which cup?, needs: {what: leaf}}\n"}  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_game_is_played_listed_and_reported(shop: Path, rapport: Run) -> None:
    told = rapport("-w", str(shop), "game", "play", "leaves", "user_id=ann", "--answers", "this,skip", "--json").json
    assert told["picks"] == 2
    assert rapport("-w", str(shop), "game", "list", "--json").json["games"][0]["players"] == 1
    report = rapport("-w", str(shop), "game", "report")
    assert "Which cup?" in report.out
    assert "0 of at least 20 repeats" in report.out


def test_wrong_use_is_told(shop: Path, rapport: Run) -> None:
    wrong = rapport("-w", str(shop), "game", "play", "leaves", "user_id=ann", "--answers", "perhaps")
    assert (wrong.code, "'perhaps' is no answer" in wrong.err) == (2, True)
    nobody = rapport("-w", str(shop), "game", "play", "leafs", "user_id=ann", "--answers", "this")
    assert (nobody.code, "did you mean 'leaves'" in nobody.err) == (1, True)
