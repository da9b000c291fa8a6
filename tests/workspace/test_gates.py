"""What the gates of policy.yaml may ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check, read
from rapport.workspace.gates import Gates


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("gates: {coverage: 40}\n", "policy.yaml:1:19: 40 is no share: it runs from 0 to 1: write 0.4 for 40%"),
        ("gates: {identified: -1}\n", "policy.yaml:1:21: -1 is no share: it runs from 0 to 1: 0.5 is the default"),
        ("gates:\n  valid: .nan\n", "policy.yaml:2:10: nan is no share: it runs from 0 to 1: 0.5 is the default"),
        ("gates: {fresh: month}\n", "policy.yaml:1:16: 'month' is no length of time: write a number and d, h, m or s"),
        ("gates: {customers: -5}\n", "policy.yaml:1:20: -5 customers are not possible: 1 is the default"),
        ("gates: {closd: true}\n", "policy.yaml:1:9: unknown key 'closd': did you mean 'closed'?"),
    ],
)
def test_faults_are_found_with_their_place(tmp_path: Path, text: str, finding: str) -> None:
    write(tmp_path, text)
    (found,) = check(tmp_path)
    assert str(found).startswith(finding)


def test_what_is_not_said_keeps_its_default(tmp_path: Path) -> None:
    write(tmp_path, "gates: {fresh: 14d, purchasers: 200}\n")
    assert read(tmp_path).policy.gates == Gates(fresh="14d", purchasers=200)


def write(root: Path, policy: str) -> None:
    (root / "rapport.yaml").write_text("name: Shop\n", encoding="utf-8")
    (root / "policy.yaml").write_text(policy, encoding="utf-8")
