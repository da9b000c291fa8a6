"""The models over HTTP: what is in use, how it fares, and who may change it."""

from __future__ import annotations


def test_the_report_is_for_readers_and_changes_for_managers(site):
    told = site.call("GET", "/v1/reports/models", site.read_key).json()
    assert told["boosted"]["in_use"] == 0
    assert told["calibration"] is None
    assert {one["code"] for one in told["notes"]} == {"few_answers", "few_closed"}
    assert site.call("POST", "/v1/models/promote", site.read_key, json={}).status_code == 403
    missing = site.call("POST", "/v1/models/promote", site.manage_key, json={"version": 3})
    assert missing.status_code == 404
    assert "version 3 of boosted is not kept" in missing.json()["detail"]
    strange = site.call("POST", "/v1/models/rollback", site.manage_key, json={"model": "best"})
    assert strange.status_code == 404
    back = site.call("POST", "/v1/models/rollback", site.manage_key, json={"actor": "ann"}).json()
    assert [(act["by"], act["what"]) for act in back["acts"]] == [("ann", "rolled back")]
