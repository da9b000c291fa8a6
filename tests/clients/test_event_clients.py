"""Real event clients, pointed at us by their one setting: what they send arrives once, with the right fields."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.running import PYTHON, run
from tests.conftest import unavailable

SIX = ["alias", "group", "identify", "page", "screen", "track"]


def check(server: Any, kinds: list[str]) -> dict[str, Any]:
    """Each call arrived once; the purchase and the e-mail address are where they belong."""
    log = server.log
    assert sorted(event.type for event in log) == kinds
    assert len({event.message_id for event in log}) == len(log)
    by_type = {event.type: event for event in log}
    assert by_type["identify"].traits["email"] == "Ann@Example.com"
    assert by_type["identify"].identifiers["user_id"] == "u1"
    order = by_type["track"]
    assert (order.event, order.properties["order_id"], order.properties["total"]) == ("Order Completed", "o1", 9.9)
    assert order.source == "sdk"
    assert by_type["page"].event == "Home"
    return by_type


@pytest.mark.parametrize("packing", ["plain", "gzip"])
@pytest.mark.parametrize(("script", "module"), [("segment_sdk.py", "segment"), ("rudder_sdk.py", "rudderstack")])
def test_python_clients(server: Any, script: str, module: str, packing: str) -> None:
    if importlib.util.find_spec(module) is None:
        unavailable(f"the Python package {module} is not installed (dependency group `clients`)")
    run(sys.executable, PYTHON / script, server.url, server.write_key, packing)

    events = check(server, SIX)
    assert events["track"].message_id == "m-1"
    assert events["track"].identifiers["anonymous_id"] == "a1"


@pytest.mark.parametrize(
    "arguments", [["segment.mjs"], ["segment_legacy.mjs"], ["rudder.mjs", "gzip"], ["rudder.mjs", "plain"]]
)
def test_node_clients(server: Any, node: Path, arguments: list[str]) -> None:
    script, *options = arguments
    run("node", node / script, server.url, server.write_key, *options)

    events = check(server, SIX)
    assert events["track"].message_id == "m-1"
    assert events["track"].identifiers["anonymous_id"] == "a1"


@pytest.mark.parametrize("mode", ["browser", "s2s"])
def test_jitsu(server: Any, node: Path, mode: str) -> None:
    run("node", node / "jitsu.mjs", server.url, server.write_key, mode)

    check(server, ["group", "identify", "page", "track"])


def test_a_batch_with_a_bad_key_is_not_sent_again_and_again(server: Any) -> None:
    """rudder-sdk-python retries a 4xx without ``code``; ours has one, so it gives up at once."""
    if importlib.util.find_spec("rudderstack") is None:
        unavailable("the Python package rudderstack is not installed (dependency group `clients`)")
    command = [sys.executable, str(PYTHON / "rudder_sdk.py"), server.url, "rk_unknown", "gzip"]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert "not_authenticated" in outcome.stderr
    assert server.log == []
