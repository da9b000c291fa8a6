"""Everybody differentiated: one refresh with every part on, by size; and one customer after one live event.

    python -m benchmarks.differentiate [--sizes 100000,300000,1000000] [--events-each 20]

The log is synthetic and seeded (two years of views, searches, carts and orders), written straight into the store, with
the fold's cursor at its end: what is measured is the refresh. Memory is the process's high-water mark within each step.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from rapport.bootstrap import open_runtime
from rapport.core.customer import Profile, decode_profile, encode_profile
from rapport.core.event import LogEntry
from rapport.core.identifier import Identifier
from rapport.core.time import DAY_US
from rapport.loop.intake.fold import catch_up, fold
from rapport.loop.intake.ingest import ingest
from rapport.loop.refreshing.differentiate import live_frame, models, rescored, score
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.runtime import Runtime

START_US = 1_640_995_200_000_000
DAYS = 730
PAGE = 50_000
WORKSPACE = {
    "rapport.yaml": "name: Everybody\ncurrency: EUR\n",
    "features.yaml": """
orders: {event: Order Completed, measure: count}
orders_90d: {event: Order Completed, measure: count, window: 90d}
spend: {event: Order Completed, measure: sum, of: properties.revenue}
spend_90d: {event: Order Completed, measure: sum, of: properties.revenue, window: 90d}
mean_order: {event: Order Completed, measure: mean, of: properties.revenue}
articles: {event: Order Completed, measure: distinct, of: "properties.products[].product_id"}
views_30d: {event: Product Viewed, measure: count, window: 30d}
idle_days: {event: "*", measure: days_since}
""",
    "value.yaml": """
current:
  weights: manual
  indicators:
    spend: {of: spend, weight: 3}
    spend_90d: {of: spend_90d, weight: 2}
    orders: {of: orders}
    mean_order: {of: mean_order}
    idle: {of: idle_days, better: less}
potential:
  weights: entropy
  cap: 0.4
  indicators:
    lifetime: {of: clv}
    learnt: {of: potential_spend}
    breadth: {of: articles}
    interest: {of: views_30d}
""",
    "needs.yaml": "{}\n",
    "stages.yaml": "{}\n",
    "capabilities.yaml": """
capabilities:
  delivery: {serves: "TRUE", able: 0.9, cost: 3}
  advice: {serves: "mean_order > 120", able: 0.6, cost: 20, capacity: 10000}
modes: {one_to_one: {contacts: 4, configure: full}, mass: {contacts: 1, configure: none}}
""",
    "segments.yaml": """
regulars: {rule: "orders_90d >= 2", notify: false}
big: {rule: "value_quadrant IS NOT NULL AND spend > 500", notify: false}
going: {rule: "p_alive < 0.2 AND NOT regulars", notify: false}
""",
}
MIX = """
    CASE WHEN u < 0.14 THEN 'Order Completed' WHEN u < 0.60 THEN 'Product Viewed' WHEN u < 0.75 THEN 'Products Searched'
         WHEN u < 0.90 THEN 'Product Added' WHEN u < 0.97 THEN 'Checkout Started' ELSE 'Product Reviewed' END
