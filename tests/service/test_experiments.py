"""Experiments and the holdout over HTTP, and on the console's pages."""

from __future__ import annotations

import pytest

from rapport.console.messages import CATALOGUES
from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import open_site, write_workspace

FILES = {
    "experiments.yaml": "green: {goal: sell tea, arms: {control: {}, tea: {actions: {tea: 2}}}, sample: 300,"
    " metric: {event: Order Completed, within: 1d}, guardrails: {refunds: {event: Order Refunded, within: 1d}}}\n",
    "policy.yaml": "holdout: {share: 0.4, metric: {event: Order Completed, within: 1d}}\n",
}


@pytest.fixture
def site(tmp_path):
    write_workspace(tmp_path, FILES)
    with open_site(tmp_path) as opened:
        yield opened


def run_it(site) -> None:
    """Started, and met by some customers of whom every other buys."""
    assert site.call("POST", "/v1/experiments/green/start", site.manage_key, json={}).json()["state"] == "running"
    for number in range(40):
        body = {"customer": {"userId": f"u{number}"}, "slot": "homepage"}
        site.call("POST", "/v1/decide", site.read_key, json=body)
    calls = [
        {"type": "track", "userId": f"u{number}", "event": "Order Completed" if number % 2 else "Order Refunded"}
        for number in range(40)
    ]
    site.call("POST", "/v1/batch", site.write_key, json={"batch": calls})
    refresh(site.rt)


def test_a_flag_client_fetches_again_once_an_experiment_starts(site):
    def tag():
        asked = {"context": {"targetingKey": "u1"}}
        return site.call("POST", "/ofrep/v1/evaluate/flags", site.read_key, json=asked).headers["etag"]

    before = tag()
    assert tag() == before
    site.call("POST", "/v1/experiments/green/start", site.manage_key, json={})
    assert tag() != before


def test_from_start_to_stop(site):
    get = lambda path: site.call("GET", path, site.read_key)  # noqa: E731
    (listed,) = get("/v1/experiments").json()["experiments"]
    assert listed["state"] == "declared"
    assert get("/v1/experiments/green").json()["refused"]["code"] == "not_started"
    assert get("/v1/experiments/green/power").status_code == 409
    assert get("/v1/experiments/gren").status_code == 404
    assert get("/v1/reports/holdout").status_code == 409
    assert site.call("POST", "/v1/experiments/green/start", site.read_key, json={}).status_code == 403
    run_it(site)
    assert get("/v1/experiments/green").json()["refused"]["code"] == "too_short"
    assert get("/v1/experiments/green/power?effect=0.1").json()["refused"]["code"] == "few"
    assert get("/v1/reports/holdout").json()["share"] == 0.4
    _pages(site)
    assert site.call("POST", "/v1/experiments/green/stop", site.manage_key).json()["state"] == "stopped"
    assert site.call("POST", "/v1/experiments/green/stop", site.manage_key).status_code == 409


def _pages(site) -> None:
    site.call("POST", "/login", data={"key": site.read_key})
    for language, words in CATALOGUES.items():
        listing = site.call("GET", f"/experiments?lang={language}")
        assert words["experiment_running"] in listing.text
        assert words["holdout_title"] in listing.text
        one = site.call("GET", f"/experiments/green?lang={language}")
        assert one.status_code == 200
        assert words["experiment_started"] in one.text
    assert site.call("GET", "/experiments/gren").status_code == 404
