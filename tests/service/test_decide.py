"""Decisions and responses over HTTP: who may ask what, what is told to whom, and that asking twice decides once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.shop import signed

VISITOR = {"customer": {"anonymousId": "a1"}, "slot": "homepage"}
USER = {"customer": {"userId": "u1"}, "slot": "homepage"}


def test_a_read_key_is_told_everything(site: Any) -> None:
    told = site.call("POST", "/v1/decide", site.read_key, json={**USER, "explain": True}).json()

    assert set(told) == {"decision_id", "customer_id", "personalized", "items", "excluded"}
    item = told["items"][0]
    assert set(item) == {"action", "probability", "propensity", "value", "score", "content", "sentence", "because"}
    assert set(item["because"]) == {"who", "what", "where", "when", "why", "how"}
    assert 0 < item["probability"] <= 1


def test_the_decision_is_on_disk_when_the_answer_is_there(site: Any) -> None:
    told = site.call("POST", "/v1/decide", site.read_key, json=USER).json()

    assert site.rt.store.decision(told["decision_id"]).decision.slot == "homepage"


def test_a_write_key_is_told_the_action_and_its_content_only(site: Any) -> None:
    told = site.call("POST", "/v1/decide", site.write_key, json={**VISITOR, "explain": True}).json()

    assert set(told) == {"decision_id", "items"}
    assert [set(item) for item in told["items"]] == [{"action", "content"}]


@pytest.mark.parametrize(
    "customer", [{"userId": "u1"}, {"email": "ann@x.com"}, {"id": "c_1"}, {"anonymousId": "a1", "userId": "u1"}]
)
def test_a_write_key_may_not_ask_about_others(site: Any, customer: dict[str, str]) -> None:
    answer = site.call("POST", "/v1/decide", site.write_key, json={**USER, "customer": customer})

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_a_signed_user_id_opens_a_write_key(site: Any) -> None:
    ask = {**USER, "signature": signed(site.read_key, "u1")}

    assert site.call("POST", "/v1/decide", site.write_key, json=ask).status_code == 200
    forged = {**USER, "customer": {"userId": "u2"}, "signature": ask["signature"]}
    assert site.call("POST", "/v1/decide", site.write_key, json=forged).status_code == 403
    own = {**USER, "signature": signed(site.write_key, "u1")}
    assert site.call("POST", "/v1/decide", site.write_key, json=own).status_code == 403


def test_a_number_is_a_fine_user_id(site: Any) -> None:
    ask = {**USER, "customer": {"userId": 42}}

    assert site.call("POST", "/v1/decide", site.read_key, json=ask).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "where"),
    [
        ({"slot": "homepge"}, 404, "actions"),
        ({"customer": {}}, 400, "customer"),
        ({"customer": {"shoeSize": "42"}}, 400, "customer"),
        ({"customer": []}, 400, "body"),
        ({"limit": 0}, 400, "body"),
        ({"limit": 51}, 400, "body"),
        ({"limit": "many"}, 400, "body"),
        ({"context": "rain"}, 400, "body"),
        ({"slots": "homepage"}, 400, "body"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told(site: Any, change: dict[str, Any], status: int, where: str) -> None:
    answer = site.call("POST", "/v1/decide", site.read_key, json={**USER, **change})

    assert answer.status_code == status
    assert answer.json()["where"].startswith(where)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"null", b'{"customer":{"userId":"\xe9"},"slot":"homepage"}']
)
def test_a_body_that_cannot_be_read_is_400(site: Any, body: bytes) -> None:
    answer = site.call("POST", "/v1/decide", site.read_key, content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_a_huge_body_is_413(site: Any) -> None:
    answer = site.call("POST", "/v1/decide", site.read_key, json={**USER, "context": {"note": "x" * 70_000}})

    assert answer.status_code == 413


def test_a_response_reaches_the_log_and_counts_once(site: Any) -> None:
    decided = site.call("POST", "/v1/decide", site.read_key, json=USER).json()
    response = {
        "decision_id": decided["decision_id"],
        "action": decided["items"][0]["action"],
        "outcome": "accepted",
        "value": 3,
    }

    for _ in range(2):
        answer = site.call("POST", "/v1/responses", site.write_key, json=response)
        assert answer.content == b'{"success":true}'

    assert [event.event for event in site.log] == ["Offer Accepted"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"decision_id": "d_unknown"}, 404), ({"action": "coffee"}, 400),
        ({"outcome": "maybe"}, 400), ({"value": "much"}, 400),
    ],
)  # fmt: skip
def test_a_response_that_makes_no_sense(site: Any, change: dict[str, Any], status: int) -> None:
    decided = site.call("POST", "/v1/decide", site.read_key, json=USER).json()
    response = {"decision_id": decided["decision_id"], "action": decided["items"][0]["action"], "outcome": "rejected"}

    assert site.call("POST", "/v1/responses", site.write_key, json={**response, **change}).status_code == status


def test_asking_again_with_the_same_key_decides_once(site: Any) -> None:
    headers = {"Idempotency-Key": "page-view-17"}

    first = site.call("POST", "/v1/decide", site.read_key, json=USER, headers=headers)
    again = site.call("POST", "/v1/decide", site.read_key, json=USER, headers=headers)
    fresh = site.call("POST", "/v1/decide", site.read_key, json=USER)

    assert again.content == first.content
    assert fresh.json()["decision_id"] != first.json()["decision_id"]


def test_the_same_key_with_another_body_is_a_conflict(site: Any) -> None:
    headers = {"Idempotency-Key": "page-view-17"}
    site.call("POST", "/v1/decide", site.read_key, json=USER, headers=headers)

    other = site.call("POST", "/v1/decide", site.read_key, json=VISITOR, headers=headers)

    assert (other.status_code, other.json()["code"]) == (409, "conflict")


def test_a_refusal_is_not_remembered(site: Any) -> None:
    headers = {"Idempotency-Key": "k"}
    wrong = {**USER, "slot": "homepge"}

    assert site.call("POST", "/v1/decide", site.read_key, json=wrong, headers=headers).status_code == 404
    assert site.call("POST", "/v1/decide", site.read_key, json=USER, headers=headers).status_code == 200


def test_another_caller_may_use_the_same_idempotency_key(site: Any) -> None:
    headers = {"Idempotency-Key": "k"}
    mine = site.call("POST", "/v1/decide", site.read_key, json=VISITOR, headers=headers).json()
    theirs = site.call("POST", "/v1/decide", site.write_key, json=VISITOR, headers=headers).json()

    assert mine["decision_id"] != theirs["decision_id"]
    assert "customer_id" not in theirs
