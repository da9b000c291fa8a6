"""``rapport report selection``: for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
CAPABILITIES = """
capabilities: {quick: {serves: frequency > 0, able: 0.9, capacity: 1}}
value_from: 1
differ_by: [rfm_segment]
diversity_from: 0.5
"""


def test_without_a_declaration_it_says_what_to_do(shop: Path, rapport: Run) -> None:
    said = rapport("-w", shop, "report", "selection")
    assert said.code == 1
    assert "capabilities.yaml" in said.err


def test_it_reads_as_text_and_as_json(loaded: Path, rapport: Run) -> None:
    (loaded / "capabilities.yaml").write_text(CAPABILITIES, encoding="utf-8")
    assert rapport("-w", loaded, "refresh").code == 0
    told = rapport("-w", loaded, "report", "selection").out
    for said in ("Selection: value × fit", "prioritise", "one_to_one", "Strengths and limits", "high from 1: set by"):
        assert said in told
    document = rapport("-w", loaded, "report", "selection", "--json").json
    assert (
        sum(one["customers"] for one in document["selection"]) + document["not_judged"]["selection"]
        == document["customers"]
    )
