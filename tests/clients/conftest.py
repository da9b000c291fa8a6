"""A real server on a free port over a real workspace, for the real clients."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from rapport.bootstrap import open_runtime
from rapport.core.event import Event
from rapport.loop.runtime import Runtime
from rapport.ports.store import KeyRow
from rapport.service.app import build
from tests.conftest import unavailable
from tests.service.shop import FILES, write_workspace

NODE = Path(__file__).parent / "node"
FLAGS = """
beta_on: {slots: [beta], content: {value: true}}
headline_spring: {slots: [headline], content: {value: Spring is here}}
discount_tenth: {slots: [discount], content: {value: 0.1}}
"""


@dataclass
class Server:
    """Where it listens, its keys, and what it has stored."""

    url: str
    rt: Runtime
    write_key: str = "WRITEKEY"
    read_key: str = "KEY"

    @property
    def log(self) -> list[Event]:
        return [stored.event for stored in self.rt.store.read_log(0, 10_000)]


def own_key(rt: Runtime, token: str, *scopes: str) -> None:
    """A key with a text of our choosing, as the recordings have it."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    rt.store.save_key(KeyRow(f"k_{token}", digest, scopes, "sdk", rt.clock.now_us())).result()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    write_workspace(tmp_path, FILES | {"actions/flags.yaml": FLAGS})
    rt = open_runtime(tmp_path)
    own_key(rt, "WRITEKEY", "write")
    own_key(rt, "key", "write")
    own_key(rt, "KEY", "read")
    app = build(rt)
    options = uvicorn.Config(app, port=0, http="httptools", ws="none", access_log=False, log_level="warning")
    running = uvicorn.Server(options)
    thread = threading.Thread(target=running.run)
    thread.start()
    until = time.monotonic() + 120
    while not running.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        port = running.servers[0].sockets[0].getsockname()[1]
        yield Server(f"http://127.0.0.1:{port}", rt)
    finally:
        running.should_exit = True
        thread.join()
        rt.close()


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder of the Node clients, installed as the lock file says."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        unavailable("node and npm are not installed, so the Node clients cannot run")
        raise AssertionError
    with (NODE / "package.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _install(npm)
    return NODE


def _install(npm: str) -> None:
    installed = NODE / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= (NODE / "package-lock.json").stat().st_mtime:
        return
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    outcome = subprocess.run(command, cwd=NODE, capture_output=True, text=True, timeout=300, check=False)
    if outcome.returncode:
        unavailable(f"npm could not install the Node clients: {outcome.stderr.strip()[:300]}")
