"""Sign in, the list, one customer; in both languages, without scripts, for those with a key only."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.console.login import invite
from rapport.loop import keys
from rapport.loop.refreshing.refresh import refresh


@pytest.fixture
def signed_in(site: Any) -> Any:
    """The shop, with a session of somebody who has a read key, and one customer in it."""
    calls = [
        {"type": "identify", "userId": "ann", "traits": {"first_name": "<b>Ann</b>", "city": "Ulm"}},
        {"type": "track", "userId": "ann", "event": "Order Completed", "properties": {"revenue": 12.5}},
    ]
    site.call("POST", "/v1/batch", site.write_key, json={"batch": calls})
    site.fold()
    assert site.call("POST", "/login", data={"key": site.read_key}).status_code == 303
    return site


def customer_id(site: Any) -> str:
    return str(site.call("GET", "/v1/customers", site.read_key).json()["data"][0]["id"])


def test_without_a_session_every_page_leads_to_the_form(site: Any) -> None:
    for path in ("/customers", "/customers/c_1"):
        answer = site.call("GET", path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert site.call("GET", "/").headers["location"] == "/customers"
    assert site.call("GET", "/login").status_code == 200


def test_the_list_and_the_customer(signed_in: Any) -> None:
    found = customer_id(signed_in)
    assert f"/customers/{found}" in signed_in.call("GET", "/customers").text

    page = signed_in.call("GET", f"/customers/{found}").text
    assert "Ulm" in page
    assert "12.5" in page
    assert "Order Completed" in page


def test_what_customers_send_is_never_markup(signed_in: Any) -> None:
    page = signed_in.call("GET", f"/customers/{customer_id(signed_in)}").text

    assert "<b>Ann</b>" not in page
    assert "&lt;b&gt;Ann&lt;/b&gt;" in page


def test_a_decision_is_shown_with_its_reasons(signed_in: Any) -> None:
    ask = {"customer": {"userId": "ann"}, "slot": "homepage"}
    decided = signed_in.call("POST", "/v1/decide", signed_in.read_key, json=ask).json()

    page = signed_in.call("GET", f"/customers/{decided['customer_id']}").text

    assert "chance of this choice" in page
    assert decided["items"][0]["because"]["what"].split()[0] in page


def test_finding_somebody_by_any_name(signed_in: Any) -> None:
    assert signed_in.call("GET", "/customers?q=ann").headers["location"] == f"/customers/{customer_id(signed_in)}"
    assert "Nobody goes by that name" in signed_in.call("GET", "/customers?q=zoe").text


def test_chinese_by_choice_and_by_the_browser(signed_in: Any) -> None:
    page = signed_in.call("GET", "/customers", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert 'lang="zh-CN"' in page.text
    assert "客户" in page.text
    signed_in.call("GET", "/customers?lang=zh")
    assert "客户" in signed_in.call("GET", "/customers").text


def test_pages_run_no_script_and_are_framed_nowhere(signed_in: Any) -> None:
    for path in ("/customers", f"/customers/{customer_id(signed_in)}", "/login", "/customers/c_nobody"):
        answer = signed_in.call("GET", path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "<script" not in answer.text
        assert "style=" not in answer.text


def test_the_session_is_a_strict_cookie_that_scripts_cannot_read(site: Any) -> None:
    answer = site.call("POST", "/login", data={"key": site.read_key})
    cookie = answer.headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert site.read_key.lower() not in cookie


@pytest.mark.parametrize("key", ["", "rk_unknown"])
def test_a_wrong_key_is_refused(site: Any, key: str) -> None:
    answer = site.call("POST", "/login", data={"key": key})

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_a_write_key_does_not_open_the_console(site: Any) -> None:
    assert site.call("POST", "/login", data={"key": site.write_key}).status_code == 401


def test_a_link_works_once(site: Any) -> None:
    token = invite(site.rt)
    assert token in site.call("GET", f"/login?token={token}").text

    assert site.call("POST", "/login", data={"token": token}).status_code == 303
    assert site.call("GET", "/customers").status_code == 200
    assert site.call("POST", "/login", data={"token": token}).status_code == 401


def test_a_newer_link_takes_the_place_of_an_older_one(site: Any) -> None:
    older = invite(site.rt)
    invite(site.rt)

    assert site.call("POST", "/login", data={"token": older}).status_code == 401


def test_a_session_ends_with_its_key_and_by_signing_out(signed_in: Any) -> None:
    assert signed_in.call("GET", "/customers").status_code == 200
    assert signed_in.call("POST", "/logout").status_code == 303
    assert signed_in.call("GET", "/customers").status_code == 303

    signed_in.call("POST", "/login", data={"key": signed_in.read_key})
    key = keys.verify(signed_in.rt, signed_in.read_key)
    assert key is not None
    keys.revoke(signed_in.rt, key.id)
    assert signed_in.call("GET", "/customers").status_code == 303


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_site_s_form_is_refused(site: Any, headers: dict[str, str]) -> None:
    answer = site.call("POST", "/login", data={"key": site.read_key}, headers=headers)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_customer_who_is_not_there(signed_in: Any) -> None:
    answer = signed_in.call("GET", "/customers/c_nobody")

    assert answer.status_code == 404
    assert "Not found" in answer.text


def test_the_stylesheet_comes_from_us(site: Any) -> None:
    answer = site.call("GET", "/console.css")

    assert answer.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in answer.text
    assert "http" not in answer.text


def test_the_quality_of_the_data_is_shown_before_and_after_the_first_refresh(signed_in: Any) -> None:
    assert "Not measured yet" in signed_in.call("GET", "/quality").text
    signed_in.call("POST", "/v1/i", signed_in.write_key, json={"userId": "bob", "traits": {"perfume": "<i>musk</i>"}})
    refresh(signed_in.rt)

    page = signed_in.call("GET", "/quality").text

    assert '<svg class="plot bar"' in page
    assert "perfume: {type: text}" in page
    assert "musk" not in page
    assert "style=" not in page
    assert "<script" not in page
    assert "数据质量" in signed_in.call("GET", "/quality?lang=zh").text
