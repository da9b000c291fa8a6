"""What the ``learning`` of ``policy.yaml`` may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.workspace import check


def found(root: Path, learning: str) -> list[str]:
    (root / "rapport.yaml").write_text("name: Shop\n")
    (root / "policy.yaml").write_text(f"learning: {learning}\n")
    return [str(finding) for finding in check(root)]


@pytest.mark.parametrize("learning", ["{}", "{answers_from: 200, half_life: 90d, memory: 0.999, promote: false}"])
def test_learning_that_is_right(tmp_path: Path, learning: str) -> None:
    assert found(tmp_path, learning) == []


@pytest.mark.parametrize(
    ("learning", "finding"),
    [
        ("{answers_from: 20}", "20 answers prove nothing: write 200 or more; 500 is the default"),
        ("{half_life: soon}", "'soon' is no length of time"),
        ("{memory: 1.2}", "a memory of 1.2 is not possible: 1 never forgets, 0.999 remembers about a thousand answers"),
        ("{memory: 0.5}", "a memory of 0.5 is not possible"),
    ],
)
def test_what_is_wrong_with_learning_is_told(tmp_path: Path, learning: str, finding: str) -> None:
    (told,) = found(tmp_path, learning)
    assert finding in told
