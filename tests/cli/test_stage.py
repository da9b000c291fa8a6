"""``rapport report stages``: for everybody and for one customer, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.bootstrap import opened
from rapport.loop.intake.ingest import ingest
from rapport.loop.refreshed import last_refresh
from rapport.loop.reports.stage import after_refresh

Run = Callable[..., Any]
CALL = b'{"type": "track", "event": "Product Viewed", "userId": "K1", "properties": {"category": "tea"}}'
ORDER = b'{"type": "track", "event": "Order Completed", "userId": "K1", "properties": {"category": "tea"}}'


@pytest.fixture
def staged(loaded: Path, rapport: Run) -> Path:
    (loaded / "stages.yaml").write_text("visit: 30m\n", encoding="utf-8")
    for call in (CALL, ORDER):
        with opened(loaded) as rt:
            ingest(rt, [call], source="site").saved.result()
        assert rapport("-w", loaded, "refresh").code == 0
        with opened(loaded) as rt:
            state = last_refresh(rt)
            assert state is not None
            after_refresh(rt, state.as_of)
    return loaded


def test_everybody_by_stage_with_who_moved(staged: Path, rapport: Run) -> None:
    document = rapport("-w", staged, "report", "stages", "--json").json
    assert {one["stage"]: one["customers"] for one in document["stages"]}["after_sales"] >= 1
    assert document["movement"]["rows"]
    said = rapport("-w", staged, "report", "stages").out
    for text in ("after_sales", "method: rules", "moved from"):
        assert text in said


def test_one_customer_with_the_signals(staged: Path, rapport: Run) -> None:
    document = rapport("-w", staged, "report", "stages", "user_id=K1", "--json").json
    assert (document["stage"], document["category"]) == ("after_sales", "tea")
    said = rapport("-w", staged, "report", "stages", "user_id=K1").out
    assert "1× Order Completed" in said
    assert "Moves of the last four weeks" in said


def test_without_the_file_it_says_what_to_add(loaded: Path, rapport: Run) -> None:
    said = rapport("-w", loaded, "report", "stages")
    assert said.code == 1
    assert "stages.yaml" in said.err
