"""Waiting in asyncio for what the store's writer thread finishes, with one wake-up for each group commit."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")


class Saves:
    """Turns the store's futures into something to await.

    The writer thread completes all requests of one commit in a row. Each puts itself on a deque, and only the first
    wakes the event loop, which then resumes all that are there: a wake-up is a system call, and dear.
    """

    def __init__(self) -> None:
        self._finished: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._awake = False

    async def wait(self, saved: Future[T]) -> T:
        """The future's result once it is there; raises what it raises."""
        if saved.done():
            return saved.result()
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()
        saved.add_done_callback(partial(self._finish, loop, waiter))
        return await waiter

    def _finish(self, loop: asyncio.AbstractEventLoop, waiter: asyncio.Future[Any], saved: Future[Any]) -> None:
        """Runs in the writer's thread."""
        self._finished.append((waiter, saved))
        if not self._awake:
            self._awake = True
            try:
                loop.call_soon_threadsafe(self._resume)
            except RuntimeError:
                # The loop closed while the commit was under way: nobody is waiting any more.
                self._awake = False

    def _resume(self) -> None:
        """Runs in the loop. The flag falls first, so that whatever finishes from here on wakes the loop again."""
        self._awake = False
        while self._finished:
            waiter, saved = self._finished.popleft()
            if waiter.done():
                continue
            error = saved.exception()
            if error is None:
                waiter.set_result(saved.result())
            else:
                waiter.set_exception(error)
