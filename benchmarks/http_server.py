"""The server under test: Rapport's own app over a prepared workspace, beside three endpoints to compare with.

``/bench/noop``     parses JSON and answers JSON, does nothing else
``/bench/commit``   awaits one durable commit of a decision-sized record
``/bench/validate`` runs ingestion's parsing and validation on a batch, then throws it away
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from rapport.bootstrap import calm_collector, open_runtime
from rapport.core.decision import DecisionRow, encode_decision
from rapport.core.event import encode_event
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.intake.ingest import Envelope, read_event
from rapport.loop.runtime import Runtime
from rapport.service.app import build
from rapport.service.live import Saves
from rapport.service.serve import SWITCH_INTERVAL_S


async def _body(receive: Any) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def _answer(send: Any, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def compared(app: Any, rt: Runtime) -> Any:
    """The app with the endpoints to compare with in front of it."""

    saves = Saves()
    asked = Ask(customer={"userId": "u1"}, slot="home", context={"device": "phone"})
    record = encode_decision(msgspec.structs.replace(decide(rt, asked).decision, chosen=[]))

    async def noop(receive: Any, send: Any) -> None:
        asked = msgspec.json.decode(await _body(receive))
        await _answer(send, msgspec.json.encode({"slot": asked["slot"], "ok": True}))

    async def commit(receive: Any, send: Any) -> None:
        await _body(receive)
        row = DecisionRow(rt.chance.new_id("x_"), "nobody", "bench", rt.clock.now_us(), record)
        await saves.wait(rt.store.record(row))
        await _answer(send, b'{"ok":true}')

    async def validate(receive: Any, send: Any) -> None:
        envelope = msgspec.json.decode(await _body(receive), type=dict[str, msgspec.Raw])
        batch = Envelope(source="bench", received_at=rt.clock.now_us())
        for raw in msgspec.json.decode(envelope["batch"], type=list[msgspec.Raw]):
            encode_event(read_event(rt, bytes(raw), batch))
        await _answer(send, b'{"success":true}')

    routes = {"/bench/noop": noop, "/bench/commit": commit, "/bench/validate": validate}

    async def outer(scope: Any, receive: Any, send: Any) -> None:
        route = routes.get(scope.get("path", ""))
        if route is None:
            await app(scope, receive, send)
        else:
            await route(receive, send)

    return outer


def main() -> None:
    import uvicorn

    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("--cpu", type=int, default=0)
    parser.add_argument("--no-fold", action="store_true")
    options = parser.parse_args()
    os.sched_setaffinity(0, {options.cpu})
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    rt = open_runtime(options.root)
    app = compared(build(rt, fold_in_background=not options.no_fold), rt)
    calm_collector()
    uvicorn.run(
        app, host="127.0.0.1", port=options.port, log_level="warning", access_log=False, loop="uvloop", http="httptools"
    )


if __name__ == "__main__":
    main()
