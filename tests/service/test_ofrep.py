"""Slots as feature flags, in the shape that OpenFeature's clients read."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from rapport.service.exchange import Request
from tests.service.shop import signed

REASONS = {"STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "CACHED", "DISABLED", "UNKNOWN", "STALE", "ERROR"}
ANN = {"context": {"targetingKey": "u1", "weather": "rain"}}


def flag(site: Any, key: str, slot: str, body: Any = ANN, **request: Any) -> Any:
    return site.call("POST", f"/ofrep/v1/evaluate/flags/{slot}", key, json=body, **request)


def test_a_slot_is_a_flag_and_its_action_the_variant(site: Any) -> None:
    told = flag(site, site.read_key, "homepage").json()

    assert set(told) == {"key", "value", "reason", "variant", "metadata"}
    assert told["key"] == "homepage"
    assert told["variant"] in {"tea", "umbrella"}
    assert told["reason"] in REASONS
    assert told["value"]["title"]
    assert all(isinstance(value, str | int | float | bool) for value in told["metadata"].values())
    assert site.rt.store.decision(told["metadata"]["decision_id"]).decision.context == {"weather": "rain"}


def test_a_key_may_hold_slashes(site: Any) -> None:
    told = flag(site, site.read_key, "promo/home").json()

    assert (told["key"], told["variant"], told["reason"]) == ("promo/home", "tea", "TARGETING_MATCH")


def test_when_nothing_may_be_shown_the_value_is_empty_but_of_the_same_type(site: Any) -> None:
    answer = flag(site, site.read_key, "members")

    assert (answer.json()["variant"], answer.json()["reason"]) == ("none", "DEFAULT")
    assert b'"value":0.0,' in answer.content


def test_content_value_is_the_flag_s_value(site: Any) -> None:
    for number in range(2):
        order = {"type": "track", "userId": "u1", "event": "Order Completed", "messageId": f"o{number}"}
        site.call("POST", "/v1/batch", site.write_key, json={"batch": [order]})
    site.fold()

    told = flag(site, site.read_key, "members").json()

    assert (told["value"], told["variant"]) == (0.15, "gold")


def test_a_write_key_asks_for_a_visitor_and_is_told_no_reasons(site: Any) -> None:
    told = flag(site, site.write_key, "homepage").json()

    decision = site.rt.store.decision(told["metadata"]["decision_id"]).decision
    assert decision.subject == "anonymous_id:u1"
    assert set(told["metadata"]) == {"decision_id"}


def test_a_signature_makes_it_a_user(site: Any) -> None:
    body = {"context": {"targetingKey": "u1", "signature": signed(site.read_key, "u1")}}
    told = flag(site, site.write_key, "homepage", body).json()

    assert site.rt.store.decision(told["metadata"]["decision_id"]).decision.subject == "user_id:u1"
    body["context"]["targetingKey"] = "u2"
    assert flag(site, site.write_key, "homepage", body).status_code == 403


def test_a_server_may_name_another_identifier(site: Any) -> None:
    body = {"context": {"targetingKey": "ann@x.com", "targetingNamespace": "email"}}
    told = flag(site, site.read_key, "homepage", body).json()

    assert site.rt.store.decision(told["metadata"]["decision_id"]).decision.subject == "email:ann@x.com"


@pytest.mark.parametrize(
    ("slot", "body", "status", "code"),
    [
        ("nope", ANN, 404, "FLAG_NOT_FOUND"),
        ("homepage", {}, 400, "TARGETING_KEY_MISSING"),
        ("homepage", {"context": {}}, 400, "TARGETING_KEY_MISSING"),
        ("homepage", {"context": {"targetingKey": ""}}, 400, "TARGETING_KEY_MISSING"),
        ("homepage", {"context": {"targetingKey": ["u1"]}}, 400, "TARGETING_KEY_MISSING"),
        ("homepage", {"context": "u1"}, 400, "INVALID_CONTEXT"),
        ("homepage", {"context": {"targetingKey": "u1", "targetingNamespace": "shoe"}}, 400, "INVALID_CONTEXT"),
        ("homepage", [], 400, "PARSE_ERROR"),
    ],
)  # fmt: skip
def test_errors_have_ofrep_s_shape(site: Any, slot: str, body: Any, status: int, code: str) -> None:
    answer = flag(site, site.read_key, slot, body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"key", "errorCode", "errorDetails"}
    assert (answer.json()["key"], answer.json()["errorCode"]) == (slot, code)


def test_without_a_key_it_is_401(site: Any) -> None:
    answer = site.call("POST", "/ofrep/v1/evaluate/flags", json=ANN)

    assert answer.status_code == 401
    assert set(answer.json()) == {"errorCode", "errorDetails"}


def bulk(site: Any, etag: str = "", body: Any = ANN) -> Any:
    headers = {"If-None-Match": etag} if etag else {}
    return site.call("POST", "/ofrep/v1/evaluate/flags", site.read_key, json=body, headers=headers)


def test_all_flags_at_once(site: Any) -> None:
    told = bulk(site).json()

    assert {one["key"] for one in told["flags"]} == {"homepage", "promo/home", "members"}
    assert told["eventStreams"][0]["type"] == "sse"


def test_304_until_something_about_the_customer_changes(site: Any) -> None:
    etag = bulk(site).headers["etag"]
    decided = len(site.rt.store.read_decisions(0, 100))

    unchanged = bulk(site, etag)
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", etag)
    assert len(site.rt.store.read_decisions(0, 100)) == decided

    order = {"type": "track", "userId": "u1", "event": "Order Completed"}
    site.call("POST", "/v1/batch", site.write_key, json={"batch": [order]})
    site.fold()
    assert bulk(site, etag).status_code == 200


def test_each_context_has_its_own_tag(site: Any) -> None:
    tags = {bulk(site, body={"context": context}).headers["etag"] for context in (
        {"targetingKey": "u1"}, {"targetingKey": "u2"}, {"targetingKey": "u1", "weather": "rain"},
    )}  # fmt: skip

    assert len(tags) == 3


def test_the_stream_says_when_to_fetch_again(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.service.ofrep.LOOK_EVERY_S", 0.001)
    url = urlsplit(bulk(site).json()["eventStreams"][0]["url"])
    route = next(one for one in site.routes if one.path == url.path)

    async def listen() -> list[bytes]:
        request = Request({"path": url.path, "headers": [], "query_string": url.query.encode()}, b"")
        stream = (await route.serve(request)).stream
        assert stream is not None
        first = await anext(stream)
        order = {"type": "track", "userId": "u1", "event": "Order Completed"}
        await site.client.post("/v1/batch", json={"batch": [order]}, headers={"X-Write-Key": site.write_key})
        await asyncio.to_thread(site.fold)
        async for part in stream:
            if b"data:" in part:
                return [first, part]
        return []

    first, told = site.runner.run(listen())

    assert first == b"retry: 5000\n\n"
    event = msgspec.json.decode(told.partition(b"data: ")[2])
    assert event["type"] == "refetchEvaluation"
    assert isinstance(event["lastModified"], int)


def test_a_channel_cannot_be_made_up(site: Any) -> None:
    assert site.call("GET", "/ofrep/v1/stream?channel=eyJ1c2VySWQiOiJ1MSJ9.xx").status_code == 401
    assert site.call("GET", "/ofrep/v1/stream").status_code == 401
