"""A small story from beginning to end: it adds up, it learns nothing false, and a seed tells it twice."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from rapport.core.time import DAY_US
from rapport.demo.drawing import draw
from rapport.demo.play import play
from rapport.demo.summary import Summary, document

pytestmark = pytest.mark.xdist_group("demo")

TODAY = 20_000 * DAY_US


def told(root: Path, seed: int = 3) -> Summary:
    return play(root, seed=seed, customers=30, rounds=4, today_us=TODAY, progress=lambda what, share: None)


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return told(tmp_path_factory.mktemp("shop"))


def test_every_count_is_reconciled(summary: Summary) -> None:
    assert [check for check in summary.reconciled if not check.holds] == []


def test_decisions_lie_between_the_worst_and_the_best(summary: Summary) -> None:
    for block in summary.blocks:
        assert 0.0 < block.random.mean < block.best.mean
        assert block.reward.mean <= block.best.mean
        assert block.regret.mean == pytest.approx(block.best.mean - block.reward.mean)


def test_blocks_cover_all_contacts(summary: Summary) -> None:
    assert summary.blocks[0].first == 1
    assert all(after.first == before.last + 1 for before, after in pairwise(summary.blocks))


def test_broken_and_repeated_calls_were_sent_and_noticed(summary: Summary) -> None:
    assert summary.stages["ingest"]["refused"] > 0
    assert summary.stages["ingest"]["sent twice"] > 0
    assert summary.stages["traits nobody declared"]["shoe_size"] > 0


def test_identities_were_joined(summary: Summary) -> None:
    browsers_cards_and_accounts = 3 * summary.customers
    assert summary.stages["identify"]["customers known"] < browsers_cards_and_accounts


def test_customers_differ_and_their_favourite_genre_is_found(summary: Summary) -> None:
    seen = summary.differences
    assert {one.by for one in seen.groups} >= {"value", "buying cycle", "selection", "segment"}
    assert (
        sum(one.customers for one in seen.groups if one.by == "value") <= summary.stages["identify"]["customers known"]
    )
    by_chance = 1 / 6
    assert seen.genre.low > by_chance
    assert seen.readiness["identify"] == "open"


def test_the_same_seed_tells_the_same_story(summary: Summary, tmp_path: Path) -> None:
    again = told(tmp_path / "again")
    assert msgspec.structs.replace(again, seconds=0.0) == msgspec.structs.replace(summary, seconds=0.0)


def test_the_summary_can_be_drawn_and_written_as_json(summary: Summary) -> None:
    lines: list[str] = []
    draw(summary, lambda columns, rows, title: lines.extend(str(row) for row in rows), lines.append)
    assert any("EUR a contact below the best possible" in line for line in lines)
    assert any("truly their favourite" in line for line in lines)
    written = msgspec.json.decode(msgspec.json.encode(document(summary)))
    assert written["customers"] == 30
    assert written["adds_up"] is True
    assert {"gap_closed", "reward", "random", "best"} <= written["blocks"][0].keys()
