"""``/v1/configurations``: steps over HTTP, what a key that lives in browsers is told, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.service.app import build
from rapport.service.configure_told import ExplanationTold, ProductTold, StepTold
from tests.loop.configure.conftest import ACCOUNTS, WINDOW
from tests.service.shop import FILES, Site, open_site, signed

HERE = "/v1/configurations/window"
ANN = {"anonymousId": "ann"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setitem(FILES, "products/window.yaml", WINDOW.format(way="collaborative"))
    monkeypatch.setitem(FILES, "accounts.yaml", ACCOUNTS)
    with open_site(tmp_path) as opened:
        yield opened


def post(site: Site, body: dict[str, Any], path: str = HERE, key: str = "") -> tuple[int, dict[str, Any]]:
    answer = site.call("POST", path, key or site.write_key, json=body)
    return answer.status_code, answer.json()


def test_a_page_configures_with_a_write_key_and_is_told_no_chances(site: Site) -> None:
    status, told = post(site, {"customer": ANN})
    assert (status, set(told)) == (200, set(StepTold.__struct_encode_fields__))
    status, told = post(site, {"session": told["session"], "pick": {"group": "frame", "option": "oak"}, "revision": 0})
    assert (told["revision"], told["choices"], told["remembers"]) == (1, {"frame": "oak"}, True)
    assert {option["share"] for group in told["groups"] for option in group["options"]} == {None}
    assert {one["share"] for one in told["completion"]["because"]} == {None}
    _, told = post(site, {"session": told["session"], "complete": True, "finish": True, "quantity": 10})
    assert (told["finished"], told["quote"]["total"]) == (True, 1350.0)
    assert [event.event for event in site.log] == [
        "Configuration Started", "Configuration Changed", "Configuration Completed",
    ]  # fmt: skip
    assert {event.subject for event in site.log} == {"anonymous_id:ann"}


def test_a_read_key_is_told_chances_once_somebody_took_something(site: Site) -> None:
    _, told = post(site, {"complete": True, "finish": True}, key=site.read_key)
    assert {option["share"] for group in told["groups"] for option in group["options"]} == {None}
    _, told = post(site, {}, key=site.read_key)
    assert {(one["share"], one["of"]) for one in told["completion"]["because"]} == {(None, None)}
    site.rt.tastes.learnt.clear()
    _, told = post(site, {}, key=site.read_key)
    assert all(option["share"] is not None for group in told["groups"] for option in group["options"])


def test_a_write_key_configures_for_signed_users_only(site: Site) -> None:
    assert post(site, {"customer": {"userId": "ann"}})[0] == 403
    signature = signed(site.read_key, "ann")
    assert post(site, {"customer": {"userId": "ann"}, "signature": signature})[0] == 200
    assert site.call("POST", HERE, json={}).status_code == 401


def test_what_is_not_possible_comes_with_its_reasons(site: Site) -> None:
    session = post(site, {})[1]["session"]
    post(site, {"session": session, "pick": {"group": "glass", "option": "triple"}})
    asked = {"session": session, "group": "frame", "option": "steel"}
    status, why = post(site, asked, f"{HERE}/explain")
    assert (status, set(why)) == (200, set(ExplanationTold.__struct_fields__))
    assert why["reasons"] == ["Steel frames take double glass only."]
    status, problem = post(site, {"session": session, "pick": {"group": "frame", "option": "steel"}})
    assert (status, problem["code"], problem["alternatives"]) == (409, "conflict", why["alternatives"])
    assert [event.event for event in site.log][-1:] == ["Configuration Blocked"]
    assert post(site, {"group": "frame", "option": "steel"}, f"{HERE}/explain")[1]["possible"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"pick": {"group": "frame", "option": "gold"}}, 400, "pick"),
        ({"pick": {"group": 3}}, 400, "body"),
        ({"surprise": 1}, 400, "body"),
        ({"way": "magic"}, 400, "way"),
        ({"session": "k_1"}, 404, "session"),
        ({"choices": {"frame": "steel", "glass": "triple"}}, 409, "choices"),
        ({"choices": {"x" * 300: "y"}}, 400, "body"),
        ({"owned": "k_1"}, 404, "session"),
        ({"account": "nobody"}, 404, "account"),
        ({"quantity": -1}, 400, "body"),
        ({"customer": {"colour": "red"}}, 400, "customer"),
    ],
)
def test_garbage_is_refused_with_the_field(site: Site, body: dict[str, Any], status: int, field: str) -> None:
    answer, problem = post(site, body, key=site.read_key)
    assert (answer, problem["where"]) == (status, field)
    assert site.log == []


def test_the_products_and_their_models_are_shown(site: Site) -> None:
    told = site.call("GET", "/v1/configurations?language=en", site.write_key).json()
    assert told["products"] == [{"product": "window", "title": "A window", "way": "collaborative", "groups": 5}]
    model = site.call("GET", HERE, site.write_key).json()
    assert set(model) == set(ProductTold.__struct_fields__)
    assert (model["count"], model["standard"]["price"]) == ("70", 130.0)
    assert [one["variant"] for one in model["variants"]] == ["best"]
    assert "features" in site.call("GET", f"{HERE}/uvl", site.write_key).json()["uvl"]
    assert site.call("GET", "/v1/configurations/door", site.write_key).status_code == 404


def test_another_process_goes_on_and_two_at_once_do_not_mix(site: Site) -> None:
    session = post(site, {})[1]["session"]
    site.rt.sessions.held.clear()
    _, there = post(site, {"session": session, "pick": {"group": "frame", "option": "oak"}})
    stale = site.rt.sessions.held.pop(session)
    post(site, {"session": session, "pick": {"group": "glass", "option": "triple"}})
    site.rt.sessions.keep(stale)
    status, told = post(site, {"session": session, "pick": {"group": "look", "option": "blue"}})
    assert (status, told["revision"]) == (200, there["revision"] + 2)
    assert told["choices"] == {"frame": "oak", "glass": "triple", "look": "blue"}


def test_the_routes_are_announced(site: Site) -> None:
    paths = site.call("GET", "/openapi.json").json()["paths"]
    for path, methods in {HERE: {"get", "post"}, f"{HERE}/explain": {"post"}, f"{HERE}/uvl": {"get"}}.items():
        assert methods <= paths[path.replace("window", "{key}")].keys()
    assert build(site.rt, fold_in_background=False).routes
