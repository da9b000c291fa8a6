"""Whoever is erased out of whatever history: what is left is what a replay of the remaining log gives, bit for bit."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.bootstrap import opened
from rapport.core.time import DAY_US, iso
from rapport.loop.identities.identity import unmerge
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.ingest import ingest
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy.erase import erase
from rapport.loop.runtime import Runtime
from tests.loop.conftest import MORNING, CountingChance, HandClock, write_workspace
from tests.loop.traces import FAMILY, projection

USERS = ("ann-4711-x", "bob-4711-x", "cat-4711-x")
DEVICES = ("tablet-0001-q", "phone-0002-q", "kiosk-0003-q")
MAILS = ("one@x.example", "two@x.example")

calls = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify"])},
    optional={
        "userId": st.sampled_from(USERS),
        "anonymousId": st.sampled_from(DEVICES),
        "email": st.sampled_from(MAILS),
        "days_ago": st.integers(0, 5),
        "category": st.sampled_from(["tea", "cake"]),
    },
).filter(lambda call: {"userId", "anonymousId", "email"} & call.keys())
histories = st.lists(st.tuples(calls, st.booleans()), min_size=1, max_size=14)


def wire(call: dict[str, Any]) -> bytes:
    said: dict[str, Any] = {name: call[name] for name in ("type", "userId", "anonymousId") if name in call}
    said["timestamp"] = iso(MORNING - call.get("days_ago", 0) * DAY_US)
    said["event"] = "Product Viewed"
    said["properties"] = {"category": call.get("category", "tea"), "note": call.get("email", "")}
    if "email" in call:
        said["context" if call["type"] == "track" else "traits"] = (
            {"traits": {"email": call["email"]}} if call["type"] == "track" else {"email": call["email"]}
        )
    return json.dumps(said).encode()


def live(rt: Runtime, history: list[tuple[dict[str, Any], bool]]) -> None:
    """Calls live or imported, in whatever order of time, folded at once or later."""
    for number, (call, at_once) in enumerate(history):
        ingest(rt, [wire(call)], source="test", live=at_once).saved.result()
        if at_once or number == len(history) - 1:
            catch_up(rt)


def check(root: Path, history: list[tuple[dict[str, Any], bool]], victim: int, apart: bool, **files: str) -> None:
    write_workspace(root, **files)
    with opened(root, clock=HandClock(), chance=CountingChance()) as rt:
        live(rt, history)
        folded = projection(rt)
        rebuild(rt)
        assert projection(rt) == folded
        customers = [row.id for row in rt.store.scan_customers()]
        if apart and len(customers) > 1:
            unmerge(rt, {"id": customers[0]}, {"id": customers[1]}, actor="desk", never=True)
            customers = [row.id for row in rt.store.scan_customers()]
        who = customers[victim % len(customers)]
        names = [row.identifier.value for row in rt.store.identifiers_of([who])]
        erase(rt, {"id": who})
        left = projection(rt)
        rebuild(rt)
        assert projection(rt) == left
        gone = [name for name in names if any(name.encode() in one.body for one in rt.store.read_log(0, 1000))]
        assert gone == []


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(history=histories, victim=st.integers(0, 5), apart=st.booleans(), family=st.booleans())
def test_on_sqlite(history: Any, victim: int, apart: bool, family: bool, tmp_path_factory: Any) -> None:
    root = tmp_path_factory.mktemp("shop")
    check(root, history, victim, apart, **({"identity.yaml": FAMILY} if family else {}))
    shutil.rmtree(root)


@settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None)
@given(history=histories, victim=st.integers(0, 5), apart=st.booleans(), family=st.booleans())
def test_on_postgresql(
    history: Any, victim: int, apart: bool, family: bool, tmp_path_factory: Any, shared_postgres: Any
) -> None:
    root = tmp_path_factory.mktemp("shop")
    settings_file = f"name: Shop\ntimezone: Europe/Berlin\nstore: {shared_postgres.fresh()}\n"
    changed = {"rapport.yaml": settings_file} | ({"identity.yaml": FAMILY} if family else {})
    check(root, history, victim, apart, **changed)
    shutil.rmtree(root)
