"""Decide and ingest over HTTP on one core, open loop, durable, with folding going on: ``python -m benchmarks.http``.

Prepares a workspace with 50 actions and N stored customers, pins the server to one processor and the load to the
other, and prints a Markdown table: CPU a request and latency of ``/v1/decide`` beside an endpoint that does nothing and
one that only awaits the same durable commit; ingestion beside validation alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.openloop import Result, drive, request
from rapport.bootstrap import opened
from rapport.loop import keys
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.runtime import Runtime

ACTIONS = 50
CITIES = ["Bonn", "Köln", "Paris", "上海", "Wien", "Lyon", "Graz", "Genf"]


def workspace(root: Path) -> None:
    """A shop with 50 actions in one slot, 20 features and 3 traits."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "rapport.yaml").write_text("name: Bench\ncurrency: EUR\ntimezone: Europe/Berlin\n")
    (root / "traits.yaml").write_text("city: {type: text, purpose: shop}\nage: {type: integer, purpose: offers}\n")
    features = []
    for window in ("", "7d", "30d", "90d", "365d"):
        suffix = window or "ever"
        for name, measure, of in (
            ("orders", "count", ""),
            ("spend", "sum", "properties.revenue"),
            ("mean", "mean", "properties.revenue"),
            ("kinds", "distinct", "properties.category"),
        ):
            path = f", of: {of}" if of else ""
            limit = f", window: {window}" if window else ""
            features.append(f"{name}_{suffix}: {{event: Order Completed, measure: {measure}{path}{limit}}}\n")
    (root / "features.yaml").write_text("".join(features))
    (root / "policy.yaml").write_text("context:\n  device: text\n")
    rules = [
        "TRUE",
        "orders_ever >= 1",
        "spend_ever > 20 AND NOT opted_out",
        "city = 'Bonn' OR age > 30",
        "orders_90d < 5",
    ]
    actions = [
        f'offer{i}:\n  slots: [home]\n  title: Offer {i}\n  rule: "{rules[i % 5]}"\n  value: {1 + i % 7}\n'
        for i in range(ACTIONS)
    ]
    (root / "actions").mkdir(exist_ok=True)
    (root / "actions" / "all.yaml").write_text("".join(actions))


def event(number: int, customers: int, rng: random.Random) -> dict[str, object]:
    who = f"u{rng.randrange(customers)}"
    body = {
        "type": "track",
        "event": "Order Completed" if number % 3 == 0 else "Product Viewed",
        "userId": who,
        "messageId": f"m{rng.getrandbits(96):024x}",
    }
    body["properties"] = {
        "revenue": rng.randrange(100, 9000) / 100,
        "category": f"c{rng.randrange(30)}",
        "product_id": f"p{rng.randrange(900)}",
    }
    return body


def prepare(root: Path, customers: int) -> str:
    """Fills the store with customers; returns an API key."""
    rng = random.Random(1)
    with opened(root) as rt:
        key = keys.create(rt, ["write", "read"], "bench")
        for start in range(0, customers, 2_000):
            calls = []
            for number in range(start, min(start + 2_000, customers)):
                traits = {"city": rng.choice(CITIES), "age": rng.randrange(18, 80)}
                calls.append(
                    {
                        "type": "identify",
                        "userId": f"u{number}",
                        "anonymousId": f"a{number}",
                        "traits": traits,
                        "messageId": f"i{number}",
                    }
                )
                order = event(0, customers, rng) | {"userId": f"u{number}"}
                calls.append(order)
            ingest(rt, [json.dumps(call).encode() for call in calls], source="bench").saved.result()
        catch_up(rt)
        _answer(rt, customers, rng)
    return key


def _answer(rt: Runtime, customers: int, rng: random.Random) -> None:
    """The shop has been open for a while: 3,000 offers were made and answered, one in five with yes."""
    saved = []
    for _ in range(3_000):
        asked = Ask(customer={"userId": f"u{rng.randrange(customers)}"}, slot="home", context={"device": "phone"})
        decided = decide(rt, asked)
        decided.saved.result()
        outcome = "accepted" if rng.random() < 0.2 else "rejected"
        action = decided.decision.chosen[0].action
        saved.append(respond(rt, Answer(decision_id=decided.decision.id, action=action, outcome=outcome)))
    for one in saved:
        one.result()
    catch_up(rt)


class Server:
    def __init__(self, root: Path, *flags: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.http_server", str(root), str(self.port), *flags]
        )
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server did not start")

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def sync_rate(folder: Path) -> float:
    """Durable 4 KB appends a second on this disk."""
    with (folder / "sync.probe").open("wb") as probe:
        start = time.perf_counter()
        count = 0
        while time.perf_counter() - start < 2:
            probe.write(b"x" * 4096)
            probe.flush()
            os.fdatasync(probe.fileno())
            count += 1
    return count / 2


def row(name: str, result: Result, cpu_s: float | None) -> str:
    count = len(result.latencies)
    cost = f"{cpu_s / max(1, count) * 1e6:.0f}" if cpu_s is not None else "—"
    p50, p99 = result.percentile_ms(50), result.percentile_ms(99)
    return f"| {name} | {count} | {cost} | {p50:.2f} | {p99:.2f} | {result.failures} |"


