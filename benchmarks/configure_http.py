"""Customers at configurators over HTTP: ``python -m benchmarks.configure_http``.

One server process as ``rapport serve`` starts it, with durable events and folding going on. So many sessions are open
at once, half of them of customers who are remembered; steps arrive on schedule whether or not earlier ones were
answered (open loop), each at the session after the next, and every step is a valid pick that a model of the session
beside the server foretells. At the same rate plain events arrive, durable as well: they share the process and the disk,
and wait where steps make them wait. Told: latency from a step's scheduled moment, the server's CPU seconds a step,
answers that were not 200, and how much memory the server has for each session. The load runs on the same processors.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np

from benchmarks.openloop import drive, request
from rapport.bootstrap import opened
from rapport.loop import keys
from rapport.loop.configure.choosing import picked
from rapport.loop.configure.published import Published
from rapport.loop.configure.session import State

EXAMPLES = Path(__file__).parents[1] / "examples"
WARM_S = 5.0


class Customer:
    """One session as the load knows it, so that it only picks what is possible."""

    def __init__(self, published: Published, session: str, seed: int) -> None:
        self.published, self.session = published, session
        self.state, self.rng = State(), np.random.default_rng(seed)

    def pick(self) -> bytes:
        model, reasoner = self.published.model, self.published.reasoner
        roots = [group for group in model.groups if not group.parent]
        while True:
            group = roots[int(self.rng.integers(len(roots)))]
            rest = [one for one in self.state.own if one not in group.options or not group.single]
            possible = set(reasoner.valid(rest).possible) & set(group.options) - set(self.state.own)
            if possible and (group.single or len(set(self.state.own) & set(group.options)) < group.most):
                break
        number = sorted(possible)[int(self.rng.integers(len(possible)))]
        self.state = picked(model, self.state, number)
        touch = {"group": group.name, "option": model.option(number).name}
        return json.dumps({"session": self.session, "pick": touch}).encode()


class Server:
    """``rapport serve`` on a free port."""

    def __init__(self, root: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "rapport.cli.main", "-w", str(root), "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(1_200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server did not start")

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kib(self) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])

    def post(self, path: str, body: dict[str, object], key: str) -> dict[str, object]:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), {"Authorization": f"Bearer {key}"}
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            told: dict[str, object] = json.load(answer)
        return told

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def measure(product: str, sessions: int, rate: float, seconds: float, seed: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        root = shutil.copytree(EXAMPLES / product, Path(folder) / product, ignore=shutil.ignore_patterns("data"))
        with opened(root) as rt:
            key = keys.create(rt, ["write", "read"], "bench")
            published = rt.shelf.published(product)
        server, path = Server(root), f"/v1/configurations/{product}"
        try:
            for _ in range(20):
                server.post(path, {}, key)
            before = server.memory_kib()
            open_now = [
                Customer(published, str(server.post(path, who(number), key)["session"]), seed + number)
                for number in range(sessions)
            ]
            grown = (server.memory_kib() - before) / sessions

            def make(number: int) -> bytes:
                return request(path, open_now[number % sessions].pick(), key)

            drive(server.port, [(make, rate, 64)], WARM_S)
            cpu = server.cpu_s()
            result, control = drive(server.port, [(make, rate, 64), (lambda n: plain(n, key), rate, 64)], seconds)
            cpu = server.cpu_s() - cpu
            size = len(json.dumps(server.post(path, {"session": open_now[0].session}, key)))
            after = (server.memory_kib() - before) / sessions
        finally:
            server.stop()
    steps = len(result.latencies)
    return [
        product, f"{len(published.model.options):,}", f"{sessions:,}", f"{rate:g}/s", f"{steps:,}",
        f"{result.percentile_ms(50):.1f}", f"{result.percentile_ms(99):.1f}",
        f"{control.percentile_ms(50):.1f}", f"{control.percentile_ms(99):.1f}", f"{cpu / max(1, steps) * 1000:.2f}",
        str(result.failures), f"{size / 1000:.0f}", f"{grown:.1f}", f"{after:.1f}",
    ]  # fmt: skip


def plain(number: int, key: str) -> bytes:
    """One durable event, to tell what the machine and the disk do to everybody at the same time."""
    body = {"type": "track", "event": "Product Viewed", "userId": f"v{number}", "messageId": f"m{number}"}
    return request("/v1/track", json.dumps(body).encode(), key)


def who(number: int) -> dict[str, object]:
    """Every other session is a customer's."""
    return {"customer": {"userId": f"u{number}"}} if number % 2 else {}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--products", nargs="+", default=["windows", "computers"])
    parser.add_argument("--sessions", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    head = ["product", "options", "sessions", "rate", "steps", "p50 ms", "p99 ms", "event p50 ms", "event p99 ms",
            "CPU ms a step and event", "not 200", "kB an answer", "KiB a session", "after steps"]  # fmt: skip
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for product in options.products:
        row = measure(product, options.sessions, options.rate, options.seconds, options.seed)
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
