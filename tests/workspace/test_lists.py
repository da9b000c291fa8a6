"""What the lists of ``policy.yaml`` may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check

ACTIONS = "tea: {slots: [home], attributes: {genre: green}}\ncake: {slots: [home]}\n"


def found(root: Path, lists: str) -> list[str]:
    (root / "actions").mkdir()
    (root / "actions" / "offers.yaml").write_text(ACTIONS)
    (root / "rapport.yaml").write_text("name: Shop\n")
    (root / "policy.yaml").write_text(f"lists: {lists}\n")
    return [str(finding) for finding in check(root)]


@pytest.mark.parametrize("lists", ["{home: {diverse_by: genre}}", "{home: {diverse_by: genre, again: 0}}", "{}"])
def test_lists_that_are_right(tmp_path: Path, lists: str) -> None:
    assert found(tmp_path, lists) == []


@pytest.mark.parametrize(
    ("lists", "finding"),
    [
        ("{hom: {diverse_by: genre}}", "policy.yaml:1:9: no action has the slot 'hom': did you mean 'home'?"),
        ("{home: {diverse_by: genre, again: 2}}", "policy.yaml:1:42: 2 is no share of a weight: 1 leaves it alone"),
        ("{home: {again: 0}}", "policy.yaml:1:15: in what should the list differ?: add diverse_by: category"),
        ("{home: {diverse_by: gender}}", "policy.yaml:1:28: nothing offered has the attribute 'gender': did you mean"),
    ],
)
def test_lists_that_are_wrong(tmp_path: Path, lists: str, finding: str) -> None:
    (only,) = found(tmp_path, lists)
    assert only.startswith(finding)
