"""Odd, broken and hostile input: a clear answer, never a 5xx, and the rest goes on, through the fold as well."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

GOOD = b'{"type":"track","userId":"good","event":"e","messageId":"good"}'
DEEP = b"[" * 12_000 + b"]" * 12_000
HOSTILE = {
    "deep": b'{"type":"track","userId":"u","event":"e","properties":{"x":' + DEEP + b"}}",
    "nul in the user id": b'{"type":"track","userId":"a\\u0000b","event":"e"}',
    "nul in a property": b'{"type":"track","userId":"u","event":"e","properties":{"a\\u0000":"b\\u0000"}}',
    "nul in the message id": b'{"type":"track","userId":"u","event":"e","messageId":"m\\u0000"}',
    "lone surrogate": b'{"type":"track","userId":"u","event":"\\ud800"}',
    "huge integer": b'{"type":"track","userId":"u","event":"e","properties":{"revenue":' + b"9" * 4_000 + b"}}",
    "huge integer as id": b'{"type":"track","userId":' + b"9" * 400 + b',"event":"e"}',
    "huge float": b'{"type":"track","userId":"u","event":"e","properties":{"revenue":1e999}}',
    "not a number": b'{"type":"track","userId":"u","event":"e","properties":{"revenue":NaN}}',
    "long message id": b'{"type":"track","userId":"u","event":"e","messageId":"' + b"m" * 500 + b'"}',
    "long user id": b'{"type":"track","userId":"' + b"u" * 20_000 + b'","event":"e"}',
    "year 9999": b'{"type":"track","userId":"u","event":"e","timestamp":"9999-12-31T23:59:59Z"}',
    "year 0": b'{"type":"track","userId":"u","event":"e","timestamp":"0000-00-00T00:00:00Z"}',
    "time as a list": b'{"type":"track","userId":"u","event":"e","timestamp":[2026]}',
    "number as a time": b'{"type":"track","userId":"u","event":"e","timestamp":1e300}',
    "traits as text": b'{"type":"identify","userId":"u","traits":"rich"}',
    "trait as an object": b'{"type":"identify","userId":"u","traits":{"email":{"$ne":null},"city":["Ulm"]}}',
    "sql": b'{"type":"track","userId":"\'; DROP TABLE events; --","event":"e"}',
    "bytes": b"\xff\xfe\xfd",
    "duplicate names": b'{"type":"track","userId":"u","userId":"v","event":"e","event":"f"}',
    "type of another planet": b'{"type":"__proto__","userId":"u","event":"e"}',
    "no identifier": b'{"type":"track","event":"e","anonymousId":null,"userId":""}',
    "context as text": b'{"type":"track","userId":"u","event":"e","context":"web"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_in_a_single_call(site: Any, name: str) -> None:
    answer = site.call("POST", "/v1/track", site.write_key, content=HOSTILE[name])

    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert answer.json()["code"] == "invalid_input"


@pytest.mark.parametrize("name", HOSTILE)
def test_in_a_batch(site: Any, name: str) -> None:
    body = b'{"batch":[' + HOSTILE[name] + b"," + GOOD + b"]}"
    answer = site.call("POST", "/v1/batch", site.write_key, content=body)

    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert "good" in [event.message_id for event in site.log]
        site.fold()
        assert site.call("GET", "/v1/customers?userId=good", site.read_key).status_code == 200
        for one in site.call("GET", "/v1/customers", site.read_key).json()["data"]:
            assert site.call("GET", f"/v1/customers/{one['id']}", site.read_key).status_code == 200
            assert site.call("GET", f"/v1/customers/{one['id']}/timeline", site.read_key).status_code == 200


@pytest.mark.parametrize("value", ["a\u0000b", "x" * 50_000, "'; DROP TABLE events; --", "\u202e", " ", "0"])
def test_a_decision_for_a_strange_name(site: Any, value: str) -> None:
    ask = {"customer": {"userId": value}, "slot": "homepage"}

    assert site.call("POST", "/v1/decide", site.read_key, json=ask).status_code in (200, 400)


def test_a_decision_in_a_deep_context(site: Any) -> None:
    body = b'{"customer":{"userId":"u"},"slot":"homepage","context":{"x":' + DEEP + b"}}"

    assert site.call("POST", "/v1/decide", site.read_key, content=body).status_code == 400
    flag = b'{"context":{"targetingKey":"u","x":' + DEEP + b"}}"
    assert site.call("POST", "/ofrep/v1/evaluate/flags/homepage", site.read_key, content=flag).status_code == 400


@pytest.mark.parametrize("name", ["lone surrogate", "not a number"])
def test_one_value_that_strict_json_refuses_does_not_cost_the_batch(site: Any, name: str) -> None:
    body = b'{"batch":[' + HOSTILE[name] + b"," + GOOD + b'],"sentAt":"2026-01-01T00:00:00Z"}'
    answer = site.call("POST", "/v1/batch", site.write_key, content=body)

    assert answer.content == b'{"success":true}'
    assert "good" in [event.message_id for event in site.log]
    assert answer.headers.get("x-rapport-rejected") == (None if name == "lone surrogate" else "1")


def test_half_an_emoji_becomes_a_question_mark(site: Any) -> None:
    site.call("POST", "/v1/track", site.write_key, content=b'{"userId":"u","event":"caf\\ud83d"}')

    assert [event.event for event in site.log] == ["caf?"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "type",
    "event",
    "userId",
    "anonymousId",
    "messageId",
    "properties",
    "traits",
    "context",
    "timestamp",
    "sentAt",
]
CALL = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CALL, max_size=3))
def test_any_json_is_taken_or_refused_event_by_event(site: Any, calls: list[Any]) -> None:
    body = json.dumps({"batch": [*calls, json.loads(GOOD)]})
    answer = site.call("POST", "/v1/batch", site.write_key, content=body.encode())

    assert answer.content == b'{"success":true}'
    assert "good" in [event.message_id for event in site.log]


def test_what_was_taken_can_be_folded(site: Any) -> None:
    calls = [b'{"userId":"u%d","type":"track","event":"e","properties":{"revenue":"%d"}}' % (n, n) for n in range(5)]
    site.call("POST", "/v1/batch", site.write_key, content=b'{"batch":[' + b",".join(calls) + b"]}")
    site.fold()

    assert site.rt.store.count_customers() == 5
