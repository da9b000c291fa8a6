"""Lessons and findings over HTTP, and on the console's pages."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.console.messages import CATALOGUES
from rapport.loop.refreshing.refresh import refresh
from tests.service.shop import Site, open_site, write_workspace

BY = {"actor": "eve", "department": "service"}


@pytest.fixture
def site(tmp_path):
    with open_site(tmp_path) as opened:
        opened.call("POST", "/v1/identify", opened.write_key, json={"userId": "ann", "traits": {"city": "Bonn"}})
        opened.fold()
        yield opened


def ann(site: Site) -> str:
    return str(site.call("GET", "/v1/customers?userId=ann", site.read_key).json()["id"])


def lessons(site: Site, key: str = "", path: str = "", method: str = "GET", **request: Any) -> Any:
    return site.call(method, f"/v1/customers/{ann(site)}/lessons{path}", key or site.read_key, **request)


def test_staff_enters_takes_back_and_restores(site: Site) -> None:
    (city,) = lessons(site).json()["data"]
    assert (city["about"], city["value"]) == ("city", "Bonn")
    tried = lessons(site, site.manage_key, f"/{city['id']}", "DELETE", params=BY | {"dry_run": "true"}).json()
    assert tried["done"] is False
    assert lessons(site).json()["data"][0]["removed"] is False
    gone = lessons(site, site.manage_key, f"/{city['id']}", "DELETE", params=BY | {"because": "moved"})
    assert gone.status_code == 200
    assert gone.json()["decisions"] == tried["decisions"]
    assert lessons(site).json()["data"][0]["removed"] is True
    assert site.call("GET", f"/v1/customers/{ann(site)}", site.read_key).json()["traits"] == {}
    assert lessons(site, site.manage_key, f"/{city['id']}", "DELETE", params=BY).status_code == 409
    back = lessons(site, site.manage_key, f"/{city['id']}/restore", "POST", json=BY)
    assert back.status_code == 200
    assert site.call("GET", f"/v1/customers/{ann(site)}", site.read_key).json()["traits"]["city"]["value"] == "Bonn"


def test_what_is_sensitive_is_for_who_may_manage(site: Site) -> None:
    note = BY | {"note": "was ill", "sensitive": True}
    assert lessons(site, site.manage_key, method="POST", json=note).json()["new"] is True
    assert lessons(site).json()["data"][0]["value"] is None
    assert lessons(site, site.manage_key).json()["data"][0]["value"] == "was ill"


def test_wrong_use_is_told(site: Site) -> None:
    assert lessons(site, method="POST", json=BY | {"note": "x"}).status_code == 403
    assert lessons(site, site.manage_key, method="POST", json=BY | {"trait": "citty", "value": "x"}).status_code == 400
    assert lessons(site, site.manage_key, method="POST", json={"note": "x"}).status_code == 400
    assert lessons(site, site.manage_key, "/l_none", "DELETE", params=BY).status_code == 404
    assert site.call("GET", "/v1/customers/c_none/lessons", site.read_key).status_code == 404


def test_reports_say_why_they_say_nothing(site: Site) -> None:
    assert site.call("GET", "/v1/reports/findings", site.read_key).json()["refused"] == "no offer was answered yet"
    assert "too few" in site.call("GET", "/v1/reports/lessons", site.read_key).json()["refused"]
    assert site.call("GET", "/v1/reports/findings").status_code == 401


def test_the_pages(tmp_path) -> None:
    write_workspace(tmp_path, {"needs.yaml": "segment_by: ''\n"})
    with open_site(tmp_path) as site:
        batch = [
            {"type": "track", "userId": f"u{n}", "event": "Order Completed",
             "properties": {"revenue": 5, "products": [{"category": "tea" if n % 3 else "cups"}]}}
            for n in range(40)
        ]  # fmt: skip
        site.call("POST", "/v1/batch", site.write_key, json={"batch": batch})
        site.call("POST", "/v1/identify", site.write_key, json={"userId": "ann", "traits": {"city": "Bonn"}})
        refresh(site.rt)
        for key, may in ((site.read_key, False), (site.manage_key, True)):
            site.call("POST", "/login", data={"key": key})
            for language, words in CATALOGUES.items():
                found = site.call("GET", f"/findings?lang={language}")
                assert found.status_code == 200
                assert words["lessons_growth"] in found.text
                assert found.text.count('class="plot chart') == 2
                page = site.call("GET", f"/customers/{ann(site)}/lessons?lang={language}")
                assert page.status_code == 200
                assert (words["lessons_add"] in page.text) is may
        assert f"/customers/{ann(site)}/lessons" in site.call("GET", f"/customers/{ann(site)}").text
        act(site)


def act(site: Site) -> None:
    """What the forms of a session that may manage do."""
    here = f"/customers/{ann(site)}/lessons"
    entered = site.call("POST", here, data={"what": "need:what", "value": "cups", "department": "sales"})
    assert entered.status_code == 303
    rows = lessons(site).json()["data"]
    assert rows[0]["value"] == "cups"
    look = site.call("GET", f"{here}?look={rows[0]['id']}&lang=en")
    assert CATALOGUES["en"]["lessons_would"] in look.text
    gone = site.call("POST", f"{here}/{rows[0]['id']}", data={"act": "remove", "department": "sales"})
    assert gone.status_code == 303
    assert lessons(site).json()["data"][0]["removed"] is True
    assert site.call("POST", f"{here}/{rows[0]['id']}", data={"act": "", "department": "sales"}).status_code == 400
    assert site.call("POST", here, data={"what": "", "value": "x", "department": "sales"}).status_code == 400
