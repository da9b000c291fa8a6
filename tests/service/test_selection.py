"""Selection over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import open_site, write_workspace

CAPABILITIES = """
capabilities: {tea: {serves: orders_90d > 0, able: 0.9}}
value_from: 5
differ_by: [city]
diversity_from: 0.5
modes: {frequency: {contacts: 2, configure: full}}
"""


def test_the_report_and_the_treatment_of_a_decision(tmp_path: Path) -> None:
    write_workspace(tmp_path, {"capabilities.yaml": CAPABILITIES})
    with open_site(tmp_path) as site:
        assert site.call("GET", "/v1/reports/selection", site.read_key).status_code == 409
        for user in ("ann", "bob"):
            site.call("POST", "/v1/identify", site.write_key, json={"userId": user, "traits": {"city": "Ulm"}})
            bought = {"userId": user, "event": "Order Completed", "properties": {"revenue": 9}}
            site.call("POST", "/v1/track", site.write_key, json=bought)
        refresh(site.rt)

        told = site.call("GET", "/v1/reports/selection", site.read_key).json()
        assert told["selection"][0] | {"clv": None} == {
            "name": "prioritise", "customers": 2, "share": 1.0, "monetary": 18.0, "clv": None,
            "cost_to_serve": 0.0, "expected_growth": None,
        }  # fmt: skip
        asked = {"customer": {"userId": "ann"}, "slot": "homepage"}
        answered = site.call("POST", "/v1/decide", site.read_key, json=asked).json()
        assert answered["treatment"] == {
            "mode": "frequency", "contacts_left": 2, "budget_left": None, "configure": "full",
        }  # fmt: skip
        browser = site.call("POST", "/v1/decide", site.write_key, json={**asked, "customer": {"anonymousId": "x"}})
        assert "treatment" not in browser.json()


@pytest.mark.parametrize("key", ["", "write_key"])
def test_it_wants_a_key_that_reads(site: Any, key: str) -> None:
    answer = site.call("GET", "/v1/reports/selection", getattr(site, key) if key else "")
    assert answer.status_code == (403 if key else 401)
