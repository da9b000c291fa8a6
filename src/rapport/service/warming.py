"""The thread that makes products ready when a server starts."""

from __future__ import annotations

import threading

import structlog

from rapport.core.errors import RapportError
from rapport.loop.runtime import Runtime

_log = structlog.get_logger("rapport.configure")


class Warming:
    """Compiles and warms up the products of one process, beside its first answers."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts the thread, where there are products."""
        if self._rt.workspace.products:
            self._thread = threading.Thread(target=self._run, name="rapport-products", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends the thread after the product that it is at."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._rt.shelf.warm_up(lambda: not self._stopping.is_set())
        except RapportError as error:
            # Whoever asks for that product is told the same.
            _log.error("a product is not ready", error=str(error), hint=error.hint)
