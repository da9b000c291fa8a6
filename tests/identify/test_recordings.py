"""Every call that real clients were recorded sending becomes an event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.core.event import CALL_TYPES, Event, decode_event, encode_event
from rapport.core.time import DAY_US
from rapport.core.wire import WireCall
from rapport.identify.arrival import Arrivals, read_call
from rapport.identify.graph import Graph
from rapport.identify.moments import moment_us
from rapport.identify.stitch import Stitcher
from rapport.workspace.definitions import Identity, Namespace, Trait
from tests.conftest import unavailable

IDENTITY = Identity(namespaces={"email": Namespace(normalise="email", priority=80, found_in=["traits.email"])})
CLIENTS = ("segment", "analytics-", "rudder", "jitsu")
TYPES = {name[0]: name for name in CALL_TYPES}


@pytest.fixture(scope="module")
def recorded(real_data: Path) -> list[tuple[str, str, WireCall, str | None]]:
    """File, type implied by the route, call, and the envelope's time of sending."""
    folder = real_data.parent / "recordings"
    if not folder.is_dir():
        unavailable("no recordings lie beside the real data sets")
    files = sorted(path for path in folder.glob("*.json") if path.name.startswith(CLIENTS))
    return [found for path in files for found in calls(path)]


def calls(path: Path) -> Iterator[tuple[str, str, WireCall, str | None]]:
    for request in json.loads(path.read_text(encoding="utf-8"))["requests"]:
        body = request.get("json")
        if request["method"] != "POST" or not isinstance(body, dict):
            continue
        route = request["path"].split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        kind = route if route in CALL_TYPES else TYPES.get(route, "")
        for call in body.get("batch", [body]):
            yield path.name, kind, read_call(json.dumps(call).encode()), body.get("sentAt")


def test_every_recorded_call_becomes_an_event(recorded: list[tuple[str, str, WireCall, str | None]]) -> None:
    arrivals = Arrivals(IDENTITY, {"email": Trait(), "name": Trait()})
    events: list[Event] = []
    for file, kind, call, sent_at in recorded:
        sent = call.sent_at or sent_at
        received_at = (moment_us(sent) if sent is not None else None) or moment_us("2026-11-22") or 0
        event = arrivals.event(
            call, kind=kind or None, received_at=received_at, source=file, fallback_id=lambda: f"made-{len(events)}"
        )
        assert decode_event(encode_event(event)) == event
        assert event.subject.split(":")[0] in {"user_id", "anonymous_id"}
        assert event.type == (kind or call.type)
        assert event.type != "track" or event.event
        assert received_at - 400 * DAY_US < event.time <= received_at
        events.append(event)
    assert len(events) > 450
    assert {event.type for event in events} == CALL_TYPES
    assert any(event.traits.get("email") == "a@ex.cn" for event in events)
    assert any(event.context.get("campaign", {}).get("name") == "spring" for event in events)
    assert not any("ip" in event.context for event in events)


def test_recorded_histories_stitch(recorded: list[tuple[str, str, WireCall, str | None]]) -> None:
    """Each file is one visitor who signed in as u1, and in Rudder's browser client was later renamed u2."""
    arrivals = Arrivals(IDENTITY, {})
    stitcher = Stitcher(IDENTITY)
    by_file: dict[str, list[Event]] = {}
    for file, kind, call, _ in recorded:
        event = arrivals.event(call, kind=kind or None, received_at=2 * 10**15, fallback_id=lambda: "m")
        by_file.setdefault(file, []).append(event)
    for file, events in by_file.items():
        graph = Graph()
        stitches = [stitcher.stitch(graph, event, seq) for seq, event in enumerate(events, start=1)]
        customers = {graph.row(one.owner.identifier).customer_id for one in stitches}  # type: ignore[union-attr]
        users = {event.identifiers["user_id"] for event in events if "user_id" in event.identifiers}
        assert len(customers) <= max(1, len(users)), file


def test_traits_of_any_declaration(recorded: list[tuple[str, str, WireCall, str | None]]) -> None:
    arrivals = Arrivals(IDENTITY, {})
    for _, kind, call, _ in recorded:
        event: Any = arrivals.event(call, kind=kind or None, received_at=2 * 10**15, fallback_id=lambda: "m")
        assert event.traits == {}
    assert arrivals.dropped["email"] > 0
