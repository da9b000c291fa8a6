"""The command line erases somebody while a server takes her late events: none of them stays, whenever it came."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rapport.bootstrap import opened
from rapport.loop import keys
from tests.durability.test_kill_server import Server, call, root  # noqa: F401 - a fixture
from tests.loop.traces import ANN, HERS, found, her_calls, others_calls

EARLIER = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


def send_late(port: int, key: str, stop: threading.Event, sent: list[int]) -> None:
    while not stop.is_set():
        late = {"timestamp": EARLIER, "type": "track", "event": "Product Viewed", "properties": {"category": "xyzzy"}}
        hers, his = {**late, "userId": ANN}, {"type": "track", "event": "Product Viewed", "userId": "bob"}
        if call(port, "/v1/batch", key, {"batch": [hers, his]}):
            sent.append(1)


def test_late_events_of_an_erased_person_do_not_outlive_the_erasure(root: Path) -> None:  # noqa: F811
    with opened(root) as rt:
        key = keys.create(rt, ["write"], "web")
    server = Server(root)
    stop, sent = threading.Event(), list[int]()
    senders = [threading.Thread(target=send_late, args=(server.port, key, stop, sent)) for _ in range(2)]
    try:
        earlier = [{**one, "timestamp": EARLIER} for one in (*others_calls(), *her_calls())]
        assert call(server.port, "/v1/batch", key, {"batch": earlier})
        for sender in senders:
            sender.start()
        time.sleep(1)
        before = len(sent)
        command = [sys.executable, "-m", "rapport.cli.main", "-w", str(root), "customer", "erase", f"user_id={ANN}"]
        done = subprocess.run([*command, "--yes"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        time.sleep(1)
        assert len(sent) > before, "nothing was sent meanwhile: the test proved nothing"
    finally:
        stop.set()
        for sender in senders:
            sender.join()
        server.process.terminate()
        server.process.wait(30)
    with opened(root) as rt:
        assert found(root, rt, HERS) == []
        assert len(rt.store.suppressions()) >= 4
