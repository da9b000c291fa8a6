"""``kill -9`` under load: what the server acknowledged over HTTP is there once, whatever moment it died in."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from rapport.bootstrap import opened
from rapport.loop import keys
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from tests.loop.conftest import write_workspace

KILLS = int(os.environ.get("RAPPORT_KILLS", "3"))
CLIENTS = 4
BATCH = 20


@pytest.fixture(params=["sqlite", "postgresql"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    changed = {}
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        changed["rapport.yaml"] = f"name: Shop\ntimezone: Europe/Berlin\nstore: {url}\n"
    write_workspace(tmp_path, **changed)
    return tmp_path


class Server:
    """A real server process that can be killed."""

    def __init__(self, root: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "rapport.cli.main", "-w", str(root), "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _wait(self) -> None:
        for _ in range(900):
            assert self.process.poll() is None, "the server ended by itself"
            try:
                connection = HTTPConnection("127.0.0.1", self.port, timeout=1)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.1)
        self.kill()
        pytest.fail("the server did not become ready in 90 s")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


def call(port: int, path: str, key: str, body: dict[str, object]) -> dict[str, object] | None:
    """The parsed answer, or None when the server was gone before it came."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, json.dumps(body), {"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        text = answer.read()
        return json.loads(text) if answer.status == 200 else None
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def client(
    number: int, port: int, key: str, stop: threading.Event, acknowledged: list[str], decided: list[str]
) -> None:
    count = 0
    while not stop.is_set():
        ids = [f"k{number}-{port}-{count}-{place}" for place in range(BATCH)]
        batch = [
            {
                "type": "track",
                "event": "Order Completed",
                "userId": f"u{place}",
                "messageId": one,
                "properties": {"revenue": 1},
            }
            for place, one in enumerate(ids)
        ]
        if call(port, "/v1/batch", key, {"batch": batch}) == {"success": True}:
            acknowledged += ids
        told = call(port, "/v1/decide", key, {"customer": {"userId": "u1"}, "slot": "homepage"})
        if told:
            decided.append(str(told["decision_id"]))
        count += 1


def load_and_kill(root: Path, key: str, moment_s: float) -> tuple[list[str], list[str]]:
    server = Server(root)
    stop = threading.Event()
    acknowledged: list[str] = []
    decided: list[str] = []
    threads = [
        threading.Thread(target=client, args=(number, server.port, key, stop, acknowledged, decided))
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    time.sleep(moment_s)
    server.kill()
    stop.set()
    for thread in threads:
        thread.join()
    return acknowledged, decided


def stored_ids(root: Path) -> Iterator[str]:
    with opened(root) as rt:
        after = 0
        while rows := rt.store.read_log(after, 5_000):
            for row in rows:
                yield row.event.message_id
            after = rows[-1].seq


def test_every_acknowledged_event_and_decision_is_there_once(root: Path) -> None:
    with opened(root) as rt:
        key = keys.create(rt, ["write", "read"], "load")
    moments = random.Random(7)
    acknowledged: list[str] = []
    decided: list[str] = []
    for _ in range(KILLS):
        more, decisions = load_and_kill(root, key, moments.uniform(0.2, 1.5))
        acknowledged += more
        decided += decisions
    assert acknowledged, "nothing was acknowledged: the test proved nothing"
    assert decided, "nothing was decided: the test proved nothing"
    counts = Counter(stored_ids(root))
    assert [one for one in acknowledged if counts[one] != 1] == []
    assert max(counts.values()) == 1
    with opened(root) as rt:
        assert [one for one in decided if rt.store.decision(one) is None] == []
        catch_up(rt)
        folded = {row.id: row.profile for row in rt.store.scan_customers()}
        rebuild(rt)
        assert {row.id: row.profile for row in rt.store.scan_customers()} == folded
