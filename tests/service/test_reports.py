"""The reports over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.loop.refreshing.refresh import refresh

PATHS = ["quality", "usage", "customers", "dropped"]


def test_before_the_first_refresh_two_of_them_say_so(site: Any) -> None:
    found = {path: site.call("GET", f"/v1/reports/{path}", site.read_key) for path in PATHS}

    assert {path: answer.status_code for path, answer in found.items()} == {
        "quality": 409, "usage": 200, "customers": 409, "dropped": 200,
    }  # fmt: skip
    assert "rapport refresh" in found["quality"].json()["hint"]


def test_each_report_over_a_small_shop(site: Any) -> None:
    traits = {"city": "Ulm", "perfume": "musk"}
    site.call("POST", "/v1/identify", site.write_key, json={"userId": "ann", "traits": traits})
    refresh(site.rt)
    told = {path: site.call("GET", f"/v1/reports/{path}", site.read_key).json() for path in PATHS}

    assert told["quality"]["traits"][0]["completeness"]["share"] == 1.0
    assert [one["name"] for one in told["dropped"]["undeclared"]] == ["perfume"]
    assert "musk" not in str(told)
    assert {one["name"] for one in told["customers"]["columns"]} == set(site.rt.columns)
    assert told["usage"]["answers"] == 0


@pytest.mark.parametrize("path", PATHS)
def test_reports_want_a_key_that_reads(site: Any, path: str) -> None:
    assert site.call("GET", f"/v1/reports/{path}").status_code == 401
    assert site.call("GET", f"/v1/reports/{path}", site.write_key).status_code == 403


def test_days_have_bounds(site: Any) -> None:
    assert site.call("GET", "/v1/reports/dropped?days=0", site.read_key).status_code == 400
