"""The customer table of a workspace, described column by column, and copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from rapport.core.errors import Conflict, InvalidInput
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.reports.customer_table import copy, describe
from tests.loop.conftest import Shop, identify, track

FEATURES = """
orders_90d: {event: Order Completed, measure: count, window: 90d}
mailings: {event: Campaign Received, measure: count, kind: response}
taken: {event: Offer Accepted, measure: count}
"""


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    opened = open_shop(**{"features.yaml": FEATURES})
    opened.send(identify("ann", city="Bonn"), track("Order Completed", "ann", revenue=3), track("Seen", "bob"))
    return opened


def test_before_the_first_refresh_there_is_no_table(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        describe(shop.rt)
    with pytest.raises(Conflict):
        copy(shop.rt, str(tmp_path / "table.csv"))


def test_a_segment_is_told_with_its_title_and_its_rule(open_shop: Callable[..., Shop]) -> None:
    rt = open_shop(**{"segments.yaml": "buyers: {rule: frequency >= 1, title: Have bought}"}).rt
    refresh(rt)
    columns = {one["name"]: one for one in describe(rt)["columns"]}
    assert (columns["buyers"]["role"], columns["buyers"]["purpose"]) == ("segment", "Have bought")
    assert columns["buyers"]["meaning"] == "Whether this holds: frequency >= 1"


def test_each_column_says_what_it_is_and_what_uses_it(shop: Shop) -> None:
    refresh(shop.rt)
    report = describe(shop.rt)
    columns = {one["name"]: one for one in report["columns"]}

    assert set(columns) == set(shop.rt.columns)
    assert (report["customers"], report["current"]) == (2, True)
    assert columns["city"] == {
        "name": "city", "type": "text", "role": "trait", "kind": "engagement", "purpose": "nearest shop",
        "source": "test", "meaning": "What customers, or sources about them, stated.", "sensitive": False,
        "known": {"customers": 1, "share": 0.5}, "used_in": [], "model_share": 0.0,
    }  # fmt: skip
    assert columns["orders_90d"]["used_in"] == ["rule of action gold"]
    assert columns["religion"]["model_share"] is None
    assert columns["customer_id"]["meaning"] == "Rapport's own name of the customer."


def test_the_four_kinds_of_data_and_of_whom_they_say_something(shop: Shop) -> None:
    refresh(shop.rt)
    kinds = {one["kind"]: one for one in describe(shop.rt)["kinds"]}

    assert (kinds["engagement"]["columns"], kinds["engagement"]["customers"]) == (["city", "email"], 1)
    assert (kinds["psychographic"]["columns"], kinds["psychographic"]["customers"]) == (["religion"], 0)
    assert (kinds["behaviour"]["columns"], kinds["behaviour"]["customers"]) == (["orders_90d"], 1)
    assert (kinds["response"]["columns"], kinds["response"]["customers"]) == (["mailings", "taken"], 0)


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_a_copy_holds_every_row_and_column(shop: Shop, tmp_path: Path, ending: str) -> None:
    refresh(shop.rt)
    path = tmp_path / f"o'neill.{ending}"

    assert copy(shop.rt, str(path)) == 2

    with duckdb.connect() as db:
        quoted = str(path).replace("'", "''")
        found = db.execute(f"SELECT customer_id, city FROM '{quoted}' ORDER BY city").fetchall()
        assert len(db.execute(f"DESCRIBE SELECT * FROM '{quoted}'").fetchall()) == len(shop.rt.columns)
    assert [city for _, city in found] == ["Bonn", None]


def test_an_ending_that_nobody_knows_is_refused(shop: Shop, tmp_path: Path) -> None:
    refresh(shop.rt)
    with pytest.raises(InvalidInput, match=r"\.parquet, \.csv, \.jsonl"):
        copy(shop.rt, str(tmp_path / "table.xlsx"))
