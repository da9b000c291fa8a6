"""Refresh: seconds and peak memory of each step, and features against DuckDB SQL written by hand for the same columns.

    python benchmarks/refresh.py [--data FOLDER] [--events 5000000] [--customers 200000] [--repeat 3]

``FOLDER`` (default: the environment variable RAPPORT_TEST_DATA) holds ``online_retail/onlineretail.parquet``; without
it only the synthetic run is made. Every figure is measured in a process of its own; each is the best of ``--repeat``
rounds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import msgspec

from rapport.core.event import decode_event
from rapport.core.time import DAY_US
from rapport.differentiate.features import FeatureFold
from rapport.differentiate.features_sql import customer_query, event_columns
from rapport.warehouse.duckdb import DuckDBWarehouse
from rapport.workspace.definitions import Feature, Identity
from rapport.workspace.survivorship import survivorship

ORDER = "Order Completed"
FEATURES = {
    "orders": Feature(event=ORDER, measure="count"),
    "orders_30d": Feature(event=ORDER, measure="count", window="30d"),
    "orders_90d": Feature(event=ORDER, measure="count", window="90d"),
    "revenue": Feature(event=ORDER, measure="sum", of="properties.revenue"),
    "revenue_90d": Feature(event=ORDER, measure="sum", of="properties.revenue", window="90d"),
    "mean_order": Feature(event=ORDER, measure="mean", of="properties.revenue"),
    "largest_order": Feature(event=ORDER, measure="max", of="properties.revenue"),
    "articles": Feature(event=ORDER, measure="distinct", of="properties.products[].sku"),
    "cancelled": Feature(event="Order Cancelled", measure="exists"),
    "country": Feature(event="*", measure="last", of="context.country"),
    "idle_days": Feature(event="*", measure="days_since"),
}
BY_HAND = """
    WITH owned AS (
        SELECT customer_id, seq, time, event, "properties.revenue:number" AS revenue, "context.country" AS country,
            "properties.products[].sku" AS skus
        FROM events JOIN identifiers USING (subject) WHERE time <= TIMESTAMP '{as_of}'
    ), articles AS (
        SELECT customer_id, COUNT(DISTINCT sku) AS articles
        FROM (SELECT customer_id, UNNEST(skus) AS sku FROM owned WHERE event = 'Order Completed') GROUP BY customer_id
    ), main AS (
        SELECT customer_id,
            COUNT(*) FILTER (event = 'Order Completed') AS orders,
            COUNT(*) FILTER (event = 'Order Completed' AND time >= TIMESTAMP '{days30}') AS orders_30d,
            COUNT(*) FILTER (event = 'Order Completed' AND time >= TIMESTAMP '{days90}') AS orders_90d,
            SUM(revenue) FILTER (event = 'Order Completed')::DOUBLE AS revenue,
            SUM(revenue) FILTER (event = 'Order Completed' AND time >= TIMESTAMP '{days90}')::DOUBLE AS revenue_90d,
            SUM(revenue) FILTER (event = 'Order Completed')::DOUBLE
                / NULLIF(COUNT(revenue) FILTER (event = 'Order Completed'), 0) AS mean_order,
            MAX(revenue) FILTER (event = 'Order Completed')::DOUBLE AS largest_order,
            COUNT(*) FILTER (event = 'Order Cancelled') > 0 AS cancelled,
            ARG_MAX(country, (time, seq)) AS country,
            DATE_DIFF('day', MAX(time)::DATE, DATE '{today}') AS idle_days,
            MIN(time) AS first_seen, MAX(time) AS last_seen, COUNT(*) AS events_total,
            DATE_DIFF('day', (MAX(time) FILTER (event = 'Order Completed'))::DATE, DATE '{today}') AS recency_days,
            SUM(COALESCE(revenue, "properties.total:number")) FILTER (event = 'Order Completed')::DOUBLE AS monetary
        FROM (SELECT *, NULL::DECIMAL(18, 4) AS "properties.total:number" FROM owned) GROUP BY customer_id
    )
    SELECT customer_id, orders, orders_30d, orders_90d, revenue, revenue_90d, mean_order, largest_order,
        COALESCE(articles, 0) AS articles, cancelled, country, idle_days
    FROM main LEFT JOIN articles USING (customer_id)
"""
SCHEMA = """
    CREATE TABLE events (seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL, body BLOB NOT NULL);
    CREATE TABLE identifiers (id INTEGER PRIMARY KEY, namespace TEXT, value TEXT, customer_id TEXT, first_seq INTEGER);
    CREATE TABLE customers (id TEXT PRIMARY KEY, profile BLOB);
