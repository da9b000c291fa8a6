"""A request of a data subject that was answered 201 is worked off, however often the server dies before it is done."""

from __future__ import annotations

import json
import random
import time
import uuid
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from rapport.bootstrap import opened
from rapport.core.errors import NotFound
from rapport.loop import keys
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.privacy.erase import receipts
from rapport.loop.view import show
from tests.durability.test_kill_server import Server, root

__all__ = ["root"]
PEOPLE = 7
DEADS = 3


def asked(port: int, method: str, path: str, key: str, body: Any = None) -> Any:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, json.dumps(body) if body else None, {"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def status(port: int, key: str, request_id: str) -> str:
    return str(asked(port, "GET", f"/opendsr/v3/requests/{request_id}", key)[1]["request_status"])


def request(name: str, request_id: str) -> dict[str, Any]:
    return {
        "subject_request_id": request_id,
        "subject_request_type": "erasure",
        "submitted_time": "2024-10-02T15:00:00Z",
        "subject_identities": {"controller_customer_id": {"value": name}},
    }


def populate(folder: Path) -> str:
    with opened(folder) as rt:
        calls = [{"type": "identify", "userId": f"person{n}", "traits": {"city": "Bonn"}} for n in range(PEOPLE)]
        ingest(rt, [json.dumps(call).encode() for call in calls], source="test").saved.result()
        catch_up(rt)
        return keys.create(rt, ["manage"], "privacy")


def test_every_request_that_was_taken_down_is_done_in_the_end(root: Path) -> None:
    key = populate(root)
    moments = random.Random(7)
    ids = {f"person{n}": str(uuid.UUID(int=n, version=4)) for n in range(PEOPLE - 1)}
    waiting = list(ids)
    for _ in range(DEADS):
        server = Server(root)
        for name in waiting[: PEOPLE // DEADS]:
            assert asked(server.port, "POST", "/opendsr/v3/requests", key, request(name, ids[name]))[0] == 201
        waiting = waiting[PEOPLE // DEADS :]
        time.sleep(moments.uniform(0, 0.2))
        server.kill()
    server = Server(root)
    try:
        until = time.monotonic() + 60
        left = set(ids.values())
        while left and time.monotonic() < until:
            left = {one for one in left if status(server.port, key, one) != "completed"}
            time.sleep(0.1)
        assert not left
    finally:
        server.kill()
    with opened(root) as rt:
        for name in ids:
            with pytest.raises(NotFound):
                show(rt, {"userId": name})
        assert show(rt, {"userId": f"person{PEOPLE - 1}"})["events"] == 1
        assert len(receipts(rt)) == len(ids)
