"""``/v1/segments`` and its reports over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rapport.loop.refreshing.refresh import refresh
from rapport.workspace import read


def test_a_segment_is_counted_saved_and_listed(site: Any) -> None:
    rule = {"rule": "orders_90d >= 1"}
    assert site.call("POST", "/v1/segments/count", site.read_key, json=rule).json()["count"] == 0
    assert site.call("PUT", "/v1/segments/buyers", site.read_key, json=rule).status_code == 403
    saved = site.call("PUT", "/v1/segments/buyers", site.manage_key, json=rule | {"title": "Buyers"})
    assert saved.status_code == 200
    assert "next start" in saved.json()["takes_effect"]
    assert read(Path(site.rt.workspace.root)).segments["buyers"].title == "Buyers"
    assert site.call("GET", "/v1/segments", site.read_key).json()["segments"] == []
    assert site.call("GET", "/v1/segments/buyers", site.read_key).status_code == 404
    assert site.call("PUT", "/v1/segments/odd", site.manage_key, json={"rule": "nothing > 1"}).status_code == 400


def test_the_reports(site: Any) -> None:
    assert site.call("GET", "/v1/reports/abandonment", site.read_key).status_code == 409
    assert site.call("GET", "/v1/reports/groups", site.read_key).json()["reason"] == "there is no groups.yaml"
    refresh(site.rt)
    assert site.call("GET", "/v1/reports/abandonment", site.read_key).json()["everybody"]["attempts"] == 0
