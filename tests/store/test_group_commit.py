"""Group commit: who waits together is written together, and who fails fails alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from rapport.core.errors import Busy, StoreFailure
from rapport.store.group_commit import GroupCommit, GroupLost, Job


class Named(Job):
    """A job with a name; the ledger below echoes it in capitals."""

    def __init__(self, name: str, weight: int = 1) -> None:
        super().__init__(weight)
        self.name = name


class Ledger:
    """A database that writes names, holds its breath while ``gate`` is shut, and chokes on some names."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.tried: list[list[str]] = []
        self.rests: list[bool] = []
        self.gate = threading.Event()
        self.started = threading.Event()

    def commit(self, jobs: Sequence[Job]) -> Sequence[Any]:
        names = [job.name for job in jobs if isinstance(job, Named)]
        self.started.set()
        assert self.gate.wait(10)
        self.tried.append(names)
        if "lost" in names:
            raise GroupLost(StoreFailure("the line went dead"))
        if any(name.startswith("bad") for name in names):
            raise ValueError("one of them is bad")
        self.groups.append(names)
        return [name.upper() for name in names]

    def rest(self, idle: bool) -> float | None:
        self.rests.append(idle)
        return None


Queue = Callable[..., list[Future[Any]]]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def committer(ledger: Ledger) -> Iterator[GroupCommit]:
    committer = GroupCommit(ledger.commit, ledger.rest, capacity=10, group=6)
    yield committer
    ledger.gate.set()
    committer.close()


def submit_while_busy(ledger: Ledger, committer: GroupCommit, *names: str) -> list[Future[Any]]:
    """Lets the writer start on ``first``, queues the others behind it, and opens the gate."""
    futures = [committer.submit(Named("first"))]
    assert ledger.started.wait(10)
    futures += [committer.submit(Named(name)) for name in names]
    ledger.gate.set()
    return futures


def test_what_waits_is_written_in_one_group_and_each_gets_its_answer(ledger: Ledger, committer: GroupCommit) -> None:
    futures = submit_while_busy(ledger, committer, "a", "b", "c")
    assert [future.result(10) for future in futures] == ["FIRST", "A", "B", "C"]
    assert ledger.groups == [["first"], ["a", "b", "c"]]


def test_a_group_stays_within_its_weight(ledger: Ledger, committer: GroupCommit) -> None:
    for future in submit_while_busy(ledger, committer, *"abcdefgh"):
        future.result(10)
    assert ledger.groups == [["first"], list("abcdef"), list("gh")]


def test_a_job_that_fails_fails_alone(ledger: Ledger, committer: GroupCommit) -> None:
    futures = submit_while_busy(ledger, committer, "a", "bad", "b", "c")
    assert [future.exception(10) is None for future in futures] == [True, True, False, True, True]
    assert isinstance(futures[2].exception(), ValueError)
    assert sorted(name for group in ledger.groups for name in group) == ["a", "b", "c", "first"]
    assert committer.submit(Named("later")).result(10) == "LATER"


def test_a_group_whose_fate_is_unknown_is_not_tried_again(ledger: Ledger, committer: GroupCommit) -> None:
    futures = submit_while_busy(ledger, committer, "a", "lost", "b")
    assert [type(future.exception(10)) for future in futures[1:]] == [StoreFailure] * 3
    assert ledger.tried == [["first"], ["a", "lost", "b"]]


def test_a_full_queue_says_so_and_an_empty_one_takes_anything(ledger: Ledger, committer: GroupCommit) -> None:
    committer.submit(Named("enormous", weight=1_000))
    assert ledger.started.wait(10)
    committer.submit(Named("a", weight=9))
    with pytest.raises(Busy) as refused:
        committer.submit(Named("b", weight=2))
    assert refused.value.retry_after_s == 1


def test_a_future_cancelled_in_time_is_not_written(ledger: Ledger, committer: GroupCommit) -> None:
    committer.submit(Named("first"))
    assert ledger.started.wait(10)
    regretted, kept = committer.submit(Named("regretted")), committer.submit(Named("kept"))
    assert regretted.cancel()
    ledger.gate.set()
    assert kept.result(10) == "KEPT"
    assert ledger.groups == [["first"], ["kept"]]


def test_closing_drains_the_queue(ledger: Ledger, committer: GroupCommit) -> None:
    futures = submit_while_busy(ledger, committer, *"abcdefgh")
    committer.close()
    assert all(future.done() for future in futures)
    with pytest.raises(StoreFailure, match="closed"):
        committer.submit(Named("late"))


def test_the_database_may_rest_after_each_group(ledger: Ledger, committer: GroupCommit) -> None:
    for future in submit_while_busy(ledger, committer, *"abcdefgh"):
        future.result(10)
    committer.close()
    assert ledger.rests == [True, False, False, True]
