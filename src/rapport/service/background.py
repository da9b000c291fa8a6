"""The thread that folds what arrives, closes attribution windows, and never dies silently."""

from __future__ import annotations

import threading

import structlog

from rapport.core.errors import RapportError
from rapport.loop.intake import fold as folding
from rapport.loop.privacy import rights
from rapport.loop.refreshing.differentiate import warm_up
from rapport.loop.runtime import Runtime
from rapport.service.metrics import FOLD_FAILURES, FOLDED

GATHER_S = 0.05
"""How long it lets events gather before a step, so that a step is worth its transaction."""
IDLE_S = 0.5
"""How often it looks without being woken: other processes append to the same log."""
CLOSE_EVERY_US = 5_000_000
BACK_OFF_S = (0.1, 0.5, 2.0, 5.0)

_log = structlog.get_logger("rapport.fold")


class Folding:
    """The background fold of one process; start and stop it with the application."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._asked = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed_at = 0
        self._checked = False
        self.failures = 0
        """Failures in a row; 0 while all is well."""
        self.steps = 0
        """Steps that changed something; readers watch it to see that profiles may have moved."""

    def start(self) -> None:
        """Starts the thread."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="rapport-fold", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Lets the current step finish and ends the thread."""
        self._stopping.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wake(self) -> None:
        """There is something to fold."""
        if not self._wanted.is_set():
            self._wanted.set()

    def attend(self) -> None:
        """Somebody handed on a request of a data subject."""
        self._asked.set()
        self.wake()

    @property
    def healthy(self) -> bool:
        """Whether the fold runs (or was never asked to) and its last step did not fail."""
        return not self.failures and (self._thread is None or self._thread.is_alive())

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                consumed = self._step()
            except RapportError as error:
                self._failed(error)
            except Exception as error:  # noqa: BLE001  the edge of this thread: logged, counted, tried again
                self._failed(error)
            else:
                self.failures = 0
                if consumed < folding.STEP_EVENTS:
                    self._wait()

    def _step(self) -> int:
        self._wanted.clear()
        if not self._checked:
            folding.begin(self._rt)
            warm_up(self._rt)
            self._checked = True
        consumed = folding.fold(self._rt)
        if consumed:
            self.steps += 1
            FOLDED.inc(consumed)
        now_us = self._rt.clock.now_us()
        self._rt.counts.write(self._rt.store, self._rt.chance, now_us, due=True)
        if now_us - self._closed_at >= CLOSE_EVERY_US:
            self._closed_at = now_us
            self._asked.set()
            consumed += folding.close_windows(self._rt)
            self._rt.counts.compact(self._rt.store, now_us)
            self._rt.learner.checkpoint_if_due(self._rt.store, now_us)
        if self._asked.is_set():
            self._asked.clear()
            self._work()
        return consumed

    def _work(self) -> None:
        """Requests of data subjects; one that fails waits for the next round, and the fold goes on."""
        try:
            rights.work(self._rt)
        except RapportError as error:
            _log.error("requests of data subjects wait", exc_info=error)

    def _wait(self) -> None:
        self._wanted.wait(IDLE_S)
        self._stopping.wait(GATHER_S)

    def _failed(self, error: Exception) -> None:
        pause = BACK_OFF_S[min(self.failures, len(BACK_OFF_S) - 1)]
        self.failures += 1
        FOLD_FAILURES.inc()
        _log.error("the fold failed and will be tried again", after_s=pause, failures=self.failures, exc_info=error)
        self._stopping.wait(pause)
