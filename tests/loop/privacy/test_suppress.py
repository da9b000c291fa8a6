"""Who was erased stays away with all that was, and may come back with what will be."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

import pytest

from rapport.bootstrap import opened
from rapport.core.errors import NotFound
from rapport.core.time import DAY_US, iso
from rapport.loop.intake.load import load
from rapport.loop.privacy.erase import erase
from rapport.loop.privacy.suppress import ERASED_ON_REQUEST, SECRET, Hasher
from rapport.loop.view import find
from rapport.workspace import check
from tests.loop.conftest import MORNING, CountingChance, HandClock, Shop, identify, track

ANN = "ann@secret.example"
CRM = """
files: [crm*.csv]
type: identify
identifiers: {user_id: {column: id}, email: {column: mail}}
time: {column: seen, type: date}
traits: {city: {column: city}}
"""


def shop_with_ann(open_shop: Callable[..., Shop], name: str = "shop") -> Shop:
    shop = open_shop(name, **{"sources/crm.yaml": CRM})
    shop.happen(identify("ann", "a1", email=ANN), identify("bob", "b1", email="bob@x.example"))
    return shop


def late(call: dict[str, object], days: float) -> dict[str, object]:
    return {**call, "timestamp": iso(MORNING + int(days * DAY_US)), "messageId": f"late-{days}"}


def test_history_is_refused_and_new_events_make_a_new_customer(open_shop: Callable[..., Shop]) -> None:
    shop = shop_with_ann(open_shop)
    shop.clock.pass_days(1)
    erase(shop.rt, {"email": ANN})
    shop.clock.pass_days(1)
    outcome = shop.happen(late(track("Order Completed", "ann", revenue=5), 0.5), late(identify("bob"), 0.5))
    assert [rejection.reason for rejection in outcome.rejections] == [ERASED_ON_REQUEST]
    with pytest.raises(NotFound):
        find(shop.rt, {"userId": "ann"})
    shop.happen(track("Order Completed", "ann", revenue=7))
    assert find(shop.rt, {"userId": "ann"}).profile.events == 1


def test_a_refused_call_of_hers_is_counted_and_not_kept(open_shop: Callable[..., Shop]) -> None:
    shop = shop_with_ann(open_shop)
    shop.clock.pass_days(1)
    erase(shop.rt, {"email": ANN})
    shop.send(late(track("Order Completed", "ann", note="xyzzy"), 0.5))
    row = shop.rt.store.rejections()[0]
    assert (row.reason, row.body, row.message_id) == (ERASED_ON_REQUEST, b"", "")


def test_an_identifier_of_hers_on_somebody_elses_event_is_left_out(open_shop: Callable[..., Shop]) -> None:
    shop = shop_with_ann(open_shop)
    shop.clock.pass_days(1)
    erase(shop.rt, {"email": ANN})
    assert shop.happen(late(track("Product Viewed", "bob", "a1"), 0.5)).accepted == 1
    event = shop.rt.store.read_log(0, 10)[-1].event
    assert (event.subject, event.identifiers) == ("user_id:bob", {"user_id": "bob"})
    stranger = {"type": "track", "event": "x", "userId": "dan", "context": {"traits": {"email": ANN}}}
    assert shop.send(late(stranger, 0.6)).accepted == 0


def test_an_old_file_does_not_bring_her_back_nor_into_the_rejects(open_shop: Callable[..., Shop]) -> None:
    shop = shop_with_ann(open_shop)
    assert check(shop.root) == []
    file = shop.root / "crm1.csv"
    file.write_text(f"id,mail,seen,city\nann,{ANN},2020-01-01,Quuxville\nbob,,2020-01-01,Bonn\nbob,,never,Bonn\n")
    shop.clock.pass_days(1)
    erase(shop.rt, {"email": ANN})
    report = load(shop.rt, [file])
    assert report.files[0].rejected[ERASED_ON_REQUEST] == 1
    assert (report.rows_read, report.rows_loaded, report.rows_rejected) == (3, 1, 2)
    written = Path(report.files[0].rejects_file).read_text()
    assert "never" in written
    assert "Quuxville" not in written


def test_one_entry_a_person_however_often_she_leaves(open_shop: Callable[..., Shop]) -> None:
    shop = shop_with_ann(open_shop)
    erase(shop.rt, {"email": ANN})
    shop.clock.pass_days(1)
    shop.happen(identify("ann", "a2", email="new@secret.example"))
    receipt = erase(shop.rt, {"userId": "ann"})
    held = shop.rt.store.suppressions()
    assert {one.entry for one in held} == {receipt["entry"]}
    assert len(held) == 5
    assert all(len(one.hash) == 64 and ANN not in one.hash for one in held)


def test_hashes_are_hmac_sha256_with_a_secret_that_is_made_once(open_shop: Callable[..., Shop]) -> None:
    shop = shop_with_ann(open_shop)
    assert shop.rt.store.state(SECRET) is None
    erase(shop.rt, {"email": ANN})
    secret = shop.rt.store.state(SECRET)
    assert secret is not None
    expected = hmac.new(secret, f"email:{ANN}".encode(), hashlib.sha256).hexdigest()
    assert expected == Hasher(secret).digest("email", ANN)
    assert expected in {one.hash for one in shop.rt.store.suppressions()}
    shop.clock.pass_days(1)
    erase(shop.rt, {"userId": "bob"})
    assert shop.rt.store.state(SECRET) == secret


def test_another_process_learns_of_it_within_a_second(open_shop: Callable[..., Shop]) -> None:
    shop = shop_with_ann(open_shop)
    clock = HandClock(shop.clock.time_us)
    with opened(shop.root, clock=clock, chance=CountingChance(100)) as other:
        there = Shop(other, clock, shop.root)
        there.send(identify("cat"))
        shop.clock.pass_days(1)
        clock.pass_days(1)
        erase(shop.rt, {"email": ANN})
        clock.time_us += 1_000_000
        assert there.send(late(track("Product Viewed", "ann"), 0.5)).accepted == 0


def test_nobody_is_asked_when_nobody_was_erased(open_shop: Callable[..., Shop]) -> None:
    shop = shop_with_ann(open_shop)
    assert not shop.rt.suppressed.look(shop.clock.now_us())
