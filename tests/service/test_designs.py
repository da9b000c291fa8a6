"""Designs over HTTP, and the reports before there is anything to report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rapport.loop.intake.fold import catch_up
from tests.service.shop import Site, open_site, write_workspace

DOOR = """
groups:
  wood: {options: {oak: {price: 50}, pine: {}}}
  lock: {options: {plain: {}, smart: {price: 40}}}
rules:
  heavy: {when: "wood = 'oak'", then: "lock = 'plain'", says: A smart lock is too small for oak.}
standard: {wood: pine, lock: plain}
"""
ANN = {"anonymousId": "ann"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("doors")
    write_workspace(root, {"products/door.yaml": DOOR})
    with open_site(root) as opened:
        yield opened


def test_a_visitor_hands_in_a_design_and_is_credited(site: Site) -> None:
    body = {"customer": ANN, "choices": {"wood": "oak"}, "title": "Farm", "minutes": 3, "messageId": "m1"}
    answer = site.call("POST", "/v1/configurations/door/designs", site.write_key, json=body)
    assert answer.status_code == 201
    assert answer.json()["choices"] == {"wood": "oak", "lock": "plain"}
    assert site.call("POST", "/v1/configurations/door/designs", site.write_key, json=body).status_code == 201
    catch_up(site.rt)
    (event,) = [row.event for row in site.rt.store.read_log(0, 10)]
    assert (event.event, event.properties["title"]) == ("Configuration Proposed", "Farm")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"customer": ANN, "choices": {"wood": "oak", "lock": "smart"}, "title": "x"}, 409),
        ({"customer": {"userId": "ann"}, "choices": {"wood": "oak"}, "title": "x"}, 403),
        ({"customer": ANN, "choices": {"wood": "ebony"}, "title": "x"}, 400),
        ({"customer": ANN, "choices": {"wood": "oak"}}, 400),
    ],
)
def test_what_is_refused(site: Site, body: dict[str, object], status: int) -> None:
    answer = site.call("POST", "/v1/configurations/door/designs", site.write_key, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_an_unknown_product_is_said(site: Site) -> None:
    body = {"customer": ANN, "choices": {"wood": "oak"}, "title": "x"}
    assert site.call("POST", "/v1/configurations/dor/designs", site.write_key, json=body).status_code == 404


@pytest.mark.parametrize("path", ["demand", "demand/door", "ways"])
def test_reports_wait_for_a_refresh_and_a_key_that_may_read(site: Site, path: str) -> None:
    assert site.call("GET", f"/v1/reports/{path}", site.read_key).status_code == 409
    assert site.call("GET", f"/v1/reports/{path}", site.write_key).status_code == 403
