"""Server-sent events over a real connection: told of changes, and forgotten once the client has gone."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx

ANN = {"context": {"targetingKey": "ann"}}


def flags(server: Any, etag: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.read_key}", **({"If-None-Match": etag} if etag else {})}
    return httpx.post(f"{server.url}/ofrep/v1/evaluate/flags", json=ANN, headers=headers)


def order(server: Any) -> None:
    event = {"type": "track", "userId": "ann", "event": "Order Completed"}
    httpx.post(f"{server.url}/v1/batch", json={"batch": [event]}, headers={"X-Write-Key": server.write_key})


def test_a_purchase_makes_the_client_fetch_again(server: Any) -> None:
    first = flags(server)
    assert flags(server, first.headers["etag"]).status_code == 304

    with httpx.stream("GET", first.json()["eventStreams"][0]["url"], timeout=20) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        order(server)
        told = next(json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))

    assert told["type"] == "refetchEvaluation"
    assert flags(server, first.headers["etag"]).status_code == 200


def test_streams_of_clients_that_left_are_forgotten(server: Any) -> None:
    url = flags(server).json()["eventStreams"][0]["url"]
    for _ in range(3):
        with httpx.stream("GET", url, timeout=20) as stream:
            next(stream.iter_lines())
    until = time.monotonic() + 10
    while open_streams(server) and time.monotonic() < until:
        time.sleep(0.1)

    assert open_streams(server) == 0


def open_streams(server: Any) -> float:
    lines = httpx.get(f"{server.url}/metrics").text.splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("rapport_open_streams ")))
