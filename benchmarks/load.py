"""Load: seconds and peak memory of a real shop's year, as Parquet, as CSV, again, dry, and proposed.

    python -m benchmarks.load [--data FOLDER] [--repeat 3]

``FOLDER`` (default: the environment variable RAPPORT_TEST_DATA) holds ``online_retail/onlineretail.parquet``. Every
figure is measured in a process of its own; each is the best of ``--repeat`` rounds. The yardstick is a DuckDB script
written by hand that groups the same lines into the same orders as JSON and inserts nothing: what the work costs
without a log, without rules of arrival and without a word about any row that was left out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from rapport.bootstrap import opened
from rapport.loop.intake.load import load, propose

EXAMPLE = Path(__file__).parents[1] / "examples" / "online_retail"
LINES = 541_909
BY_HAND = """
    COPY (
        SELECT InvoiceNo, CAST(CustomerID AS BIGINT) AS customer, min(InvoiceDate) AS time, min(Country) AS country,
            CASE WHEN InvoiceNo LIKE 'C%' THEN 'Order Refunded' ELSE 'Order Completed' END AS event,
            sum(CAST(Quantity * UnitPrice AS DECIMAL(18, 4))) AS revenue,
            list({{product_id: StockCode, name: Description, quantity: CAST(Quantity AS BIGINT), price: UnitPrice}})
                AS products
        FROM read_parquet('{file}') WHERE CustomerID IS NOT NULL AND UnitPrice > 0 AND InvoiceNo NOT LIKE 'A%'
        GROUP BY InvoiceNo, CustomerID
    ) TO '{target}' (FORMAT json)
"""


def workspace(folder: Path) -> Path:
    root = folder / "shop"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("data", "rejects"))
    return root


def as_csv(file: Path, folder: Path, delimiter: str = ",") -> Path:
    target = folder / "onlineretail.csv"
    with duckdb.connect() as db:
        columns = "* REPLACE (CAST(CustomerID AS BIGINT) AS CustomerID, CAST(Quantity AS BIGINT) AS Quantity)"
        db.execute(f"COPY (SELECT {columns} FROM read_parquet('{file}')) TO '{target}' (DELIMITER '{delimiter}')")
    return target


def first_time(file: Path, folder: Path) -> float:
    return loaded(workspace(folder), file)


def second_time(file: Path, folder: Path) -> float:
    root = workspace(folder)
    loaded(root, file)
    return loaded(root, file)


def dry(file: Path, folder: Path) -> float:
    return loaded(workspace(folder), file, dry_run=True)


def text(file: Path, folder: Path) -> float:
    root = workspace(folder)
    mapping = root / "sources" / "onlineretail.yaml"
    mapping.write_text(mapping.read_text().replace("format: parquet", "format: csv").replace("l.parquet]", "l.csv]"))
    return loaded(root, as_csv(file, folder))


def proposed(file: Path, folder: Path) -> float:
    csv = as_csv(file, folder, ";")
    began = time.perf_counter()
    propose(csv)
    return time.perf_counter() - began


def by_hand(file: Path, folder: Path) -> float:
    with duckdb.connect() as db:
        began = time.perf_counter()
        db.execute(BY_HAND.format(file=file, target=folder / "orders.json"))
        return time.perf_counter() - began


def loaded(root: Path, file: Path, dry_run: bool = False) -> float:
    with opened(root) as rt:
        began = time.perf_counter()
        report = load(rt, [file], dry_run=dry_run)
        took = time.perf_counter() - began
    assert report.rows_read == LINES == report.rows_loaded + report.rows_rejected
    return took


TASKS: dict[str, Callable[[Path, Path], float]] = {
    "DuckDB by hand, to a JSON file": by_hand,
    "load, Parquet": first_time,
    "load again, nothing new": second_time,
    "load, the same as CSV": text,
    "load --dry-run": dry,
    "propose a mapping for the CSV": proposed,
}


def measured(name: str, file: Path, out: multiprocessing.Queue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        took = TASKS[name](file, Path(folder))
    out.put((took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def best(name: str, file: Path, repeat: int) -> tuple[float, float]:
    """Least seconds, and the memory of that round, in MB."""
    context = multiprocessing.get_context("spawn")
    rounds = []
    for _ in range(repeat):
        out = context.Queue()
        process = context.Process(target=measured, args=(name, file, out))
        process.start()
        rounds.append(out.get())
        process.join()
    return min(rounds)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", default=os.environ.get("RAPPORT_TEST_DATA", ""))
    options.add_argument("--repeat", type=int, default=3)
    chosen = options.parse_args()
    file = Path(chosen.data) / "online_retail" / "onlineretail.parquet"
    if not file.is_file():
        print(f"no {file}: name the folder with --data or RAPPORT_TEST_DATA")
        return 0
    print(f"{LINES:,} lines, 22,186 events, best of {chosen.repeat}\n")
    print("| what | seconds | × by hand | lines/s | peak MB |\n|---|---:|---:|---:|---:|")
    yardstick = 0.0
    for name in TASKS:
        seconds, memory = best(name, file, chosen.repeat)
        yardstick = yardstick or seconds
        print(
            f"| {name} | {seconds:.1f} | {seconds / yardstick:.1f} | {LINES / seconds:,.0f} | {memory:.0f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
