"""``kill -9`` while a person is erased, a backup made or put back: all of it happened in the end, or none."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.bootstrap import opened
from rapport.loop.backups import backup, examine, listing
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.runtime import Runtime
from tests.loop.conftest import Shop, identify, track, write_workspace
from tests.loop.traces import ANN, FAMILY, HERS, found, live_through, projection

KILLS = int(os.environ.get("RAPPORT_KILLS", "3"))
ALL_S = 3.0
"""About how long the longest play takes; beyond it nothing is left to kill."""


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Path]:
    """Makes a workspace with a history, in a fresh folder and database."""

    def make_it() -> Path:
        root = tmp_path / f"shop{sum(1 for _ in tmp_path.iterdir())}"
        store = ""
        if request.param == "postgresql":
            store = f"store: {request.getfixturevalue('shared_postgres').fresh()}\n"
        settings = f"name: Shop\ntimezone: Europe/Berlin\nattribution_window: 2d\n{store}"
        write_workspace(root, **{"rapport.yaml": settings, "identity.yaml": FAMILY})
        return root

    return make_it


def kill_while(play: str, root: Path, moment_s: float, *arguments: str) -> bool:
    """Starts a process that plays, and kills it; whether it was done before."""
    command = [sys.executable, "-m", "tests.durability.rewriter", play, str(root), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("go\n")
        process.stdin.flush()
        time.sleep(moment_s)
        process.send_signal(signal.SIGKILL)
        return process.stdout.read() == "done\n"


def moments(seed: int) -> list[float]:
    """Early moments more often than late ones: most steps are short."""
    chance = random.Random(seed)
    return [chance.random() ** 2 * ALL_S for _ in range(KILLS)]


def test_an_erasure_happens_altogether_or_not_at_all(make: Callable[[], Path]) -> None:
    for moment_s in moments(1):
        root = make()
        with opened(root) as rt:
            live_through(Shop(rt, rt.clock, root), with_her=True)  # type: ignore[arg-type]
            backup(rt)
        kill_while("erase", root, moment_s, ANN)
        with opened(root) as rt:
            places = found(root, rt)
            if rt.store.suppressions():
                assert places == []
            else:
                assert {value for _, value in places} == set(HERS)
            left = projection(rt)
            rebuild(rt)
            assert projection(rt) == left


def test_no_half_backup_looks_whole(make: Callable[[], Path]) -> None:
    root = make()
    with opened(root) as rt:
        Shop(rt, rt.clock, root).happen(*(identify(f"u{number}") for number in range(300)))  # type: ignore[arg-type]
    for moment_s in moments(2):
        kill_while("backup", root, moment_s / 2)
        with opened(root) as rt:
            known = {one.path for one in listing(rt)}
            there = sorted((root / "data" / "backups").glob("*.rapport"))
            assert {str(path) for path in there} <= known
            for path in there:
                assert examine(rt.store.examine_copy, path, lambda _share: None).rows["events"] == 300
    with opened(root) as rt:
        backup(rt)
    assert not [path for path in (root / "data" / "backups").iterdir() if path.name.startswith(".making")]


def test_a_restore_leaves_the_old_or_the_new(make: Callable[[], Path]) -> None:
    root = make()
    with opened(root) as rt:
        shop = Shop(rt, rt.clock, root)  # type: ignore[arg-type]
        shop.happen(*(identify(f"u{number}", f"d{number}") for number in range(300)))
        file = backup(rt).path
        new = state(rt)
        shop.happen(*(track("Order Completed", f"u{number}", revenue=1) for number in range(300)))
        old = state(rt)
    for moment_s in moments(3):
        kill_while("restore", root, moment_s / 2, file)
        with opened(root) as rt:
            catch_up(rt)
            assert state(rt) in (old, new)
            assert rt.store.states("restored") == {}


def state(rt: Runtime) -> Any:
    return [row.body for row in rt.store.read_log(0, 1_000)], projection(rt)
