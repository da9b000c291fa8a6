"""The Python door: the verbs of the loop on one object."""

from __future__ import annotations

from pathlib import Path

import pytest

import rapport
from rapport.core.errors import NotFound
from rapport.workspace import create

ORDER = {"type": "track", "userId": "ann", "event": "Order Completed", "properties": {"revenue": 18.0}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "shop", "Tea & Cups")
    return tmp_path / "shop"


def test_a_customer_is_decided_for_and_learnt_from(folder: Path) -> None:
    with rapport.open(folder) as shop:
        taken = shop.send([ORDER | {"messageId": "m1"}, {"type": "track"}])
        assert (taken.accepted, len(taken.rejections)) == (1, 1)
        assert shop.customer({"user_id": "ann"})["features"]["orders"] == 1

        first = shop.decide({"user_id": "ann"}, "homepage", context={"device": "phone"}, explain=True)
        item = first["items"][0]
        shop.respond(first["decision_id"], item["action"], "rejected")
        second = shop.decide(first["customer_id"], "homepage", context={"device": "phone"}, limit=3)
        propensity = {one["action"]: one["propensity"] for one in second["items"]}
        assert propensity[item["action"]] < item["propensity"]


def test_files_are_loaded_and_everybody_refreshed(folder: Path, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    lines = [f"{n},u{n % 5},2026-05-{n:02d} 10:00:00,{n}.50" for n in range(1, 29)]
    orders.write_text("order_id,customer_id,order_date,total\n" + "\n".join(lines) + "\n", encoding="utf-8")
    with rapport.open(folder) as shop:
        assert shop.load(orders).proposals
        report = shop.load(orders, accept=True)
        assert (report.rows_read, report.rows_loaded, report.appended) == (28, 28, 28)
        assert shop.refresh().customers == 5


def test_a_folder_without_a_workspace_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        rapport.open(tmp_path)


def test_the_package_has_no_other_surprises() -> None:
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        _ = rapport.opne
