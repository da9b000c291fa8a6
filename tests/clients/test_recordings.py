"""Every recorded request of a real client, sent again: accepted, stored once, answered as that client expects."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.json"))
ELSEWHERE = ("/ingest/v1/batch", "/t/v9/batch", "/analytics.js/")
"""A path prefix that the client was told to use, and a script of Segment's CDN: not our routes."""
LEFT_OUT = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})
FLAGS = "/ofrep/v1/evaluate/flags"


def wire_body(recorded: dict[str, Any]) -> bytes:
    """The bytes that were sent; a packed body is packed anew, since packers differ."""
    body = recorded.get("json")
    if body is None:
        return b""
    compact = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    if recorded.get("gzip"):
        return gzip.compress(compact)
    spaced = json.dumps(body).encode()
    return next(one for one in (compact, spaced) if len(one) == recorded["raw_len"])


def replay(client: httpx.Client, recorded: dict[str, Any]) -> httpx.Response:
    headers = [(name, value) for name, value in recorded["headers"] if name.lower() not in LEFT_OUT]
    return client.request(recorded["method"], recorded["path"], headers=headers, content=wire_body(recorded))


def message_ids(recorded: dict[str, Any]) -> set[str]:
    body = recorded.get("json")
    ours = recorded["method"] == "POST" and not recorded["path"].startswith((*ELSEWHERE, "/ofrep"))
    if not ours or not isinstance(body, dict):
        return set()
    return {call["messageId"] for call in body.get("batch", [body])}


def check_preflight(recorded: dict[str, Any], answer: httpx.Response) -> None:
    asked = {name.lower(): value for name, value in recorded["headers"]}
    allowed = {name.strip() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert answer.is_success
    assert answer.headers["access-control-allow-origin"] in ("*", asked["origin"])
    assert set(asked["access-control-request-headers"].split(",")) <= allowed


def check_flags(recorded: dict[str, Any], answer: httpx.Response, known: set[str]) -> None:
    if recorded["method"] == "GET":
        assert answer.status_code == 401
        return
    slot = recorded["path"].partition("?")[0].removeprefix(FLAGS).lstrip("/")
    if not slot:
        assert {one["key"] for one in answer.json()["flags"]} == known
        assert answer.headers["etag"]
    elif slot in known:
        assert (answer.status_code, answer.json()["key"]) == (200, slot)
    else:
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "FLAG_NOT_FOUND")


def check(recorded: dict[str, Any], answer: httpx.Response, known: set[str]) -> None:
    path = recorded["path"]
    if path.startswith(ELSEWHERE):
        assert answer.status_code == 404
    elif recorded["method"] == "OPTIONS":
        check_preflight(recorded, answer)
    elif path.startswith("/ofrep"):
        check_flags(recorded, answer, known)
    elif recorded["method"] == "POST":
        assert (answer.status_code, answer.content) == (200, b'{"success":true}')
        assert "x-rapport-rejected" not in answer.headers
    else:
        assert answer.status_code == 200
        assert ("integrations" in answer.json()) or ("source" in answer.json())


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_replay(server: Any, recording: Path) -> None:
    requests = json.loads(recording.read_text(encoding="utf-8"))["requests"]
    with httpx.Client(base_url=server.url, follow_redirects=False) as client:
        for recorded in requests:
            check(recorded, replay(client, recorded), set(server.rt.slots))

    stored = [event.message_id for event in server.log]
    assert len(stored) == len(set(stored))
    assert set(stored) == set().union(*(message_ids(recorded) for recorded in requests))


CLIENTS = [
    "analytics-node",
    "analytics-python-legacy",
    "jitsu-js",
    "openfeature-ofrep-provider",
    "openfeature-ofrep-web-provider",
    "openfeature-provider-ofrep",
    "rudder-sdk-node",
    "rudder-sdk-python",
    "rudderstack-analytics-js",
    "segment-analytics-next",
    "segment-analytics-node",
    "segment-analytics-python",
]


@pytest.mark.parametrize("client", CLIENTS)
def test_there_are_recordings_of_every_client(client: str) -> None:
    assert any(recording.name.startswith(client) for recording in RECORDINGS)