def decide_tables(root: Path, key: str, customers: int, seconds: float, rate: float) -> None:
    rng = random.Random(2)

    def ask(path: str) -> object:
        def make(_: int) -> bytes:
            body = {
                "customer": {"userId": f"u{rng.randrange(customers)}"},
                "slot": "home",
                "context": {"device": "phone"},
            }
            return request(path, json.dumps(body).encode(), key)

        return make

    batches = [
        request("/v1/batch", json.dumps({"batch": [event(n, customers, rng) for n in range(20)]}).encode(), key)
        for _ in range(int(200 * seconds) + 1)
    ]

    def ingesting(number: int) -> bytes:
        return batches.pop() if batches else batches_of_last[number % 10]

    batches_of_last = batches[:10]
    server = Server(root)
    print(f"\nDisk: {sync_rate(root):.0f} durable 4 KB writes a second.")
    print(f"{customers:,} customers, {ACTIONS} actions, {rate:.0f} requests/s.\n")
    print("| endpoint | requests | CPU µs/request | p50 ms | p99 ms | failures |\n|---|---|---|---|---|---|")
    try:
        for path in ("/bench/noop", "/v1/decide"):
            drive(server.port, [(ask(path), 200, 8)], 2)
        for name, path in (
            ("does nothing", "/bench/noop"),
            ("durable commit only", "/bench/commit"),
            ("decide", "/v1/decide"),
        ):
            before = server.cpu_s()
            (result,) = drive(server.port, [(ask(path), rate, 32)], seconds)
            print(row(f"{name}, alone", result, server.cpu_s() - before), flush=True)
        before = server.cpu_s()
        batches_again = list(batches)
        (result,) = drive(server.port, [(ingesting, 200, 8)], seconds)
        print(row("ingest 200 × 20 events/s, alone", result, server.cpu_s() - before), flush=True)
        for name, path in (("durable commit only", "/bench/commit"), ("decide", "/v1/decide")):
            batches[:] = fresh_batches(int(200 * seconds) + 1, customers, key, rng)
            asked, ingested = drive(server.port, [(ask(path), rate, 32), (ingesting, 200, 8)], seconds)
            print(row(f"{name}, with 4,000 events/s ingested and folded", asked, None))
            print(row("… the ingestion beside it", ingested, None))
            print(f"\nFold lag right after: {lag(root)} events; ", end="")
            start = time.perf_counter()
            while lag(root) and time.perf_counter() - start < 120:
                time.sleep(0.05)
            print(f"drained in {time.perf_counter() - start:.2f} s.\n", flush=True)
        del batches_again
    finally:
        server.stop()


def fresh_batches(count: int, customers: int, key: str, rng: random.Random) -> list[bytes]:
    return [
        request("/v1/batch", json.dumps({"batch": [event(n, customers, rng) for n in range(20)]}).encode(), key)
        for _ in range(count)
    ]


def lag(root: Path) -> int:
    """Events committed but not yet folded, read beside the running server."""
    import sqlite3

    with sqlite3.connect(f"file:{root}/data/rapport.db?mode=ro", uri=True) as connection:
        newest = connection.execute("SELECT max(seq) FROM events").fetchone()[0] or 0
        done = connection.execute("SELECT event FROM cursors").fetchone()[0]
    connection.close()
    return int(newest) - int(done)


def ingest_tables(root: Path, key: str, customers: int, seconds: float) -> None:
    """As fast as 16 connections can push batches of 100: validated and discarded, and durably stored."""
    rng = random.Random(3)
    print("\n| batches of 100, 16 connections | events/s | CPU µs/event |\n|---|---|---|")
    server = Server(root, "--no-fold")
    try:
        for name, path in (("validated and discarded", "/bench/validate"), ("durably ingested", "/v1/batch")):
            count = int(1200 * seconds)
            made = [
                request(path, json.dumps({"batch": [event(n, customers, rng) for n in range(100)]}).encode(), key)
                for _ in range(min(count, 4000))
            ]
            before, start = server.cpu_s(), time.perf_counter()
            (result,) = drive(server.port, [(lambda n, made=made: made[n], 1e9, 16)], len(made) / 1e9)
            wall = time.perf_counter() - start
            total = len(result.latencies) * 100
            print(f"| {name} | {total / wall:,.0f} | {(server.cpu_s() - before) / total * 1e6:.1f} |", flush=True)
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=1_000)
    parser.add_argument("--root", type=Path)
    options = parser.parse_args()
    root = options.root or Path(tempfile.mkdtemp(prefix="rapport-bench-"))
    os.sched_setaffinity(0, {1})
    workspace(root)
    started = time.perf_counter()
    key = prepare(root, options.customers)
    print(f"prepared {options.customers:,} customers in {time.perf_counter() - started:.1f} s", file=sys.stderr)
    decide_tables(root, key, options.customers, options.seconds, options.rate)
    ingest_tables(root, key, options.customers, options.seconds)


if __name__ == "__main__":
    main()
