"""Allocation: certified gap and time, 20 000 to 10 000 000 customers, beside PDLP, HiGHS and first come, first served.

    python -m benchmarks.allocate [--to CUSTOMERS] [--peers PYTHON] [--seconds PER_PEER]

Every offer has places for half of an even share, and money is short for all of them together. Gains are gamma by
customer times beta by customer and offer. Seeds reported (101 …) are not those the search was tuned on. Peers run in a
process of their own with one thread; ours has one thread. Seconds are CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from rapport.customize.allocate.certificate import allocate
from rapport.customize.allocate.greedy import first_come
from rapport.customize.allocate.problem import Chunk, Problem, Resource
from rapport.customize.allocate.rounding import tally

CHUNK = 65_536


def resources(customers: int, offers: int, seed: int) -> list[Resource]:
    """Places by offer, and money for all."""
    cost = np.random.default_rng(seed).uniform(0.5, 3.0, offers)
    places = [Resource(f"places {j}", np.eye(offers)[j], customers // (2 * offers)) for j in range(offers)]
    return [*places, Resource("money", cost, customers / 4)]


def gains(count: int, offers: int, seed: int, n: int) -> np.ndarray:
    """The gains of one chunk, the same at every call."""
    rng = np.random.default_rng([seed, n])
    size = rng.standard_exponential((count, 1), dtype=np.float32) + rng.standard_exponential(
        (count, 1), dtype=np.float32
    )
    chance = rng.random((count, offers), dtype=np.float32)
    chance **= 4
    chance += 1e-3
    chance *= size * np.random.default_rng(seed + 1).uniform(0.2, 2.0, offers).astype(np.float32)
    return chance


def problem(customers: int, offers: int, cap: int, seed: int, *, kept: bool) -> Problem:
    """``kept``: the gains stay in memory; otherwise each chunk is made anew when it is asked for."""
    sizes = [min(CHUNK, customers - start) for start in range(0, customers, CHUNK)]
    made = [Chunk(gains(size, offers, seed, n)) for n, size in enumerate(sizes)] if kept else []
    chunk: Callable[[int], Chunk] = made.__getitem__ if kept else lambda n: Chunk(gains(sizes[n], offers, seed, n))
    return Problem(sizes=sizes, offers=offers, chunk=chunk, resources=resources(customers, offers, seed), cap=cap)


def one(customers: int, offers: int, cap: int, seed: int, *, kept: bool = True) -> dict[str, Any]:
    """One allocation, measured."""
    given = problem(customers, offers, cap, seed, kept=kept)
    began, wall = time.process_time(), time.perf_counter()
    plan = allocate(given)
    spent, waited = time.process_time() - began, time.perf_counter() - wall
    greedy = tally(given, first_come(given)).value
    return {
        "customers": customers, "offers": offers, "cap": cap, "seed": seed, "kept": kept, "cpu_s": round(spent, 2),
        "wall_s": round(waited, 2), "looks": plan.looks, "gap_percent": 100 * plan.gap, "value": plan.tally.value,
        "greedy_loses_percent": 100 * (1 - greedy / plan.tally.value),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def peers(python: str, seconds: float, customers: int, offers: int, cap: int, seed: int, bound: float) -> None:
    """PDLP and HiGHS on the same problem, in their own process."""
    wanted = [str(one) for one in (seconds, customers, offers, cap, seed, bound)]
    said = subprocess.run(
        [python, "-m", "benchmarks.allocate_peer", *wanted], capture_output=True, text=True, check=False
    )
    print(said.stdout.strip() or said.stderr[-500:], flush=True)


def main() -> None:
    """Prints one line of JSON a run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=int, default=1_000_000, help="the largest number of customers")
    parser.add_argument("--peers", default="", help="the Python that has ortools and highspy")
    parser.add_argument("--seconds", type=float, default=60.0, help="what a peer may take")
    given = parser.parse_args()
    one(2_000, 5, 1, 1)
    for customers in (20_000, 100_000, 300_000, 1_000_000):
        for seed in (101, 102, 103):
            if customers <= given.to:
                print(json.dumps(one(customers, 20, 1, seed)), flush=True)
    for offers, cap in ((20, 2), (100, 1), (100, 2)):
        if given.to >= 1_000_000:
            print(json.dumps(one(1_000_000, offers, cap, 101)), flush=True)
    if given.to >= 10_000_000:
        print(json.dumps(one(10_000_000, 20, 1, 101, kept=False)), flush=True)
    if given.peers:
        for customers in (20_000, 1_000_000):
            if customers <= given.to:
                bound = one(customers, 20, 1, 101)["value"]
                peers(given.peers, given.seconds, customers, 20, 1, 101, bound)


if __name__ == "__main__":
    sys.exit(main())
