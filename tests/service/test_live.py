"""Waiting for group commits: one wake-up for many requests, results and errors delivered."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

import pytest

from rapport.core.errors import StoreFailure
from rapport.service.live import Saves


def test_one_wake_up_serves_a_whole_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> tuple[list[int], int]:
        loop, saves = asyncio.get_running_loop(), Saves()
        futures: list[Future[int]] = [Future() for _ in range(100)]
        wake_ups = 0
        real = loop.call_soon_threadsafe

        def counting(*arguments):  # type: ignore[no-untyped-def]
            nonlocal wake_ups
            wake_ups += 1
            return real(*arguments)

        monkeypatch.setattr(loop, "call_soon_threadsafe", counting)
        waiting = [asyncio.create_task(saves.wait(future)) for future in futures]
        await asyncio.sleep(0)
        for number, future in enumerate(futures):
            future.set_result(number)
        results = await asyncio.gather(*waiting)
        return list(results), wake_ups

    results, wake_ups = asyncio.run(scenario())

    assert results == list(range(100))
    assert wake_ups == 1


def test_nothing_is_missed_when_another_thread_finishes_in_between() -> None:
    async def scenario() -> int:
        saves = Saves()
        futures: list[Future[int]] = [Future() for _ in range(3_000)]

        def finish() -> None:
            for future in futures:
                future.set_result(1)

        writer = threading.Thread(target=finish)
        waiting = [asyncio.create_task(saves.wait(future)) for future in futures]
        writer.start()
        total = sum(await asyncio.wait_for(asyncio.gather(*waiting), 10))
        writer.join()
        return total

    assert asyncio.run(scenario()) == 3_000


def test_errors_come_through_and_a_cancelled_wait_is_left_alone() -> None:
    async def scenario() -> None:
        saves = Saves()
        broken: Future[None] = Future()
        abandoned: Future[None] = Future()
        first = asyncio.create_task(saves.wait(broken))
        second = asyncio.create_task(saves.wait(abandoned))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        abandoned.set_result(None)
        broken.set_exception(StoreFailure("the disk is full"))
        with pytest.raises(StoreFailure, match="the disk is full"):
            await first
        with pytest.raises(asyncio.CancelledError):
            await second

    asyncio.run(scenario())


def test_a_finished_future_is_not_waited_for() -> None:
    done: Future[int] = Future()
    done.set_result(7)

    assert asyncio.run(Saves().wait(done)) == 7
