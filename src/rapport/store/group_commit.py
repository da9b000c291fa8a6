"""Group commit: one thread writes, everything that waits goes into one transaction, one sync pays for all.

What comes in: jobs (:class:`Job`) from any thread. What goes out: each job's ``future``, completed once the
transaction that holds it is on disk. A job that fails fails alone: its group is rolled back and split until it stands
by itself, and the others commit.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from rapport.core.errors import Busy, StoreFailure


class Job:
    """One change that waits to be written; ``weight`` is about what it occupies, in bytes."""

    __slots__ = ("future", "weight")

    def __init__(self, weight: int) -> None:
        self.weight = weight
        self.future: Future[Any] = Future()


class GroupLost(Exception):
    """The connection broke: whether the group was written cannot be known, so none of it may be tried again."""

    def __init__(self, failure: StoreFailure) -> None:
        super().__init__(str(failure))
        self.failure = failure


PACE_S = 0.002
"""Where several callers write at once, groups begin at least so far apart: a commit costs far more than a job, so fewer
and larger groups save more than they delay. A caller who waits for each of his writes is never held up."""

Commit = Callable[[Sequence[Job]], Sequence[Any]]
"""Writes jobs in one durable transaction and returns their results in order, or raises having written none."""


class GroupCommit:
    """The writer thread and its bounded queue.

    ``rest`` is called after every group and whenever the seconds it last returned have passed in silence (None: no
    need to wake up); it is told whether the queue is empty.
    """

    def __init__(
        self, commit: Commit, rest: Callable[[bool], float | None], *, capacity: int = 64 << 20, group: int = 8 << 20
    ) -> None:
        self._commit = commit
        self._rest = rest
        self._capacity = capacity
        self._group = group
        self._queue: deque[Job] = deque()
        self._waiting = 0
        self._asleep = False
        self._closed = False
        self._changed = threading.Condition(threading.Lock())
        self._thread = threading.Thread(target=self._run, name="rapport-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> Future[Any]:
        """Queues a job. Raises ``Busy`` when too much waits already, ``StoreFailure`` after ``close``."""
        with self._changed:
            if self._closed:
                raise StoreFailure("the store is closed", hint="open it again")
            if self._queue and self._waiting + job.weight > self._capacity:
                raise Busy("too many writes are waiting for the disk", hint="send it again in a second")
            self._queue.append(job)
            self._waiting += job.weight
            if self._asleep:
                self._changed.notify()
        return job.future

    def close(self) -> None:
        """Takes no more jobs, writes those that wait, and ends the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        pause = self._rest(True)
        while (jobs := self._take(pause)) is not None:
            began = time.monotonic()
            if jobs:
                self._settle(jobs)
            pause = self._rest(not self._queue)
            if self._queue and not self._closed:
                time.sleep(max(0.0, began + PACE_S - time.monotonic()))

    def _take(self, pause: float | None) -> list[Job] | None:
        """The next group; empty after ``pause`` seconds of silence, None once closed and drained."""
        jobs: list[Job] = []
        weight = 0
        with self._changed:
            if not self._queue and not self._closed:
                self._asleep = True
                self._changed.wait(pause)
                self._asleep = False
            if self._closed and not self._queue:
                return None
            while self._queue and (not jobs or weight + self._queue[0].weight <= self._group):
                job = self._queue.popleft()
                weight += job.weight
                jobs.append(job)
            self._waiting -= weight
        return [job for job in jobs if job.future.set_running_or_notify_cancel()]

    def _settle(self, jobs: Sequence[Job]) -> None:
        try:
            results = self._commit(jobs)
        except GroupLost as lost:
            _fail(jobs, lost.failure)
        except Exception as error:  # noqa: BLE001 - whatever a job raises belongs to its future, and the writer lives on
            if len(jobs) == 1:
                _fail(jobs, error)
                return
            middle = len(jobs) // 2
            self._settle(jobs[:middle])
            self._settle(jobs[middle:])
        else:
            for job, result in zip(jobs, results, strict=True):
                job.future.set_result(result)


def _fail(jobs: Sequence[Job], error: Exception) -> None:
    for job in jobs:
        job.future.set_exception(error)
