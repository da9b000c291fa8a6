"""What ``load`` says to people before anything is in the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rapport.cli.load import EXAMPLE_WIDTH

Run = Callable[..., Any]


def test_a_dry_run_counts_the_events_it_would_make(shop: Path, orders: Path, rapport: Run) -> None:
    said = rapport("-w", shop, "load", orders, "--dry-run").out
    assert "new events" not in said
    assert "known already" not in said
    (row,) = [line for line in said.splitlines() if " 32 " in line and " 31 " in line]
    assert " 30 " in row


def test_a_load_counts_new_events_and_known_ones(shop: Path, orders: Path, rapport: Run) -> None:
    said = rapport("-w", shop, "load", orders, "--yes").out
    assert "known already" in said


def test_examples_are_short_and_their_moments_readable(shop: Path, orders: Path, rapport: Run) -> None:
    said = rapport("-w", shop, "load", orders, "--dry-run").out
    (example,) = [line.partition("for instance ")[2] for line in said.splitlines() if "for instance " in line]
    assert "time=2026-05-01T" in example
    assert len(example) <= EXAMPLE_WIDTH


def test_a_file_without_customers_is_answered_with_a_draft(shop: Path, tmp_path: Path, rapport: Run) -> None:
    path = tmp_path / "kasse.csv"
    path.write_text("wer,datum,beleg,betrag\nA1,2025-04-01,R1,3.50\nA2,2025-04-02,R2,4\nA1,2025-04-03,R3,5\n")
    said = rapport("-w", shop, "load", path)
    assert said.code != 0
    assert "sources/kasse.yaml" in said.err
    assert "    column: wer\n" in said.err
