"""Experiments on purchases that nobody made for us: ``RAPPORT_TEST_DATA=… python -m benchmarks.experiment``.

A/A: each data set's customers (who bought before a day) are put in random order and random arms, and looked at 60
times on the way to all of them. Their outcome is what they spent, or whether they bought, in the span after that day;
the covariate is the same before. Nothing was done to either arm, so every interval without 0, at any look, is false.
Beside it the ordinary interval, looked at as often; GrowthBook's sequential interval (``gbstats`` in an environment of
its own, its default tuning, on the same sums, without covariates); and five planned looks. Widths are those at the end,
as multiples of the ordinary one. Then an effect that is there: everyone in the treated arm spends so much more.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from rapport.learn.experiment import Design, Measured
from rapport.learn.experiment.estimate import LEAST, estimate
from rapport.learn.experiment.sequential import Always

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".cache" / "peers-gbstats-venv"
PACKAGES = ("gbstats==0.8.0", "setuptools<81")
LOOKS = 60
Z = 1.959964
LIFT = 0.3
MANY = 10_000
"""From so many customers on a third of the seeds is drawn."""
Floats = NDArray[np.float64]

SOURCES = {
    "online_retail": (
        "SELECT CustomerID AS who, CAST(InvoiceDate AS DATE) AS day, Quantity * UnitPrice AS amount"
        " FROM '{folder}/online_retail/onlineretail.parquet' WHERE CustomerID IS NOT NULL AND Quantity > 0"
        " AND UnitPrice > 0",
        "2011-06-01", 180, 60,
    ),
    "complete_journey": (
        "SELECT household_id AS who, CAST(transaction_timestamp AS DATE) AS day, sales_value AS amount"
        " FROM '{folder}/complete_journey/transactions_sample.parquet'",
        "2017-07-01", 180, 60,
    ),
    "CDNOW": (
        "SELECT column0 AS who, CAST(strptime(column1, '%Y%m%d') AS DATE) AS day, CAST(column3 AS DOUBLE) AS amount"
        " FROM (SELECT parts[1] AS column0, parts[2] AS column1, parts[4] AS column3 FROM (SELECT"
        " regexp_split_to_array(trim(line), ' +') AS parts FROM read_csv('{folder}/cdnow/CDNOW_master.txt',"
        " columns={{'line': 'VARCHAR'}}, header=false, skip=1, delim='\\t')))",
        "1997-07-01", 181, 91,
    ),
}  # fmt: skip


def customers(name: str, folder: Path) -> tuple[Floats, Floats]:
    """What each customer spent before and after the day, of those who bought before it."""
    sql, day, before, after = SOURCES[name]
    found = duckdb.sql(
        f"SELECT SUM(amount) FILTER (WHERE day < DATE '{day}') AS before,"
        f" COALESCE(SUM(amount) FILTER (WHERE day >= DATE '{day}'), 0) AS after FROM ({sql.format(folder=folder)})"
        f" WHERE day >= DATE '{day}' - {before} AND day < DATE '{day}' + {after} GROUP BY who"
        f" HAVING COUNT(*) FILTER (WHERE day < DATE '{day}') > 0 ORDER BY who"
    ).fetchnumpy()
    return found["before"].astype(np.float64), found["after"].astype(np.float64)


def trials(value: Floats, before: Floats, seeds: range, lift: float = 0.0) -> dict[str, list[float]]:
    """Share of trials that any look decided, and the widths at the end, by method."""
    n = len(value)
    ways = {"always, CUPED": (0, True), "always": (0, False), "5 looks, CUPED": (5, True), "peeking": (1, True)}
    decided: dict[str, list[float]] = {name: [] for name in ways}
    width: dict[str, list[float]] = {name: [] for name in ways}
    early: dict[str, list[float]] = {name: [] for name in ways}
    for seed in seeds:
        rng = np.random.default_rng(seed)
        order, arm = rng.permutation(n), rng.integers(0, 2, n)
        outcome = value[order] * (1.0 + lift * arm)
        for name, (looks, known) in ways.items():
            x = before[order][:, None] if known else np.zeros((n, 1))
            measured = Measured(value=outcome, before=x, counted=n)
            stops = stops_of(n) if looks != 5 else [-(-n * look // 5) for look in range(1, 6)]
            hits, last = [], None
            for stop in stops:
                # Peeking is the ordinary interval at every stop: one look planned for exactly as many.
                design = Design(arms=("a", "b"), shares=(1, 1), planned=stop if looks == 1 else n, looks=looks)
                last = estimate(design, arm, measured, 1, stop)
                if last.low is not None and not last.low <= 0.0 <= last.high:
                    hits.append(stop / n)
            decided[name].append(float(bool(hits)))
            early[name].append(hits[0] if hits else 1.0)
            width[name].append(last.high - last.low)
    once = np.array(width["peeking"])
    return {
        name: [float(np.mean(decided[name])), float(np.mean(np.array(width[name]) / once)), float(np.mean(early[name]))]
        for name in ways
    }


def stops_of(n: int) -> list[int]:
    return [round(n * look / LOOKS) for look in range(1, LOOKS + 1) if n * look / LOOKS >= 2.2 * LEAST]


def growthbook(value: Floats, seeds: range) -> tuple[float, float]:
    """False positives and width of GrowthBook's sequential interval on the same orders and arms."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    n, rows = len(value), []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        order, arm = rng.permutation(n), rng.integers(0, 2, n)
        outcome = value[order]
        sums = [np.cumsum(part * (arm == side)) for side in (0, 1) for part in (np.ones(n), outcome, outcome**2)]
        rows.append(np.array([[one[stop - 1] for one in sums] for stop in stops_of(n)]))
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(file.name, sums=np.array(rows))
        peer = [str(python), "-W", "ignore", str(ROOT / "benchmarks" / "experiment_peer.py"), file.name]
        ran = subprocess.run(peer, capture_output=True, check=True)
    found = json.loads(ran.stdout)
    return found["false"], found["width"]