"""
CATEGORY = "'category ' || CASE WHEN v < 0.6 THEN hash(c) % 24 ELSE hash(i) % 24 END"
ORDER = """{
    'revenue': price * (1 + i % 3), 'payment_method': ['card', 'invoice', 'wallet'][1 + c % 3],
    'channel': CASE WHEN v < 0.3 THEN 'shop' ELSE 'web' END,
    'products': [{'product_id': 'p' || hash(i) % 5000, 'category': category, 'price': price, 'quantity': 1 + i % 3}]
}"""
VIEW = "{'category': category, 'product_id': 'p' || hash(i) % 5000}"
EVENTS = f"""
    WITH drawn AS (
        SELECT i, hash(i * 7 + 1) / 18446744073709551615.0 AS u, hash(i * 7 + 2) / 18446744073709551615.0 AS v,
            CAST(floor(@customers * pow(hash(i * 7 + 3) / 18446744073709551615.0, 1.6)) AS BIGINT) AS c,
            {START_US} + CAST(i * ({DAYS} * {DAY_US} / @events) AS BIGINT) AS t
        FROM range(@first, @last) AS r(i)
    ), named AS (
        SELECT *, {MIX} AS name, {CATEGORY} AS category,
            round(5 + 60 * pow(hash(c + 17) / 18446744073709551615.0, 3) * (0.5 + v), 2) AS price
        FROM drawn
    )
    SELECT 'm' || i, CAST(to_json({{
        'messageId': 'm' || i, 'type': 'track', 'event': name, 'subject': 'user_id:' || c,
        'identifiers': {{'user_id': CAST(c AS VARCHAR)}}, 'time': t, 'receivedAt': t,
        'properties': CASE WHEN name = 'Order Completed' THEN to_json({ORDER}) ELSE to_json({VIEW}) END
    }}) AS VARCHAR)
    FROM named ORDER BY i
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100000,300000,1000000")
    parser.add_argument("--events-each", type=int, default=20)
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    runs = {size: isolated(size, asked.events_each) for size in sizes}
    steps = list(next(iter(runs.values())))
    print("| step | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---|" + "---:|" * len(sizes))
    for step in steps:
        print(f"| {step} | " + " | ".join(runs[size].get(step, "") for size in sizes) + " |")
    print()
    live()


def isolated(customers: int, each: int) -> dict[str, str]:
    """One size in a process of its own, so that its memory is its own."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, msgspec.json.encode(everybody(customers, each)))
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        answer = told.read()
    os.waitpid(child, 0)
    return msgspec.json.decode(answer, type=dict[str, str])


def apart(work: Callable[[], None]) -> None:
    """Does something in a process of its own, so that its memory is not ours."""
    if (child := os.fork()) == 0:
        work()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the log could not be written")


def everybody(customers: int, each: int) -> dict[str, str]:
    """Step → seconds and peak MB."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as temporary:
        root = Path(temporary)
        write_workspace(root)
        open_runtime(root).close()
        apart(lambda: fill(root / "data" / "rapport.db", customers, customers * each))
        rt = open_runtime(root)
        told: dict[str, str] = {}
        parts = [Watched(part) for part in rt.parts]
        rt.parts[:] = parts
        peak = Peak()
        started = time.perf_counter()
        with peak.watching(rt):
            report = refresh(rt, as_of_us=START_US + DAYS * DAY_US)
        total = time.perf_counter() - started
        for step, seconds in report.seconds.items():
            told[step] = f"{seconds:.1f} s, {peak.megabytes.get(step, 0):.0f} MB"
        for part in parts:
            told[f"&nbsp;&nbsp;{part.name}"] = f"learn {part.learnt_s:.2f} s, score {part.scored_s:.2f} s"
        told["all"] = f"{total:.1f} s"
        told["a customer"] = f"{total / customers * 1e6:.0f} µs"
        rt.close()
        return told


class Watched:
    """A part that counts the seconds it takes."""

    def __init__(self, part: Any) -> None:
        self._part = part
        self.name, self.model = part.name, part.model
        self.learnt_s = self.scored_s = 0.0

    def fit(self, frame: Any) -> Any:
        started = time.perf_counter()
        model = self._part.fit(frame)
        self.learnt_s += time.perf_counter() - started
        return model

    def score(self, model: Any, frame: Any) -> Any:
        started = time.perf_counter()
        scored = self._part.score(model, frame)
        self.scored_s += time.perf_counter() - started
        return scored

    def told(self, model: Any, frame: Any) -> dict[str, Any]:
        return self._part.told(model, frame)


class Peak:
    """The process's high-water mark within each step of a refresh."""

    def __init__(self) -> None:
        self.megabytes: dict[str, float] = {}

    @contextmanager
    def watching(self, rt: Runtime) -> Iterator[None]:
        from rapport.loop.refreshing import refresh as module

        timed = module._timed

        @contextmanager
        def watched(rt: Runtime, seconds: dict[str, float], step: str) -> Iterator[None]:
            Path("/proc/self/clear_refs").write_text("5")
            with timed(rt, seconds, step):
                yield
            mark = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
            self.megabytes[step] = int(mark) / 1024

        module._timed = watched
        try:
            yield
        finally:
            module._timed = timed


