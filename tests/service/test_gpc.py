"""``Sec-GPC: 1``: served without what the policy withholds, and remembered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rapport.identify.consent import statements
from rapport.loop.view import show

GPC = {"Sec-GPC": "1"}
ANN = {"customer": {"userId": "ann"}, "slot": "homepage"}
ORDER = {"type": "track", "userId": "ann", "event": "Order Completed", "properties": {"revenue": 5}}


def given(when: str) -> dict[str, Any]:
    stated = {"categoryPreferences": {"personalization": True}, "proof": "preference centre"}
    return {"type": "identify", "userId": "ann", "timestamp": when, "context": {"consent": stated}}


def personalized(site: Any) -> bool:
    site.fold()
    return bool(show(site.rt, {"userId": "ann"})["personalized"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/batch", {"batch": [ORDER]}), ("/v1/import", {"batch": [ORDER]}), ("/v1/t", ORDER),
        ("/api/s/s2s/track", ORDER), ("/beacon/v1/batch", {"batch": [ORDER]}),
    ],
)  # fmt: skip
def test_every_ingestion_route_remembers_the_refusal(site: Any, path: str, body: dict[str, Any]) -> None:
    assert site.call("POST", path, site.write_key, json=body, headers=GPC).status_code == 200

    (event,) = site.log
    assert [(one.category, one.given, one.proof) for one in statements(event.context)] == [
        ("personalization", False, "Sec-GPC")
    ]
    assert not personalized(site)


@pytest.mark.parametrize("headers", [{}, {"Sec-GPC": "0"}, {"Sec-GPC": "true"}])
def test_nothing_is_remembered_without_the_signal(site: Any, headers: dict[str, str]) -> None:
    site.call("POST", "/v1/t", site.write_key, json=ORDER, headers=headers)

    assert "consent" not in site.log[0].context


def test_the_newest_word_holds(site: Any) -> None:
    site.call("POST", "/v1/i", site.write_key, json=given("2024-05-01T10:00:00Z"))
    assert personalized(site)
    site.call("POST", "/v1/t", site.write_key, json=ORDER | {"timestamp": "2024-05-02T10:00:00Z"}, headers=GPC)
    assert not personalized(site)
    site.call("POST", "/v1/i", site.write_key, json=given("2024-05-03T10:00:00Z"))
    assert personalized(site)


def test_a_request_with_the_signal_is_decided_without_the_person(site: Any) -> None:
    site.call("POST", "/v1/t", site.write_key, json=ORDER)
    site.fold()
    before = site.rt.store.last_seq()

    told = site.call("POST", "/v1/decide", site.read_key, json={**ANN, "explain": True}, headers=GPC).json()

    assert told["personalized"] is False
    assert {one["reason"] for one in told["excluded"]} == {"the browser asks for no personalisation (Sec-GPC)"}
    assert site.rt.store.decision(told["decision_id"]).decision.inputs == {}
    assert site.rt.store.last_seq() == before
    assert site.call("POST", "/v1/decide", site.read_key, json=ANN).json()["personalized"] is True


def test_an_answer_kept_under_an_idempotency_key_is_not_told_to_who_refuses(site: Any) -> None:
    key = {"Idempotency-Key": "view-1"}
    site.call("POST", "/v1/decide", site.read_key, json=ANN, headers=key)

    assert site.call("POST", "/v1/decide", site.read_key, json=ANN, headers=key | GPC).status_code == 409


def test_feature_flags_follow_the_signal(site: Any) -> None:
    body = {"context": {"targetingKey": "ann"}}
    one = site.call("POST", "/ofrep/v1/evaluate/flags/homepage", site.read_key, json=body, headers=GPC).json()
    every = site.call("POST", "/ofrep/v1/evaluate/flags", site.read_key, json=body)
    tag = {"If-None-Match": every.headers["etag"]}

    assert one["metadata"]["personalized"] is False
    assert site.call("POST", "/ofrep/v1/evaluate/flags", site.read_key, json=body, headers=tag).status_code == 304
    refused = site.call("POST", "/ofrep/v1/evaluate/flags", site.read_key, json=body, headers=tag | GPC)
    assert refused.status_code == 200
    assert {flag["metadata"]["personalized"] for flag in refused.json()["flags"]} == {False}


def test_a_page_of_another_origin_may_send_it(site: Any) -> None:
    answer = site.call("POST", "/v1/t", site.write_key, json=ORDER, headers=GPC | {"Origin": "https://shop.example"})

    assert answer.headers["access-control-allow-origin"] == "*"


def test_support_is_stated_where_the_specification_looks(site: Any) -> None:
    assert json.loads(site.call("GET", "/.well-known/gpc.json").content) == {"gpc": True}
