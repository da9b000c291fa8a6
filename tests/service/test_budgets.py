"""Budgets over HTTP, and on the console's page in both languages."""

from __future__ import annotations

import pytest

from rapport.console.budgets import budgets_page
from rapport.console.messages import CATALOGUES
from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import open_site, write_workspace

FILES = {
    "actions/vouchers.yaml": "voucher: {slots: [homepage], cost: 5, value: 20}\n",
    "budgets.yaml": "spring: {amount: 10, floors: {ulm: {rule: \"customer_id <> ''\", share: 0.9}}}\n",
}


@pytest.fixture
def site(tmp_path):
    write_workspace(tmp_path, FILES)
    with open_site(tmp_path) as opened:
        yield opened


def test_a_plan_is_made_and_told(site):
    assert site.call("POST", "/v1/allocations", site.manage_key, json={}).status_code == 409
    batch = [{"type": "identify", "userId": f"u{n}"} for n in range(20)]
    site.call("POST", "/v1/batch", site.write_key, json={"batch": batch})
    refresh(site.rt)
    assert "no plan" not in str(budgets_page(site.rt, CATALOGUES["en"])["plan"])
    assert site.call("POST", "/v1/allocations", site.read_key, json={}).status_code == 403
    assert site.call("POST", "/v1/allocations", site.manage_key, json={"budget": "sprng"}).status_code == 404
    dry = site.call("POST", "/v1/allocations", site.manage_key, json={"dry_run": True})
    assert dry.status_code == 200
    assert dry.json()["kept"] is False
    assert site.call("GET", "/v1/reports/budgets", site.read_key).json()["planned_at"] is None
    made = site.call("POST", "/v1/allocations", site.manage_key, json={}).json()
    assert made["offers"] == 4
    (floor,) = made["floors"]
    assert floor["short"].startswith("the budgets do not reach that far")
    told = site.call("GET", "/v1/reports/budgets", site.read_key).json()
    assert told["plan"]["value"] == pytest.approx(made["value"])
    assert told["budgets"][0]["planned_price"] > 0
    for words in CATALOGUES.values():
        page = budgets_page(site.rt, words)
        assert page["plan"]["proof"] == words["budgets_best"]
        assert "{" not in str(page["budgets"][0]["bar"])
