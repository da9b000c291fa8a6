"""What event clients send, and what they must get back."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

import pytest

from rapport.core.errors import Busy
from rapport.service.segment import BATCH_BYTES_MAX, BATCH_EVENTS_MAX, SLICE

TRACK = {"type": "track", "userId": "u1", "event": "Product Viewed", "messageId": "m1"}


def batch(*calls: Any, **envelope: Any) -> dict[str, Any]:
    return {"batch": list(calls), **envelope}


def test_batch_is_answered_exactly_and_stored(site: Any) -> None:
    answer = site.call("POST", "/v1/batch", site.write_key, json=batch(TRACK))

    assert answer.status_code == 200
    assert answer.content == b'{"success":true}'
    assert "x-rapport-rejected" not in answer.headers
    assert [(event.message_id, event.event, event.source) for event in site.log] == [("m1", "Product Viewed", "write")]


def test_the_same_message_id_is_stored_once(site: Any) -> None:
    for _ in range(3):
        site.call("POST", "/v1/batch", site.write_key, json=batch(TRACK, TRACK))

    assert len(site.log) == 1


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/batch/", "/v1/import", "/v1/b", "/beacon/v1/batch"])
def test_every_batch_route(site: Any, path: str) -> None:
    assert site.call("POST", path, site.write_key, json=batch(TRACK)).content == b'{"success":true}'
    assert len(site.log) == 1


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/t", "track"), ("/v1/i", "identify"), ("/v1/p", "page"), ("/v1/s", "screen"), ("/v1/g", "group"),
        ("/v1/track", "track"), ("/v1/identify", "identify"), ("/v1/page", "page"), ("/v1/screen", "screen"),
        ("/v1/group", "group"), ("/api/s/track", "track"), ("/api/s/s2s/identify", "identify"), ("/api/s/page", "page"),
    ],
)  # fmt: skip
def test_single_calls_take_their_type_from_the_route(site: Any, path: str, kind: str) -> None:
    body = {"userId": "u1", "event": "Tasted", "name": "Home", "groupId": "g1", "messageId": "m1"}

    assert site.call("POST", path, site.write_key, json=body).content == b'{"success":true}'
    assert [event.type for event in site.log] == [kind]


@pytest.mark.parametrize("path", ["/v1/a", "/v1/alias"])
def test_alias(site: Any, path: str) -> None:
    site.call("POST", path, site.write_key, json={"userId": "u1", "previousId": "a1"})

    assert [event.type for event in site.log] == ["alias"]


@pytest.mark.parametrize("place", ["basic", "bearer", "x-api-key", "x-write-key", "query", "body"])
def test_the_key_is_found_wherever_clients_put_it(site: Any, place: str) -> None:
    key = site.write_key
    headers = {
        "basic": {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()},
        "bearer": {"Authorization": f"Bearer {key}"},
        "x-api-key": {"X-API-Key": key},
        "x-write-key": {"X-Write-Key": f"{key}:secret"},
    }.get(place, {})
    path = f"/v1/batch?writeKey={key}" if place == "query" else "/v1/batch"
    body = batch(TRACK, writeKey=key) if place == "body" else batch(TRACK)

    assert site.call("POST", path, headers=headers, json=body).status_code == 200


def test_a_masked_key_in_the_body_is_never_read(site: Any) -> None:
    answer = site.call("POST", "/api/s/track", json={**TRACK, "writeKey": f"{site.write_key}***"})

    assert answer.status_code == 401


@pytest.mark.parametrize("key", ["", "rk_unknown", "with:colon", "ключ"])
def test_without_a_known_key_nothing_is_stored(site: Any, key: str) -> None:
    headers = {"X-Write-Key": key.encode("utf-8")} if key else {}
    answer = site.call("POST", "/v1/batch", headers=headers, json=batch(TRACK))

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert "rapport key create" in answer.json()["message"]
    assert site.log == []


def test_a_read_key_may_not_write(site: Any) -> None:
    answer = site.call("POST", "/v1/batch", site.read_key, json=batch(TRACK))

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_content_type_is_never_trusted(site: Any, content_type: str) -> None:
    packed = gzip.compress(json.dumps(batch(TRACK)).encode())

    answer = site.call("POST", "/v1/batch", site.write_key, content=packed, headers={"Content-Type": content_type})

    assert answer.status_code == 200


def test_a_stream_of_several_gzip_members_is_read_whole(site: Any) -> None:
    body = json.dumps(batch(TRACK)).encode()
    packed = gzip.compress(body[:20]) + gzip.compress(body[20:])

    assert site.call("POST", "/v1/batch", site.write_key, content=packed).status_code == 200


def test_one_bad_event_is_refused_and_the_rest_goes_on(site: Any) -> None:
    calls = [
        {**TRACK, "messageId": "good-1"},
        {"type": "track", "event": "Nobody did it", "messageId": "nobody"},
        {"type": "track", "userId": ["not", "text"], "event": "x", "messageId": "list"},
        "not even an object",
        17,
        None,
        {**TRACK, "messageId": "fat", "properties": {"note": "x" * 40_000}},
        {**TRACK, "type": "dance", "messageId": "dance"},
        {**TRACK, "messageId": "good-2", "timestamp": "1970-01-01T00:00:00Z"},
    ]

    answer = site.call("POST", "/v1/batch", site.write_key, json=batch(*calls))

    assert answer.content == b'{"success":true}'
    assert answer.headers["x-rapport-rejected"] == "7"
    assert [event.message_id for event in site.log] == ["good-1", "good-2"]
    kept = site.rt.store.rejections()
    assert {row.message_id for row in kept} >= {"nobody", "list", "fat", "dance"}
    assert len(kept) == 7
    assert all(row.reason and row.source == "write" for row in kept)


def test_invalid_utf8_in_one_event_refuses_that_event(site: Any) -> None:
    good = json.dumps(TRACK).encode()
    bad = b'{"type":"track","userId":"u1","event":"caf\xe9 visited","messageId":"m2"}'

    answer = site.call("POST", "/v1/batch", site.write_key, content=b'{"batch":[' + good + b"," + bad + b"]}")

    assert (answer.status_code, answer.headers.get("x-rapport-rejected")) == (200, "1")
    assert [event.message_id for event in site.log] == ["m1"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"{}", b'{"batch":{}}', b'{"batch":[{]}', b"\xff\xfe", b"\x00", b'{"batch":"xxx'],
)  # fmt: skip
def test_an_envelope_that_cannot_be_read_is_400(site: Any, body: bytes) -> None:
    answer = site.call("POST", "/v1/batch", site.write_key, content=body)

    told = answer.json()
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["code"] == "invalid_input"
    assert isinstance(told["message"], str)


@pytest.mark.parametrize("body", [b"{", b"nonsense", b'"text"', b"[1]", b'{"event":"Nobody did it"}'])
def test_a_single_call_that_is_refused_is_400_with_the_reason(site: Any, body: bytes) -> None:
    answer = site.call("POST", "/v1/track", site.write_key, content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


@pytest.mark.parametrize("damage", ["cut", "changed", "deflate"])
def test_damaged_gzip_is_400(site: Any, damage: str) -> None:
    packed = gzip.compress(json.dumps(batch(TRACK)).encode())
    body = {"cut": packed[:-6], "changed": packed[:12] + b"\x00\x00" + packed[14:], "deflate": b"\x1f\x8b" + packed}[
        damage
    ]

    answer = site.call("POST", "/v1/batch", site.write_key, content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_a_gzip_bomb_is_refused_without_being_unpacked(site: Any) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(100)) + packer.flush()
    assert len(bomb) < BATCH_BYTES_MAX

    answer = site.call("POST", "/v1/batch", site.write_key, content=bomb)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_limits_of_a_batch(site: Any) -> None:
    many = batch(*({**TRACK, "messageId": f"m{number}"} for number in range(BATCH_EVENTS_MAX + 1)))
    fat = batch({**TRACK, "properties": {"note": "x" * BATCH_BYTES_MAX}})

    assert site.call("POST", "/v1/batch", site.write_key, json=many).status_code == 413
    assert site.call("POST", "/v1/batch", site.write_key, json=fat).status_code == 413
    assert site.log == []


def test_the_largest_batch_is_taken_whole(site: Any) -> None:
    calls = [
        {"type": "track", "userId": f"u{number}", "event": "e", "messageId": f"m{number}"}
        for number in range(BATCH_EVENTS_MAX)
    ]
    assert len(calls) > 2 * SLICE

    assert site.call("POST", "/v1/batch", site.write_key, json=batch(*calls)).content == b'{"success":true}'
    assert len(site.log) == BATCH_EVENTS_MAX


def test_an_empty_batch_is_fine(site: Any) -> None:
    assert site.call("POST", "/v1/batch", site.write_key, json=batch()).content == b'{"success":true}'


def test_busy_is_429_with_whole_seconds(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise Busy("the queue is full", retry_after_s=2)

    monkeypatch.setattr(type(site.rt.store), "append", full)

    answer = site.call("POST", "/v1/batch", site.write_key, json=batch(TRACK))

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json()["code"] == "busy"


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/t", "/v1/identify", "/api/s/track", "/sourceConfig/", "/v1/decide"])
def test_preflights(site: Any, path: str) -> None:
    wanted = "authorization,content-type,x-retry-count,anonymousid,sentat,x-write-key,if-none-match"
    headers = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": wanted,
    }

    answer = site.call("OPTIONS", path, headers=headers)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    allowed = {name.strip() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert set(wanted.split(",")) <= allowed
    assert {"rsa-retry-attempt", "rsa-retry-reason", "rsa-since-first-attempt", "rsa-since-last-attempt"} <= allowed


def test_a_page_of_another_origin_may_read_answers_and_errors(site: Any) -> None:
    for key in (site.write_key, "rk_unknown"):
        answer = site.call("POST", "/v1/t", key, json=TRACK, headers={"Origin": "https://shop.example"})

        assert answer.headers["access-control-allow-origin"] == "*"
        assert {"Retry-After", "ETag"} <= set(answer.headers["access-control-expose-headers"].split(", "))


def test_a_beacon_is_answered_by_the_name_of_its_origin(site: Any) -> None:
    path = f"/beacon/v1/batch?writeKey={site.write_key}"
    answer = site.call("POST", path, content=json.dumps(batch(TRACK)), headers={"Origin": "https://shop.example"})

    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_ingestion_never_redirects_and_names_its_methods(site: Any) -> None:
    answer = site.call("GET", "/v1/batch")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_segment_settings_keep_events_from_leaking_to_segment(site: Any) -> None:
    answer = site.call("GET", f"/v1/projects/{site.write_key}/settings")

    segment = answer.json()["integrations"]["Segment.io"]
    assert segment == {"apiKey": site.write_key, "apiHost": "shop.test/v1", "protocol": "http"}
    assert answer.json()["metrics"] == {"sampleRate": 0}
    assert site.call("GET", "/v1/projects/rk_unknown/settings").status_code == 401


@pytest.mark.parametrize("path", ["/sourceConfig/", "/sourceConfig"])
def test_rudder_source_config(site: Any, path: str) -> None:
    source = site.call("GET", f"{path}?p=npm&writeKey={site.write_key}").json()["source"]

    assert source["id"]
    assert (source["config"], source["destinations"], source["enabled"]) == ({}, [], True)


@pytest.mark.parametrize("sent_at", ["yesterday", -1, 1e300, [], {}, True, "9999-99-99T00:00:00Z"])
def test_an_envelope_s_odd_sent_at_does_not_cost_the_batch(site: Any, sent_at: Any) -> None:
    answer = site.call("POST", "/v1/batch", site.write_key, json=batch(TRACK, sentAt=sent_at))

    assert answer.content == b'{"success":true}'
    assert len(site.log) == 1


def test_client_clocks_are_corrected_by_the_envelope(site: Any) -> None:
    """timestamp = receivedAt − (sentAt − originalTimestamp): this client's clock is years off."""
    call = {**TRACK, "timestamp": "2001-01-01T00:00:00Z"}
    site.call("POST", "/v1/batch", site.write_key, json=batch(call, sentAt="2001-01-01T00:00:07Z"))

    event = site.log[0]
    assert event.received_at - event.time == pytest.approx(7_000_000, abs=1)
