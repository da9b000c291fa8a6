"""``kill -9`` while a customer configures: no step that was acknowledged is lost, and anybody goes on from there."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import rapport
from tests.loop.configure.conftest import ACCOUNTS, WINDOW
from tests.loop.conftest import write_workspace


@pytest.mark.parametrize("acknowledged", [1, 24])
def test_no_step_is_lost(tmp_path: Path, acknowledged: int) -> None:
    files = {"products/window.yaml": WINDOW.format(way="collaborative"), "accounts.yaml": ACCOUNTS}
    write_workspace(tmp_path, **files)
    command = [sys.executable, "-m", "tests.durability.configurator", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        session = process.stdout.readline().strip()
        for _ in range(acknowledged):
            said = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        said = [said, *process.stdout.read().splitlines(keepends=True)][-1]
    revision, option = said.split() if said.endswith("\n") else (str(acknowledged), "")
    with rapport.open(tmp_path) as shop:
        window = shop.configure("window", session=session)
        assert window.told["revision"] >= int(revision) >= acknowledged
        if option and window.told["revision"] == int(revision):
            assert window.choices == {"frame": option}
        steps = window.told["revision"]
        for _ in range(steps):
            window.undo()
        assert (window.choices, window.told["can_undo"]) == ({}, False)
