"""The server as a person starts and stops it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[str], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server stopped: {process.communicate()}")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    process.kill()
    pytest.fail("the server did not answer")


def test_ctrl_c_stops_the_server_without_a_traceback(shop: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "rapport.cli.main", "-w", str(shop), "serve", "--port", str(port), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(f"http://127.0.0.1:{port}/healthz", process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert json.loads(out)["url"] == f"http://127.0.0.1:{port}"
    assert f"sign in once with http://127.0.0.1:{port}/login?token=" in err
    assert err.splitlines()[-1] == "stopped"
    assert "Traceback" not in err


def test_many_workers_need_postgresql(shop: Path, rapport: Run) -> None:
    said = rapport("-w", shop, "serve", "--port", free_port(), "--workers", 2)
    assert said.code == 2
    assert "postgresql://" in said.err
