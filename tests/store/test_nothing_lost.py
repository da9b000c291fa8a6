"""Killed at a random moment under load, the store has every acknowledged event once, and whole steps of the fold.

``RAPPORT_KILLS`` says how many times (3 unless told otherwise).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from rapport.core.identifier import Identifier
from rapport.ports.store import Store
from rapport.store import open_store
from tests.store.worker import BATCH

KILLS = int(os.environ.get("RAPPORT_KILLS", "3"))
OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
WORKER = str(Path(__file__).with_name("worker.py"))


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts workers; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        started.append(subprocess.Popen([sys.executable, WORKER, *arguments], stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    yield run
    for worker in started:
        worker.kill()
        worker.communicate()


def killed_after(worker: subprocess.Popen[str], seconds: float) -> list[str]:
    """Every line the worker said before it was killed, ``seconds`` after its first."""
    assert worker.stdout is not None
    said = [worker.stdout.readline().strip()]
    time.sleep(seconds)
    worker.kill()
    said += [line.strip() for line in worker.stdout if line.endswith("\n")]
    worker.wait(30)
    return said


def opened_after_the_dead(url: str) -> Store:
    """The store, once PostgreSQL has noticed that its client is gone and finished what that had asked for."""
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            while connection.execute(OTHERS).fetchone() != (0,):
                time.sleep(0.01)
    return open_store(url, Path())


def bodies(store: Store) -> list[str]:
    return [event.body.decode() for event in store.read_log(0, 10_000_000)]


def assert_whole_steps(store: Store) -> None:
    folded = store.cursors().event
    assert folded > 0
    assert store.count_customers() == folded
    assert store.next_identifier_id() == folded + 1
    assert store.find(Identifier("user_id", str(folded))) is not None
    assert len(store.identifiers_of([f"c{number}" for number in range(1, folded + 1)])) == folded


def test_what_was_acknowledged_survives_a_kill(store_url: str, start: Start) -> None:
    chance = random.Random(7)
    acknowledged: list[str] = []
    for round_number in range(KILLS):
        worker = start("append_and_fold", store_url, f"r{round_number}")
        acknowledged += killed_after(worker, chance.uniform(0.05, 0.6))
        store = opened_after_the_dead(store_url)
        counts = Counter(bodies(store))
        assert {batch: counts[batch] for batch in acknowledged} == dict.fromkeys(acknowledged, BATCH)
        assert set(counts.values()) == {BATCH}
        assert_whole_steps(store)
        store.close()
    assert len(acknowledged) >= KILLS


def test_two_processes_that_append_the_same_ids_keep_each_once(store: Store, store_url: str, start: Start) -> None:
    workers = [start("append_same", store_url, "2000") for _ in range(2)]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert sum(said) == len(bodies(store)) == 2_000


def test_the_lease_goes_with_the_process(store: Store, store_url: str, start: Start) -> None:
    holder = start("hold_lease", store_url)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    with store.fold_lease() as mine:
        assert not mine
    holder.kill()
    holder.wait(30)
    deadline = time.monotonic() + 10
    taken = False
    while not taken and time.monotonic() < deadline:
        with store.fold_lease() as taken:
            pass
    assert taken