def write_workspace(root: Path) -> None:
    for name, text in WORKSPACE.items():
        (root / name).write_text(text)


def pages(customers: int, events: int) -> Iterator[list[tuple[str, str]]]:
    """Message id and JSON of every event, in order."""
    config = {"threads": 2, "memory_limit": "2GB", "temp_directory": tempfile.gettempdir()}
    with duckdb.connect(config=config) as source:
        for first in range(0, events, PAGE):
            told = {"customers": customers, "events": events, "first": first, "last": min(events, first + PAGE)}
            sql = EVENTS
            for name, number in told.items():
                sql = sql.replace(f"@{name}", str(number))
            yield source.execute(sql).fetchall()


def fill(database: Path, customers: int, events: int) -> None:
    """Writes the log and who owns what, and puts the fold's cursor at the end."""
    store = sqlite3.connect(database, isolation_level=None)
    store.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN;")
    for page in pages(customers, events):
        store.executemany("INSERT INTO events (message_id, body) VALUES (?, CAST(? AS BLOB))", page)
    ids = ((n, str(n), f"c_{n:012d}") for n in range(customers))
    store.executemany(
        "INSERT INTO identifiers (id, namespace, value, customer_id, first_seq, first_us, beside, shared)"
        " VALUES (? + 1, 'user_id', ?, ?, 1, 0, '', 0)",
        ids,
    )
    profile = encode_profile(Profile(events=1, known=True))
    people = ((f"c_{n:012d}", profile) for n in range(customers))
    store.executemany("INSERT INTO customers (id, profile) VALUES (?, ?)", people)
    store.execute("DELETE FROM cursors")
    store.execute("INSERT INTO cursors (id, event, decision) VALUES (1, ?, 0)", [events])
    store.execute("COMMIT")
    store.close()


def live() -> None:
    """One customer after one event, in process: scoring alone, and the whole step of the fold with its commit."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as temporary:
        root = Path(temporary)
        write_workspace(root)
        rt = open_runtime(root)
        for page in pages(2_000, 40_000):
            rt.store.append([LogEntry(name, body.encode()) for name, body in page]).result()
        catch_up(rt)
        refresh(rt, as_of_us=START_US + DAYS * DAY_US)
        found = [rt.store.find(Identifier("user_id", str(n))) for n in range(1_500)]
        people = [(row.id, decode_profile(row.profile)) for row in found if row]
        learnt = models(rt)
        now = START_US + DAYS * DAY_US
        parts = {part.name: quantiles([spent(part, learnt, rt, one, now) for one in people[:300]]) for part in rt.parts}
        alone = quantiles([clocked(lambda one=one: list(rescored(rt, [one], now))) for one in people])
        step = quantiles([after_one_event(rt, number) for number in range(300)])
        print("| one customer after one event | p50 µs | p99 µs |\n|---|---:|---:|")
        for name, figures in {
            **parts,
            "all parts, the answer encoded": alone,
            "the fold's step, commit included": step,
        }.items():
            print(f"| {name} | {figures[0]:.0f} | {figures[1]:.0f} |")
        rt.close()


def spent(part: Any, learnt: dict[str, Any], rt: Runtime, one: Any, now: int) -> float:
    frame = live_frame(rt, [one], now)
    score(rt, learnt, frame)
    return clocked(lambda: part.score(learnt[part.name], frame))


def after_one_event(rt: Runtime, number: int) -> float:
    call = {"type": "track", "event": "Product Viewed", "userId": str(number), "properties": {"category": "category 3"}}
    ingest(rt, [msgspec.json.encode(call)], source="bench", live=True).saved.result()
    return clocked(lambda: fold(rt))


def clocked(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e6


def quantiles(times: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return statistics.median(ordered), ordered[int(0.99 * (len(ordered) - 1))]


if __name__ == "__main__":
    main()
