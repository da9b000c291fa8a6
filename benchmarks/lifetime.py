"""Lifetime value beside ``lifetimes``: ``python -m benchmarks.lifetime``.

The same daily rows (x, t_x, T) for both: CDNOW's 2,357 customers, then customers drawn from CDNOW's published
parameters. ``lifetimes`` (0.11.3, the last there will be) runs in an environment of its own, once with a row a customer
and once with the same distinct weighted rows that Rapport makes of them, so that its gain from compression shows apart
from ours. Seconds of the fit alone, from arrays in memory, medians of the rounds; imports, and the warming of both, are
not counted. Rapport's seconds include compression, both likelihoods (with and without dropout) and standard errors.
Then the scoring of customers as a refresh and as a live event does it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from rapport.differentiate.frame import Frame, Purchases, Recent, Tallies
from rapport.differentiate.lifetime import LifetimePart, bgnbd
from rapport.workspace.value import Lifetime

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".cache" / "peers-lifetimes-venv"
PACKAGES = ("lifetimes==0.11.3", "setuptools<81", "numpy<2", "pandas<3", "scipy<1.14")
R, ALPHA, A, B = 0.243, 4.414 * 7, 0.793, 2.426
DAY = 500


def drawn(customers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, t_x, T of customers who buy as the model says, seen for 27 to 39 weeks, as CDNOW's."""
    rng = np.random.default_rng(customers)
    rate, leaving = rng.gamma(R, 1 / ALPHA, customers), rng.beta(A, B, customers)
    t = rng.integers(189, 274, customers)
    lost = rng.exponential(1 / np.maximum(rate * leaving, 1e-300))
    until = np.minimum(lost, t)
    kept = rng.poisson(rate * (1 - leaving) * until)
    last = np.where(lost < t, lost, until * rng.random(customers) ** (1 / np.maximum(kept, 1)))
    x = kept + (lost < t)
    return x.astype(np.int64), np.where(x > 0, last, 0).astype(np.int64), t.astype(np.int64)


def cdnow(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    bought: dict[str, set[int]] = {}
    for line in (folder / "cdnow" / "CDNOW_sample.txt").read_text().splitlines():
        _, customer, on, *_ = line.split()
        day = int(np.datetime64(f"{on[:4]}-{on[4:6]}-{on[6:]}").astype(int))
        bought.setdefault(customer, set()).add(day)
    end = int(np.datetime64("1997-09-30").astype(int))
    past = [sorted(day for day in days if day <= end) for days in bought.values()]
    return tuple(np.array(one) for one in zip(*((len(d) - 1, d[-1] - d[0], end - d[0]) for d in past), strict=True))  # type: ignore[return-value]


def ours(x: np.ndarray, t_x: np.ndarray, t: np.ndarray) -> tuple[float, bgnbd.Purchasing]:
    started = time.perf_counter()
    found = bgnbd.fit(bgnbd.compress(x, t_x, t))
    return time.perf_counter() - started, found


def theirs(x: np.ndarray, t_x: np.ndarray, t: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(file.name, x=x, t_x=t_x, t=t, weights=weights)
        peer = str(ROOT / "benchmarks" / "lifetime_peer.py")
        ran = subprocess.run([str(python), "-W", "ignore", peer, file.name], capture_output=True, check=True)
    return json.loads(ran.stdout)


def likelihood(rows: bgnbd.Rows, peer: dict[str, float]) -> float:
    """ln L of the peer's parameters, by our formula."""
    at = np.log([peer[name] for name in ("r", "alpha", "a", "b")])
    return -bgnbd._Likelihood(rows, 1.0).with_dropout(at)[0] * float(rows.weight.sum())


def fits(sizes: list[int], folder: Path, rounds: int) -> None:
    print(
        "| customers | distinct rows | Rapport s | lifetimes s | times | lifetimes, same rows s | times "
        "| r, α, a, b ours | theirs | ln L ours − theirs |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|---|---|--:|")
    for size in sizes:
        rows = cdnow(folder) if size == 2_357 else drawn(size)
        packed = bgnbd.compress(*rows)
        own, other, other_packed = [], [], []
        for _ in range(rounds):
            seconds, found = ours(*rows)
            own.append(seconds)
            peer = theirs(*rows, np.ones(rows[0].size))
            other.append(peer["seconds"])
            other_packed.append(theirs(packed.x, packed.t_x, packed.t, packed.weight)["seconds"])
        a, b, c = (statistics.median(one) for one in (own, other, other_packed))
        print(
            f"| {size:,} | {packed.x.size:,} | {a:.3f} | {b:.2f} | {b / a:.1f} | {c:.2f} | {c / a:.1f} "
            f"| {found.r:.4f}, {found.alpha:.3f}, {found.a:.4f}, {found.b:.4f} "
            f"| {peer['r']:.4f}, {peer['alpha']:.3f}, {peer['a']:.4f}, {peer['b']:.4f} "
            f"| {found.log_likelihood - likelihood(packed, peer):+.4f} |",
            flush=True,
        )


def frame(x: np.ndarray, t_x: np.ndarray, t: np.ndarray) -> Frame:
    """Customers with these summaries: the first purchase, the last, and evenly between."""
    rng = np.random.default_rng(1)
    count = np.minimum(x + 1, t_x + 1)
    customer = np.repeat(np.arange(x.size, dtype=np.int32), count)
    place = np.arange(customer.size) - np.repeat(np.cumsum(count) - count, count)
    share = place / np.maximum(np.repeat(count, count) - 1, 1)
    day = (DAY - np.repeat(t, count) + np.floor(share * np.repeat(t_x, count))).astype(np.int32)
    none = np.zeros(customer.size, np.int64)
    revenue = rng.gamma(4.0, 90_000, customer.size).astype(np.int64)
    i32 = np.zeros(0, np.int32)
    return Frame(
        range(x.size), 0, DAY, np.ones(x.size, bool),  # type: ignore[arg-type]
        Purchases(customer, day, none + 1, revenue, none, none),
        Tallies(i32, i32, i32, i32, i32.astype(np.int64), []), Recent(i32, i32, i32.astype(np.int64)),
        lambda name: np.zeros(0), lambda rules, scores: [],
    )  # fmt: skip


def scoring(sizes: list[int]) -> None:
    part = LifetimePart(Lifetime())
    started = time.perf_counter()
    model = part.fit(frame(*drawn(200_000)))
    seconds = time.perf_counter() - started
    print(f"\nfit of the whole part to a sample of 200,000, holdout and spend included: {seconds:.2f} s")
    for size in sizes:
        everybody = frame(*drawn(size))
        part.score(model, everybody)
        started = time.perf_counter()
        part.score(model, everybody)
        print(f"score of {size:,}: {time.perf_counter() - started:.2f} s")
    one = frame(*(column[:1] for column in drawn(10)))
    part.score(model, one)
    rounds = []
    for _ in range(20):
        started = time.perf_counter()
        for _ in range(200):
            part.score(model, one)
        rounds.append((time.perf_counter() - started) / 200)
    print(f"score of one: {1e6 * min(rounds):.0f} µs (best of 20 rounds of 200)")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--sizes", type=int, nargs="*", default=[2_357, 100_000, 1_000_000])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--data", type=Path, default=Path(os.environ.get("RAPPORT_TEST_DATA", "")))
    given = options.parse_args()
    ours(*drawn(1_000))
    fits(given.sizes, given.data, given.rounds)
    scoring([100_000, 1_000_000])


if __name__ == "__main__":
    main()
