"""Finding a customer by identifier, in one statement, among N: ``python -m benchmarks.store_find``.

Profiles of 1.7 KB of noise, scores of 200 bytes; every question is a random identifier. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

from rapport.core.customer import IdentifierRow
from rapport.core.identifier import Identifier
from rapport.ports.store import FoldBatch, Store
from rapport.store import open_store

PROFILE_BYTES = 1_700
STEP = 2_000


def fill(store: Store, customers: int) -> None:
    """Customers as the fold would have left them."""
    for first in range(1, customers + 1, STEP):
        numbers = range(first, min(first + STEP, customers + 1))
        names = {number: Identifier("user_id", f"u{number}") for number in numbers}
        ids = {number: f"c_{random.getrandbits(96):024x}" for number in numbers}
        store.apply(
            FoldBatch(
                event_cursor=first,
                decision_cursor=0,
                identifiers=[IdentifierRow(number, names[number], ids[number], 1) for number in numbers],
                profiles=[(ids[number], os.urandom(PROFILE_BYTES)) for number in numbers],
            )
        ).result()
        store.write_scores((ids[number], b'{"x": "%s"}' % (b"s" * 190)) for number in numbers).result()


def ask(store: Store, customers: int, times: int) -> tuple[list[float], float]:
    """Sorted latencies and mean CPU, in microseconds."""
    wanted = [Identifier("user_id", f"u{random.randint(1, customers)}") for _ in range(times)]
    taken = []
    cpu = time.process_time()
    for identifier in wanted:
        start = time.perf_counter_ns()
        assert store.find(identifier) is not None
        taken.append((time.perf_counter_ns() - start) / 1_000)
    return sorted(taken), (time.process_time() - cpu) / times * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20_000)
    parser.add_argument("--url", default="sqlite:///store.db", help="another store, empty")
    given = parser.parse_args()
    print("| customers | p50, µs | p90, µs | p99, µs | CPU, µs |")
    print("|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        store = open_store(given.url, Path(folder))
        fill(store, given.customers)
        ask(store, given.customers, given.times)
        taken, cpu = ask(store, given.customers, given.times)
        p50, p90, p99 = (taken[int(given.times * share)] for share in (0.5, 0.9, 0.99))
        print(f"| {given.customers:,} | {p50:.1f} | {p90:.1f} | {p99:.1f} | {cpu:.1f} |")
        store.close()


if __name__ == "__main__":
    main()
