"""The report on stages over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import Site, open_site, write_workspace


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Site]:
    write_workspace(tmp_path, {"stages.yaml": "{}\n"})
    with open_site(tmp_path) as site:
        yield site


def test_everybody_and_one_customer(staged: Any) -> None:
    assert staged.call("GET", "/v1/reports/stages", staged.read_key).status_code == 409
    body = {"userId": "ann", "event": "Product Viewed", "properties": {"category": "tea"}}
    staged.call("POST", "/v1/track", staged.write_key, json=body)
    refresh(staged.rt)
    report = staged.call("GET", "/v1/reports/stages", staged.read_key).json()
    assert [one["customers"] for one in report["stages"]] == [0, 1, 0, 0, 0, 0, 0, 0]
    ((customer_id,),) = staged.rt.warehouse.query("SELECT customer_id FROM customers")
    told = staged.call("GET", f"/v1/reports/stages/{customer_id}", staged.read_key).json()
    assert (told["stage"], told["category"]) == ("research", "tea")
    assert staged.call("GET", "/v1/reports/stages/nobody", staged.read_key).status_code == 404


def test_the_report_wants_a_key_that_reads(staged: Any) -> None:
    assert staged.call("GET", "/v1/reports/stages").status_code == 401
    assert staged.call("GET", "/v1/reports/stages", staged.write_key).status_code == 403
