"""Runs the service on uvicorn."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from rapport.bootstrap import calm_collector, open_runtime
from rapport.console.login import invite
from rapport.core.errors import UsageError
from rapport.service import logs
from rapport.service.app import build
from rapport.service.front import Front
from rapport.workspace import read

WORKSPACE = "RAPPORT_WORKSPACE"
"""Environment variable through which worker processes learn which workspace they serve."""
SWITCH_INTERVAL_S = 0.0002
"""How long the fold's thread may hold up the event loop's."""
GRACE_S = 5


def serve(
    root: Path,
    host: str = "127.0.0.1",
    port: int = 8700,
    workers: int = 1,
    *,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serves a workspace until interrupted.

    ``announce`` gets a one-time link that opens the console, once the port answers. Several workers need a store that
    several processes may write: raises ``UsageError`` on SQLite.
    """
    if workers > 1:
        _serve_many(root, host, port, workers)
        return
    rt = open_runtime(root)
    _prepare()
    server = _Server(_config(build(rt, close_at_end=True), host, port))
    if announce is not None:
        server.ready = lambda: announce(f"http://{host}:{port}/login?token={invite(rt)}")
    server.run()


def worker() -> Front:
    """The application of one worker process; uvicorn calls it by name."""
    _prepare()
    return build(open_runtime(Path(os.environ[WORKSPACE])), close_at_end=True)


class _Server(uvicorn.Server):
    """uvicorn, which says when the port answers."""

    ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.ready is not None and self.started:
            self.ready()


def _serve_many(root: Path, host: str, port: int, workers: int) -> None:
    store = read(root).settings.store
    if store.startswith("sqlite"):
        raise UsageError(
            f"{workers} workers on SQLite, which has one writer",
            where="--workers",
            hint="set `store: postgresql://…` in rapport.yaml, or serve with one worker",
        )
    os.environ[WORKSPACE] = str(root.resolve())
    uvicorn.run("rapport.service.serve:worker", factory=True, workers=workers, **_options(host, port))


def _config(app: Front, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(app, **_options(host, port))


def _options(host: str, port: int) -> dict[str, Any]:
    return {
        "host": host,
        "port": port,
        "http": "httptools",
        "loop": "asyncio" if sys.platform == "win32" else "uvloop",
        "ws": "none",
        "lifespan": "on",
        "access_log": False,
        "log_level": "warning",
        "server_header": False,
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": GRACE_S,
    }


def _prepare() -> None:
    """Before serving: logs as lines of JSON, short turns between threads, what was loaded kept from the collector."""
    logs.configure()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    calm_collector()
