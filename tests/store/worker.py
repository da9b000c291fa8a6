"""A process for the tests that kill one: ``worker.py PLAY URL …`` does one thing and says so on its standard output."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from rapport.core.customer import IdentifierRow
from rapport.core.event import LogEntry
from rapport.core.identifier import Identifier
from rapport.ports.store import FoldBatch, Store
from rapport.store import open_store

BATCH = 20
IN_FLIGHT = 8


def say(line: object) -> None:
    os.write(1, f"{line}\n".encode())


def append_and_fold(store: Store, name: str) -> None:
    """Appends numbered batches for ever, saying ``name-n`` once batch n is acknowledged, and folds beside it."""
    threading.Thread(target=fold, args=(store,), daemon=True).start()
    waiting: deque[tuple[str, Future[Any]]] = deque()
    number = 0
    while True:
        batch = f"{name}-{number}"
        waiting.append((batch, store.append([LogEntry(f"{batch}-{place}", batch.encode()) for place in range(BATCH)])))
        number += 1
        if len(waiting) == IN_FLIGHT:
            done, future = waiting.popleft()
            future.result()
            say(done)


def fold(store: Store) -> None:
    """One new customer a step; the cursor counts them."""
    while True:
        number = store.cursors().event + 1
        person = Identifier("user_id", str(number))
        store.apply(
            FoldBatch(
                event_cursor=number,
                decision_cursor=0,
                identifiers=[IdentifierRow(number, person, f"c{number}", number)],
                profiles=[(f"c{number}", b"p" * 500)],
                owned=[(number, number)],
            )
        ).result()


def append_same(store: Store, count: str) -> None:
    """Appends the ids every other such process appends too, and says how many were new."""
    say("ready")
    sys.stdin.readline()
    ids = [f"m{number}" for number in range(int(count))]
    waiting = [
        store.append([LogEntry(message_id, b"{}") for message_id in ids[at : at + 10]]) for at in range(0, len(ids), 10)
    ]
    say(sum(future.result().appended for future in waiting))


def hold_lease(store: Store) -> None:
    """Takes the lease of the fold and never gives it back."""
    with store.fold_lease() as held:
        say(held)
        time.sleep(60)


PLAYS = {play.__name__: play for play in (append_and_fold, append_same, hold_lease)}

if __name__ == "__main__":
    PLAYS[sys.argv[1]](open_store(sys.argv[2], Path()), *sys.argv[3:])
