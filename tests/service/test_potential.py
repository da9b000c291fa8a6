"""What comes next, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

PATHS = ["potential", "timing"]


@pytest.mark.parametrize("path", PATHS)
def test_what_nobody_asked_for_says_which_file_to_add(site: Any, path: str) -> None:
    answer = site.call("GET", f"/v1/reports/{path}", site.read_key)

    assert answer.status_code == 409
    assert "value.yaml" in answer.json()["hint"]


@pytest.mark.parametrize("path", PATHS)
def test_it_wants_a_key_that_reads(site: Any, path: str) -> None:
    assert site.call("GET", f"/v1/reports/{path}").status_code == 401
    assert site.call("GET", f"/v1/reports/{path}", site.write_key).status_code == 403


def test_a_day_that_is_none_is_refused(site: Any) -> None:
    assert site.call("GET", "/v1/reports/potential?backtest=soon", site.read_key).status_code == 400