"""
UTC = ZoneInfo("UTC")
SOURCES = survivorship(Identity())
Outcome = tuple[float, float, str]
"""Seconds and CPU seconds of the work itself, opening left out, and a remark."""
Figures = tuple[float, float, float, str]
"""Seconds, CPU seconds, peak MB, remark."""
Fact = tuple[str, str, *Figures]


def body(number: int, customer: str, name: str, time_us: int, parts: dict[str, Any]) -> tuple[str, bytes]:
    event = {
        "messageId": f"m{number}", "type": "track", "event": name, "subject": f"user_id:{customer}",
        "identifiers": {"user_id": customer}, "time": time_us, "receivedAt": time_us, **parts,
    }  # fmt: skip
    return f"m{number}", msgspec.json.encode(event)


def retail(source: Path) -> Iterable[tuple[str, bytes]]:
    """One event an invoice."""
    invoices = duckdb.connect().execute(
        """
        SELECT CustomerID, InvoiceNo, epoch_us(CAST(MIN(InvoiceDate) AS TIMESTAMP)), ANY_VALUE(Country),
            SUM(CAST(Quantity * UnitPrice AS DOUBLE)), LIST({sku: StockCode, price: CAST(UnitPrice AS DOUBLE)})
        FROM read_parquet(?) WHERE CustomerID IS NOT NULL GROUP BY CustomerID, InvoiceNo ORDER BY 3
        """,
        [str(source)],
    )
    for number, (customer, invoice, time_us, country, revenue, products) in enumerate(invoices.fetchall()):
        name = "Order Cancelled" if str(invoice).startswith("C") else ORDER
        parts = {"properties": {"revenue": revenue, "products": products}, "context": {"country": country}}
        yield body(number, str(customer), name, time_us, parts)


def synthetic(events: int, customers: int) -> Iterable[tuple[str, bytes]]:
    """Two years of views and orders; some customers are much busier than others."""
    draw = random.Random(11)
    step_us = 730 * DAY_US // events
    for number in range(events):
        customer = str(int(customers * draw.random() ** 2))
        context = {"country": f"c{number % 37}", "page": {"path": f"/p/{number % 1000}"}}
        time_us = 1_640_995_200_000_000 + number * step_us
        if number % 5:
            yield body(
                number,
                customer,
                "Product Viewed",
                time_us,
                {"properties": {"sku": f"s{number % 5000}"}, "context": context},
            )
        else:
            products = [{"sku": f"s{draw.randrange(5000)}", "price": 9.5} for _ in range(draw.randrange(1, 4))]
            parts = {"properties": {"revenue": draw.randrange(20_000) / 100, "products": products}, "context": context}
            yield body(number, customer, ORDER, time_us, parts)


def write_log(path: Path, rows: Iterable[tuple[str, bytes]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; {SCHEMA} BEGIN;")
    connection.executemany("INSERT INTO events (message_id, body) VALUES (?, ?)", rows)
    connection.execute(
        "INSERT INTO identifiers (namespace, value, customer_id, first_seq)"
        " SELECT 'user_id', value, 'c' || value, first_seq FROM"
        " (SELECT substr(subject, 9) AS value, MIN(seq) AS first_seq FROM"
        " (SELECT seq, json_extract(CAST(body AS TEXT), '$.subject') AS subject FROM events) GROUP BY subject)"
    )
    connection.execute("INSERT INTO customers SELECT DISTINCT customer_id, '' FROM identifiers")
    connection.execute("COMMIT")
    connection.close()


def as_of_us(folder: Path) -> int:
    warehouse = open_warehouse(folder)
    latest = warehouse.query("SELECT epoch_us(MAX(time)) FROM events")[0][0]
    warehouse.close()
    return int(latest // DAY_US * DAY_US + DAY_US)


def open_warehouse(folder: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(folder / "warehouse", f"sqlite:///{folder}/log.db")


def export(folder: Path) -> Outcome:
    """The whole hand-over, the start of its process included."""
    warehouse = open_warehouse(folder)
    columns = event_columns(FEATURES, {})
    *spent, receipt = timed(lambda: warehouse.export(lambda doing, share: None, columns))
    return *spent, f"{receipt.events:,} events, {receipt.files} files"


def features(folder: Path) -> Outcome:
    """The whole query of a refresh: features and system columns."""
    return save(folder, customer_query(FEATURES, {}, SOURCES, UTC, as_of_us(folder)))


def features_alone(folder: Path) -> Outcome:
    """The features only, which is what the SQL by hand computes."""
    columns = ", ".join(["customer_id", *FEATURES])
    return save(
        folder,
        f"SELECT {columns} FROM ({customer_query(FEATURES, {}, SOURCES, UTC, as_of_us(folder))})",
        "ours",
    )


def by_hand(folder: Path) -> Outcome:
    moment = as_of_us(folder)
    days = {f"days{n}": iso(moment - (n - 1) * DAY_US) for n in (30, 90)}
    return save(folder, BY_HAND.format(as_of=iso(moment), today=iso(moment)[:10], **days), "hand")


def live(folder: Path) -> Outcome:
    """The same features by the live fold, event by event: what the log's fold spends on them."""
    fold = FeatureFold(FEATURES, UTC)
    states: dict[str, dict[str, Any]] = {}
    connection = sqlite3.connect(folder / "log.db")
    rows = connection.execute("SELECT seq, body FROM events LIMIT 100000").fetchall()
    events = [(seq, decode_event(raw)) for seq, raw in rows]

    def folded() -> int:
        for seq, event in events:
            fold.add(states.setdefault(event.subject, {}), event, seq)
        return len(events)

    seconds, cpu, count = timed(folded)
    return seconds, cpu, f"{cpu / count * 1e6:.1f} µs an event, {len(states):,} customers"


