"""``rapport report``: what it prints for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.bootstrap import opened
from rapport.loop.intake.ingest import ingest

Run = Callable[..., Any]
REPORTS = ["quality", "usage", "customers", "dropped"]


@pytest.fixture
def refreshed(loaded: Path, rapport: Run) -> Path:
    (loaded / "traits.yaml").write_text("city: {type: text, purpose: nearest shop}\n", encoding="utf-8")
    with opened(loaded) as rt:
        call = b'{"type": "identify", "userId": "K1", "traits": {"city": "Bonn", "perfume": "musk"}}'
        ingest(rt, [call], source="crm").saved.result()
    assert rapport("-w", loaded, "refresh").code == 0
    return loaded


def test_before_the_first_refresh_it_says_what_to_do(shop: Path, rapport: Run) -> None:
    said = rapport("-w", shop, "report", "quality")
    assert said.code == 1
    assert "rapport refresh" in said.err


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_reads_as_text_and_as_json(refreshed: Path, rapport: Run, name: str) -> None:
    assert rapport("-w", refreshed, "report", name).out.strip()
    assert rapport("-w", refreshed, "report", name, "--json").json["as_of"]


def test_quality_begins_with_the_verdict(refreshed: Path, rapport: Run) -> None:
    said = rapport("-w", refreshed, "report", "quality").out
    document = rapport("-w", refreshed, "report", "quality", "--json").json
    assert said.startswith(document["verdict"]["in_words"])
    assert "musk" not in said


def test_dropped_shows_the_line_that_keeps_it_and_so_does_the_doctor(refreshed: Path, rapport: Run) -> None:
    assert "perfume: {type: text}" in rapport("-w", refreshed, "report", "dropped").out
    doctor = rapport("-w", refreshed, "doctor", "--json").json
    assert doctor["stages"]["not kept"] == {"undeclared": 1, "commonest": "perfume", "declare": "perfume: {type: text}"}
    assert any("declare it: perfume: {type: text}" in step for step in doctor["next"])


def test_the_customer_table_is_copied(refreshed: Path, rapport: Run, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    document = rapport("-w", refreshed, "report", "customers", "--to", file, "--json").json
    assert document["copied_rows"] == document["customers"] == len(file.read_text(encoding="utf-8").splitlines()) - 1
    assert rapport("-w", refreshed, "report", "customers", "--to", tmp_path / "table.xls").code == 2
