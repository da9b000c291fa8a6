"""The real server in a process of its own: starts, announces, answers, stops."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from rapport.core.errors import UsageError
from rapport.service.serve import serve
from tests.service.shop import FILES, write_workspace

SCRIPT = """
import socket, sys
from pathlib import Path
from rapport.service.serve import serve
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
serve(Path(sys.argv[1]), port=port, announce=lambda link: print(link, flush=True))
"""


def test_it_announces_a_link_answers_and_stops_cleanly(tmp_path: Path) -> None:
    write_workspace(tmp_path, FILES)
    environment = {**os.environ, "PYTHONWARNINGS": "error::DeprecationWarning:rapport"}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        base = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/login\?token=\S+", link)
        assert base, process.stderr.read() if process.stderr else ""
        with httpx.Client(base_url=base[1]) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            page = client.post("/login", data={"token": link.partition("token=")[2]})
            assert (page.status_code, page.headers["location"]) == (303, "/customers")
            assert client.get("/customers").status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=20)
    assert process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in complaints


def test_several_workers_need_postgresql(tmp_path: Path) -> None:
    write_workspace(tmp_path, FILES)

    with pytest.raises(UsageError, match="postgresql://"):
        serve(tmp_path, workers=2)