def save(folder: Path, query: str, table: str = "measured") -> Outcome:
    warehouse = open_warehouse(folder)
    warehouse.query("SELECT 1 FROM events LIMIT 1")
    *spent, rows = timed(lambda: warehouse.save_table(table, query))
    return *spent, f"{rows:,} customers"


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds, CPU seconds (children included) and the result."""
    started, cpu = time.perf_counter(), cpu_seconds()
    result = work()
    return time.perf_counter() - started, cpu_seconds() - cpu, result


def cpu_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def iso(time_us: int) -> str:
    return duckdb.execute("SELECT CAST(make_timestamp(?) AS VARCHAR)", [time_us]).fetchall()[0][0]


def differing(folder: Path) -> int:
    warehouse = open_warehouse(folder)
    columns = ", ".join(["customer_id", *FEATURES])
    sql = f"SELECT COUNT(*) FROM (SELECT {columns} FROM ours EXCEPT SELECT {columns} FROM hand)"
    different = warehouse.query(sql)[0][0]
    warehouse.close()
    return int(different)


STEPS: dict[str, Callable[[Path], Outcome]] = {
    "hand over": export,
    "features and system columns": features,
    "features": features_alone,
    "features, SQL by hand": by_hand,
    "live fold, 100,000 events": live,
}


def measured(step: str, folder: Path) -> Figures:
    """One step in this process; memory includes that of children."""
    seconds, cpu, remark = STEPS[step](folder)
    status = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()
    own_kb = int(status[0]) if status else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return seconds, cpu, max(own_kb, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024, remark


def best(folder: Path, repeat: int) -> dict[str, Figures]:
    """The best of several rounds over all steps, so that a slow minute of the machine hits every step alike."""
    runs: dict[str, list[Figures]] = {step: [] for step in STEPS}
    for number in range(repeat):
        for step in STEPS:
            if step != "hand over" or number == 0:
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    runs[step].append(pool.apply(measured, (step, folder)))
    return {
        step: (*(min(figure[place] for figure in figures) for place in range(3)), figures[0][3])
        for step, figures in runs.items()
    }


def run(name: str, rows: Iterable[tuple[str, bytes]], repeat: int) -> list[Fact]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_log(folder / "log.db", rows)
        steps = best(folder, repeat)
        ours, hand = steps["features"], steps["features, SQL by hand"]
        ratio = (ours[0] / hand[0], ours[1] / hand[1], ours[2] / hand[2], f"{differing(folder)} rows differ")
        return [*((name, step, *figures) for step, figures in steps.items()), (name, "ratio to SQL by hand", *ratio)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("RAPPORT_TEST_DATA", ""))
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    facts: list[Fact] = []
    source = Path(asked.data) / "online_retail" / "onlineretail.parquet"
    if asked.data and source.is_file():
        facts += run("online_retail", retail(source), asked.repeat)
    if asked.events:
        name = f"synthetic, {asked.events:,} events, {asked.customers:,} customers"
        facts += run(name, synthetic(asked.events, asked.customers), asked.repeat)
    if asked.json:
        json.dump(
            [
                dict(zip(("data", "step", "seconds", "cpu_seconds", "peak_mb", "remark"), fact, strict=True))
                for fact in facts
            ],
            sys.stdout,
        )
        return
    print("| data | step | seconds | CPU seconds | peak MB | |\n|---|---|---:|---:|---:|---|")
    for data, step, seconds, cpu, peak, remark in facts:
        memory = f"{peak:.2f}" if step.startswith("ratio") else f"{peak:.0f}"
        print(f"| {data} | {step} | {seconds:.2f} | {cpu:.2f} | {memory} | {remark} |")


if __name__ == "__main__":
    main()
