"""What was not kept is counted for good, by day and source, over all processes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rapport.bootstrap import open_runtime
from rapport.core.time import DAY_US
from rapport.identify.not_kept import Missed
from rapport.loop.intake import counts
from rapport.loop.intake.counts import Counts
from rapport.ports.store import Store
from tests.loop.conftest import MORNING, CountingChance, Shop, identify

PERFUME = ("test", "undeclared", "perfume", "text")
AGE = ("test", "ill_typed", "age", "text")
TODAY = MORNING // DAY_US


def lose(store: Store, process: Counts, times: int, now_us: int = MORNING, name: str = "perfume") -> None:
    for _ in range(times):
        process.not_kept.add("test", "undeclared", name, "musk")
    process.write(store, CountingChance(), now_us)
    store.append([]).result()


def test_a_call_s_losses_are_on_disk_with_the_next_write(open_shop: Callable[..., Shop]) -> None:
    traits = "age: {type: integer, kind: engagement, purpose: menu}\n"
    shop = open_shop(**{"traits.yaml": traits})

    shop.send(identify("ann", age="old", perfume="musk"))
    shop.rt.store.append([]).result()

    assert counts.read(shop.rt.store, shop.clock.now_us()) == {TODAY: {PERFUME: 1, AGE: 1}}


def test_losses_are_written_at_most_once_a_second_and_at_the_end(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    shop.send(identify("ann", perfume="musk"))
    shop.send(identify("ann", perfume="rose"))
    assert counts.read(shop.rt.store, shop.clock.now_us()) == {TODAY: {PERFUME: 1}}

    shop.rt.close()

    again = open_shop(clock=shop.clock)
    assert counts.read(again.rt.store, shop.clock.now_us()) == {TODAY: {PERFUME: 2}}


def test_processes_add_up_and_never_write_the_same_state(shop: Shop) -> None:
    one, other = Counts(process="p1"), Counts(process="p2")
    for times in (1, 2):
        lose(shop.rt.store, one, times)
        lose(shop.rt.store, other, 10 * times)

    assert counts.read(shop.rt.store, MORNING) == {TODAY: {PERFUME: 33}}


def test_each_day_has_its_own_count(shop: Shop) -> None:
    process = Counts(process="p1")
    lose(shop.rt.store, process, 2)
    lose(shop.rt.store, process, 3, MORNING + DAY_US)

    assert counts.read(shop.rt.store, MORNING + DAY_US) == {TODAY: {PERFUME: 2}, TODAY + 1: {PERFUME: 3}}
    assert counts.read(shop.rt.store, MORNING + DAY_US, days=1) == {TODAY + 1: {PERFUME: 3}}


def test_finished_days_are_added_up_into_one_state_and_old_ones_go(shop: Shop) -> None:
    store = shop.rt.store
    for number in range(5):
        lose(store, Counts(process=f"p{number}"), 1)
    for later in (0, 1):
        Counts().compact(store, MORNING + later * DAY_US)
        assert len(store.states(counts.PREFIX)) == 5

    for _ in range(2):
        Counts().compact(store, MORNING + 2 * DAY_US)
        assert list(store.states(counts.PREFIX)) == [f"{counts.PREFIX}{TODAY}:"]
        assert counts.read(store, MORNING + 2 * DAY_US) == {TODAY: {PERFUME: 5}}

    Counts().compact(store, MORNING + counts.DAYS_KEPT * DAY_US)
    assert store.states(counts.PREFIX) == {}


def test_what_a_source_lost_is_forgotten_by_all_processes_on_all_days(shop: Shop) -> None:
    store, one, other = shop.rt.store, Counts(process="p1"), Counts(process="p2")
    lose(store, one, 3)
    lose(store, other, 4)
    other.not_kept.add("shop", "ill_typed", "age", "old")
    lose(store, other, 1, MORNING + DAY_US)

    other.forget(store, "test")
    assert counts.read(store, MORNING + DAY_US)[TODAY + 1] == {("shop", "ill_typed", "age", "text"): 1}
    lose(store, other, 2, MORNING + DAY_US)

    found = counts.read(store, MORNING + DAY_US)
    assert (found[TODAY], found[TODAY + 1][Missed(*PERFUME)]) == ({}, 2)


def test_a_state_holds_the_commonest_losses_and_the_sum_of_the_rest(shop: Shop) -> None:
    process = Counts(process="p1")
    for number in range(3 * counts.ENTRIES_MAX):
        process.not_kept.add("test", "undeclared", f"name {number}", "x")
    lose(shop.rt.store, process, 0)

    (held,) = counts.read(shop.rt.store, MORNING).values()
    assert held.total() == 3 * counts.ENTRIES_MAX
    assert len(held) <= counts.ENTRIES_MAX + 1


def test_a_dry_run_counts_nothing(shop: Shop, tmp_path: Path) -> None:
    from rapport.loop.intake.load import load

    file = tmp_path / "people.csv"
    file.write_text("customer_id,email,perfume\n1,a@x.com,musk\n2,b@x.com,rose\n", encoding="utf-8")
    load(shop.rt, [file], dry_run=True)

    assert shop.rt.counts.not_kept.counts() == {}


KILLED = """
import os, signal, sys, json
from rapport.bootstrap import open_runtime
from rapport.loop.intake.ingest import ingest
rt = open_runtime(sys.argv[1])
call = json.dumps({"type": "identify", "userId": "ann", "traits": {"perfume": "musk"}}).encode()
ingest(rt, [call] * 7, source="test").saved.result()
rt.store.append([]).result()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_its_counts(shop: Shop) -> None:
    shop.rt.close()
    ended = subprocess.run([sys.executable, "-c", KILLED, str(shop.root)], check=False)
    assert ended.returncode == -signal.SIGKILL

    rt = open_runtime(shop.root)
    found = counts.read(rt.store, rt.clock.now_us())
    rt.close()
    assert list(found.values()) == [{PERFUME: 7}]
