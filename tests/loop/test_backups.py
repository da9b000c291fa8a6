"""A backup is the whole business in one file: it comes back on either database, without those who were erased since."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.bootstrap import lay_out, opened
from rapport.core.errors import Conflict, InvalidInput, NotFound
from rapport.loop import keys
from rapport.loop.backups import backup, erase_in_all, listing, restore
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy.erase import erase, receipts
from rapport.loop.refreshing.refresh import refresh
from rapport.loop.runtime import Runtime
from rapport.loop.view import find
from tests.loop.conftest import CountingChance, HandClock, Shop, identify, track, write_workspace
from tests.loop.traces import ANN, FAMILY, found, her_calls, live_through, offer, others_calls, projection


def settings(database: str, postgres: Any) -> dict[str, str]:
    store = f"store: {postgres.fresh()}\n" if database == "postgresql" else ""
    return {
        "rapport.yaml": f"name: Shop\ntimezone: Europe/Berlin\nattribution_window: 2d\n{store}",
        "identity.yaml": FAMILY,
    }


def shown(rt: Runtime) -> dict[str, list[Any]]:
    """The projection, decisions and offers included; the suppressions aside, of which a restore keeps more."""
    held = projection(rt)
    held["decisions"] = [row.body for row in rt.store.read_decisions(0, 1_000)]
    held["events"] = [(row.seq, row.body) for row in rt.store.read_log(0, 1_000)]
    return held


@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_it_comes_back_on_either_database(
    source: str, target: str, open_shop: Callable[..., Shop], tmp_path: Path, shared_postgres: Any
) -> None:
    shop = open_shop("source", **settings(source, shared_postgres))
    live_through(shop, with_her=True)
    erase(shop.rt, {"userId": ANN})
    shop.happen(*her_calls()[:1])
    made = backup(shop.rt)
    before = shown(shop.rt)
    root = tmp_path / "target"
    write_workspace(root, **settings(target, shared_postgres))
    with opened(root, clock=HandClock(), chance=CountingChance(900)) as rt:
        catch_up(rt)
        report = restore(rt, Path(made.path))
    assert report["events"] == len(before["events"])
    with opened(root, clock=HandClock(), chance=CountingChance(900)) as rt:
        assert shown(rt) == before
        rebuild(rt)
        assert shown(rt) == before
        again = Shop(rt, HandClock(), root)
        assert again.send(*({**call, "messageId": f"m_{9:012d}"} for call in others_calls()[:1])).saved.result()
        again.happen(identify("dan", "d1"))
        assert find(rt, {"userId": "dan"}).profile.events == 1
        offer(again, {"userId": "dan"})
        assert backup(rt).events == len(rt.store.read_log(0, 1_000))


def test_what_an_erased_person_sent_stays_known_on_the_other_database(
    open_shop: Callable[..., Shop], tmp_path: Path, shared_postgres: Any
) -> None:
    for source, target in (("sqlite", "postgresql"), ("postgresql", "sqlite")):
        shop = open_shop(source, **settings(source, shared_postgres))
        shop.happen(identify("bob"), {**identify("ann", email="ann@x.example"), "messageId": "hers"}, identify("cat"))
        erase(shop.rt, {"userId": "ann"})
        made = backup(shop.rt)
        root = tmp_path / f"{source}-{target}"
        write_workspace(root, **settings(target, shared_postgres))
        with opened(root, clock=HandClock()) as rt:
            restore(rt, Path(made.path))
        clock = HandClock()
        clock.pass_days(1)
        with opened(root, clock=clock, chance=CountingChance(50)) as rt:
            sent = Shop(rt, clock, root).send(
                {**identify("ann"), "messageId": "hers"}, {**identify("dan"), "messageId": "n"}
            )
            assert sent.saved.result().appended == 1


def test_who_was_erased_since_stays_erased(open_shop: Callable[..., Shop], tmp_path: Path) -> None:
    shop = open_shop(**{"identity.yaml": FAMILY})
    live_through(shop, with_her=True)
    made = backup(shop.rt)
    away = shutil.copy(made.path, tmp_path / "elsewhere.rapport")
    shop.clock.pass_days(1)
    erase(shop.rt, {"userId": ANN})
    left = shown(shop.rt)
    assert found(shop.root, shop.rt) == []
    report = restore(shop.rt, Path(away))
    assert report["erased_again"] == 1
    with opened(shop.root, clock=shop.clock) as rt:
        catch_up(rt)
        refresh(rt, lambda _what, _share: None)
        assert found(shop.root, rt) == []
        assert {name: held for name, held in shown(rt).items() if name != "events"} == {
            name: held for name, held in left.items() if name != "events"
        }
        with pytest.raises(NotFound):
            find(rt, {"userId": ANN})
        assert len(receipts(rt)) == 1


def test_it_is_as_of_one_moment_while_others_write(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            calls = [
                {**track("Order Completed", f"u{number}", revenue=1), "messageId": f"{number}-{n}"} for n in (1, 2)
            ]
            shop.send(*calls)
            number += 1

    writing = threading.Thread(target=write)
    writing.start()
    try:
        made = [backup(shop.rt) for _ in range(3)]
    finally:
        stop.set()
        writing.join()
    assert [one.there for one in listing(shop.rt)] == [True] * 3
    assert len({one.name for one in made}) == 3
    for one in made:
        assert one.events % 2 == 0
    restore(shop.rt, Path(made[1].path))
    with opened(shop.root) as rt:
        assert len(rt.store.read_log(0, 100_000)) == made[1].events
        assert len(listing(rt)) == 3


def test_keys_revoked_since_stay_revoked(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    token = keys.create(shop.rt, ["read"])
    made = backup(shop.rt)
    later = keys.create(shop.rt, ["write"])
    keys.revoke(shop.rt, keys.listing(shop.rt)[0].id)
    restore(shop.rt, Path(made.path))
    with opened(shop.root) as rt:
        assert keys.verify(rt, token) is None
        assert keys.verify(rt, later) is not None


def test_what_is_no_whole_backup_is_refused_and_nothing_changes(open_shop: Callable[..., Shop], tmp_path: Path) -> None:
    shop = open_shop()
    shop.happen(*(identify(f"user-{number}-zebra") for number in range(50)))
    made = backup(shop.rt)
    before = shown(shop.rt)
    body = Path(made.path).read_bytes()
    changed = tmp_path / "changed.rapport"
    at = body.rindex(b"user-7-zebra")
    changed.write_bytes(body[:at] + b"user-8" + body[at + 6 :])
    short = tmp_path / "short.rapport"
    short.write_bytes(body[: len(body) // 2])
    other = tmp_path / "other.rapport"
    other.write_text("name,city\n")
    plain = tmp_path / "plain.rapport"
    shop.rt.store.copy(str(plain), lambda _share: None)
    for file in (changed, short, other, plain):
        with pytest.raises(InvalidInput):
            restore(shop.rt, file)
    with pytest.raises(NotFound):
        restore(shop.rt, tmp_path / "none.rapport")
    assert shown(shop.rt) == before


def test_another_process_in_the_database_forbids_a_restore(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    made = backup(shop.rt)
    with opened(shop.root), pytest.raises(Conflict):
        restore(shop.rt, Path(made.path))
    shop.happen(identify("bob"))
    assert find(shop.rt, {"userId": "bob"}).profile.events == 1


def test_the_backup_of_another_business_is_refused(open_shop: Callable[..., Shop]) -> None:
    shop, other = open_shop("shop"), open_shop("other")
    for one in (shop, other):
        one.happen(identify("ann"))
        erase(one.rt, {"userId": "ann"})
    with pytest.raises(Conflict, match="another business"):
        restore(shop.rt, Path(backup(other.rt).path))


def test_definitions_go_with_it(open_shop: Callable[..., Shop], tmp_path: Path) -> None:
    shop = open_shop()
    made = Path(backup(shop.rt).path)
    root = tmp_path / "empty"
    root.mkdir()
    assert "actions/offers.yaml" in lay_out(root, made)
    assert (root / "traits.yaml").read_text() == (shop.root / "traits.yaml").read_text()
    assert lay_out(root, made) == []
    (root / "policy.yaml").write_text("# otherwise\n" + (root / "policy.yaml").read_text())
    with opened(root) as rt:
        assert restore(rt, made)["definitions_that_differ"] == ["policy.yaml"]


def test_a_backup_that_is_gone_is_told_of(open_shop: Callable[..., Shop], tmp_path: Path) -> None:
    shop = open_shop()
    shop.happen(*her_calls())
    made = backup(shop.rt, tmp_path / "usb")
    Path(made.path).unlink()
    assert [one.there for one in listing(shop.rt)] == [False]
    told = erase(shop.rt, {"userId": ANN})["not_reached"]
    assert [line for line in told if made.name in line]
    assert erase_in_all(shop.rt, [], [], entry="none") == ([], [made.name])
