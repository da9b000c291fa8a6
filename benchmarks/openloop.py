"""An open-loop HTTP load: requests leave on schedule, whether or not earlier ones came back."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Result:
    """Latencies in seconds from each request's scheduled moment to its answer, and how many were not 200."""

    latencies: list[float] = field(default_factory=list)
    failures: int = 0

    def percentile_ms(self, share: float) -> float:
        return float(np.percentile(self.latencies, share) * 1000) if self.latencies else float("nan")


class _Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, pool: _Pool) -> None:
        self.pool = pool
        self.buffer = b""
        self.due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def send(self, due: float, request: bytes) -> None:
        self.due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head_end = self.buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self.buffer[:head_end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        if len(self.buffer) < head_end + 4 + length:
            return
        ok = self.buffer.startswith(b"HTTP/1.1 200")
        self.buffer = b""
        self.pool.answered(self, ok)


class _Pool:
    def __init__(self, result: Result) -> None:
        self.idle: deque[_Connection] = deque()
        self.waiting: deque[tuple[float, bytes]] = deque()
        self.result = result
        self.outstanding = 0

    def submit(self, due: float, request: bytes) -> None:
        self.outstanding += 1
        if self.idle:
            self.idle.popleft().send(due, request)
        else:
            self.waiting.append((due, request))

    def answered(self, connection: _Connection, ok: bool) -> None:
        self.outstanding -= 1
        self.result.latencies.append(time.perf_counter() - connection.due)
        self.result.failures += not ok
        if self.waiting:
            connection.send(*self.waiting.popleft())
        else:
            self.idle.append(connection)


async def _drive(port: int, make: Callable[[int], bytes], rate: float, seconds: float, connections: int) -> Result:
    result = Result()
    pool = _Pool(result)
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        _, connection = await loop.create_connection(lambda: _Connection(pool), "127.0.0.1", port)
        pool.idle.append(connection)
    start = time.perf_counter()
    sent, total = 0, int(rate * seconds)
    while sent < total:
        now = time.perf_counter()
        while sent < total and start + sent / rate <= now:
            pool.submit(start + sent / rate, make(sent))
            sent += 1
        await asyncio.sleep(0.001)
    deadline = time.perf_counter() + 30
    while pool.outstanding and time.perf_counter() < deadline:
        await asyncio.sleep(0.005)
    result.failures += pool.outstanding
    return result


def drive(port: int, streams: Sequence[tuple[Callable[[int], bytes], float, int]], seconds: float) -> list[Result]:
    """Runs several (request maker, requests a second, connections) at once; one result each, in order."""

    async def together() -> list[Result]:
        return list(await asyncio.gather(*(_drive(port, make, rate, seconds, n) for make, rate, n in streams)))

    return asyncio.run(together())


def request(path: str, body: bytes, key: str) -> bytes:
    """One HTTP/1.1 POST."""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body
