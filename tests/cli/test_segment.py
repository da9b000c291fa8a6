"""``rapport segment`` and ``rapport report abandonment``: for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def segmented(loaded: Path, rapport: Run) -> Path:
    (loaded / "segments.yaml").write_text("buyers: {rule: frequency >= 1, title: Buy}\n", encoding="utf-8")
    (loaded / "groups.yaml").write_text("groups_max: 3\n", encoding="utf-8")
    assert rapport("-w", loaded, "refresh").code == 0
    return loaded


def test_the_segments_are_listed_and_shown(segmented: Path, rapport: Run) -> None:
    (one,) = rapport("-w", segmented, "segment", "list", "--json").json["segments"]
    assert (one["name"], one["customers"], one["entered"]) == ("buyers", 10, 10)
    assert "buyers" in rapport("-w", segmented, "segment", "list").out
    assert "frequency >= 1" in rapport("-w", segmented, "segment", "show", "buyers").out
    assert len(rapport("-w", segmented, "segment", "show", "buyers", "--json").json["sample"]) == 10
    assert rapport("-w", segmented, "segment", "show", "byers").code == 1


def test_a_segment_is_saved_and_then_there(segmented: Path, rapport: Run) -> None:
    said = rapport("-w", segmented, "segment", "save", "often", "frequency >= 3", "--by", "desk", "--json").json
    assert said["name"] == "often"
    assert "# saved by desk on" in (segmented / "segments.yaml").read_text(encoding="utf-8")
    listed = rapport("-w", segmented, "segment", "list", "--json").json["segments"]
    assert [one["name"] for one in listed] == ["buyers", "often"]
    assert rapport("-w", segmented, "segment", "save", "odd", "nothing > 3").code == 2


def test_groups_and_abandonment_are_told_even_where_there_are_none(segmented: Path, rapport: Run) -> None:
    assert "10 customers; 200 are needed" in rapport("-w", segmented, "segment", "discover").out
    assert rapport("-w", segmented, "segment", "discover", "--json").json["groups"] == []
    assert "everybody: 0 attempts" in rapport("-w", segmented, "report", "abandonment").out
    assert rapport("-w", segmented, "report", "abandonment", "--json").json["hand_over"] == []
