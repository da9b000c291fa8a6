"""What ``rapport check`` says of ``stages.yaml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check


def found(root: Path, stages: str) -> list[str]:
    (root / "rapport.yaml").write_text("name: Shop\n", encoding="utf-8")
    (root / "stages.yaml").write_text(stages, encoding="utf-8")
    return [str(finding) for finding in check(root)]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("half_life: week\n", "stages.yaml:1:12: 'week' is no length of time"),
        ("visit: 3d\n", "stages.yaml:1:8: a visit of 3d is none: write at most 2d; 30m is usual"),
        ("visit: soon\n", "stages.yaml:1:8: 'soon' is no length of time"),
        ("method: markov\n", "stages.yaml:1:9: 'markov' is not possible here"),
        ("signals: {wanting: []}\n", "stages.yaml:1:11: 'wanting' is not possible here"),
        ("signals:\n  need:\n    - {event: Viewed Product}\n", "stages.yaml:3:15: 'Viewed Product' never arrives"),
        ("signals:\n  need:\n    - {event: page, weight: 0}\n", "stages.yaml:3:29: 0.0 says nothing"),
        ("signals:\n  need:\n    - {event: page, weight: .nan}\n", "stages.yaml:3:29: nan says nothing"),
        ("signals:\n  need:\n    - {event: page, category: path}\n", "stages.yaml:3:31: 'path' is no path"),
        ("signals:\n  need:\n    - {event: page, where: {x: 1}}\n", "'x' is no path into an event"),
        ("signals:\n  need:\n    - {event: page}\n    - {event: page}\n", "stages.yaml:4:7: 'page' is given twice"),
        ("signals:\n  selection:\n    - {event: Order Completed}\n", "stages.yaml:3:15: an order ends the stage"),
    ],
)  # fmt: skip
def test_each_fault_has_its_place_and_a_remedy(tmp_path: Path, text: str, finding: str) -> None:
    said = found(tmp_path, text)
    assert any(finding in one for one in said), said


def test_a_good_file_and_an_empty_one_are_fine(tmp_path: Path) -> None:
    good = "signals:\n  advocacy:\n    - {event: Friend Invited, weight: 3}\nhalf_life: 10d\nvisit: 45m\nmethod: hmm\n"
    assert found(tmp_path, good) == []
    assert found(tmp_path, "") == []