def row(name: str, metric: str, value: Floats, before: Floats, seeds: range) -> None:
    aa = trials(value, before, seeds)
    there = trials(value, before, seeds[: max(1, len(seeds) // 4)], LIFT)
    reduction = 1.0 - (aa["always, CUPED"][1] / aa["always"][1]) ** 2
    false, width = growthbook(value, seeds)
    error = np.sqrt(0.05 * 0.95 / len(seeds))
    print(
        f"| {name}, {metric} | {len(value):,} | {100 * aa['always, CUPED'][0]:.1f}% | {100 * aa['always'][0]:.1f}% "
        f"| {100 * aa['5 looks, CUPED'][0]:.1f}% | {100 * aa['peeking'][0]:.1f}% | {100 * false:.1f}% "
        f"| {aa['always, CUPED'][1]:.2f} | {aa['always'][1]:.2f} | {aa['5 looks, CUPED'][1]:.2f} | {width:.2f} "
        f"| {100 * reduction:.0f}% | {100 * there['always, CUPED'][0]:.0f}% at {there['always, CUPED'][2]:.2f} "
        f"| {100 * there['5 looks, CUPED'][0]:.0f}% at {there['5 looks, CUPED'][2]:.2f} | ±{100 * error:.1f} |",
        flush=True,
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=400)
    asked.add_argument("--data", type=Path, default=Path(os.environ.get("RAPPORT_TEST_DATA", ".")))
    said = asked.parse_args()
    seeds = range(10_000, 10_000 + said.seeds)
    print(f"tuned sequence at the planned size: {Always(1000, 0.05).width(1000) / Z:.3f} times the ordinary width")
    print(
        "| outcome | customers | false: always, CUPED | always | 5 looks, CUPED | peeking | GrowthBook "
        "| width: always, CUPED | always | 5 looks, CUPED | GrowthBook | variance gone "
        f"| {LIFT:.0%} more is seen: always | 5 looks | ± |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name in SOURCES:
        before, after = customers(name, said.data)
        fewer = seeds if len(after) < MANY else seeds[: len(seeds) // 3]
        row(name, "spend", after, before, fewer)
        row(name, "bought", (after > 0).astype(np.float64), np.log1p(np.maximum(before, 0.0)), fewer)


if __name__ == "__main__":
    main()
