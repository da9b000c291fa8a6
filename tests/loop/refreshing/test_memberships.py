"""Entering and leaving segments: events that are written once, shown, and count for nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rapport.core.customer import decode_profile
from rapport.core.event import SEGMENT, Event
from rapport.differentiate.segments import MEMBERSHIPS
from rapport.loop import view
from rapport.loop.identities.identity import merge, unmerge
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing import memberships
from rapport.loop.refreshing.refresh import refresh
from rapport.ports.store import FoldBatch
from tests.loop.conftest import Shop, identify, track

SEGMENTS = """
regulars: {rule: orders_90d >= 2, title: Come often}
big: {rule: spend > 100}
big_regulars: {rule: big AND regulars}
quiet: {rule: events_total >= 1, notify: false}
"""
OFF = {"consent": {"categoryPreferences": {"personalization": False}}}


@pytest.fixture
def shop(open_shop: Any) -> Shop:
    return open_shop(**{"segments.yaml": SEGMENTS})


def order(who: str, revenue: float) -> dict[str, Any]:
    return track("Order Completed", who, revenue=revenue)


def said(shop: Shop) -> list[tuple[str, str, bool]]:
    """What the log says of segments: subject, event and segment, live."""
    events = [stored.event for stored in shop.rt.store.read_log(0, 10_000)]
    return [(one.subject, f"{one.event} {one.properties['segment']}", one.live) for one in events
            if one.type == SEGMENT]  # fmt: skip


def scores(shop: Shop, who: str) -> dict[str, Any]:
    (customer,) = [one for one in shop.rt.store.scan_customers() if one.id == ident(shop, who)]
    return dict(msgspec.json.decode(customer.scores))


def ident(shop: Shop, who: str) -> str:
    return str(view.show(shop.rt, {"userId": who})["id"])


def test_the_first_refresh_enters_without_starting_anything(shop: Shop) -> None:
    shop.happen(order("ann", 60), order("ann", 60), order("bob", 5))
    assert said(shop) == []
    refresh(shop.rt)
    entered = [f"Segment Entered {name}" for name in ("regulars", "big", "big_regulars")]
    assert said(shop) == [("user_id:ann", one, False) for one in entered]
    assert scores(shop, "ann")[MEMBERSHIPS] == {"regulars": 1, "big": 1, "big_regulars": 1, "quiet": 1}
    refresh(shop.rt)
    assert len(said(shop)) == 3


def test_a_live_event_enters_at_once_and_time_leaves_at_the_next_refresh(shop: Shop) -> None:
    shop.happen(order("ann", 60), order("bob", 5))
    refresh(shop.rt)
    shop.happen(order("bob", 5))
    assert said(shop) == [("user_id:bob", "Segment Entered regulars", True)]
    assert scores(shop, "bob")["regulars"] is True
    shop.clock.pass_days(100)
    refresh(shop.rt)
    assert said(shop)[1:] == [("user_id:bob", "Segment Exited regulars", True)]
    assert scores(shop, "bob")[MEMBERSHIPS]["regulars"] == 2
    assert list(memberships.days(shop.rt).values()) == [{"regulars": [1, 0], "quiet": [2, 0]}, {"regulars": [0, 1]}]


def test_a_newcomer_enters_with_the_first_event(shop: Shop) -> None:
    shop.happen(order("ann", 60))
    refresh(shop.rt)
    shop.happen(order("new", 500))
    assert ("user_id:new", "Segment Entered big", True) in said(shop)


def test_new_rules_start_nothing(shop: Shop, open_shop: Any) -> None:
    shop.happen(order("ann", 60))
    refresh(shop.rt)
    shop.rt.close()
    again = open_shop(clock=shop.clock, **{"segments.yaml": "cheap: {rule: spend < 100}\n"})
    refresh(again.rt)
    assert said(again) == [("user_id:ann", "Segment Entered cheap", False)]
    refresh(again.rt)
    assert len(said(again)) == 1


def test_they_are_shown_and_count_for_nothing(shop: Shop) -> None:
    shop.happen(order("ann", 60), order("bob", 5))
    refresh(shop.rt)
    before = profiles(shop)
    shop.happen(order("bob", 5))
    bought = profiles(shop)[ident(shop, "bob")]
    assert bought.events == before[ident(shop, "bob")].events + 1
    shop.clock.pass_days(100)
    refresh(shop.rt)
    catch_up(shop.rt)
    assert profiles(shop)[ident(shop, "bob")] == bought
    assert shop.rt.warehouse.query("SELECT COUNT(*) FROM events WHERE type = 'segment'") == [(0,)]
    told = view.timeline(shop.rt, {"userId": "bob"})["data"]
    assert [one["event"] for one in told[:3]] == ["Segment Exited", "Segment Entered", "Order Completed"]
    assert told[0]["properties"] == {"segment": "regulars", "because": "orders_90d >= 2", "n": 2}


def profiles(shop: Shop) -> dict[str, Any]:
    return {one.id: decode_profile(one.profile) for one in shop.rt.store.scan_customers()}


def test_who_switches_personalisation_off_leaves(shop: Shop) -> None:
    shop.happen(order("ann", 600))
    refresh(shop.rt)
    shop.happen(track("Home", "ann") | {"context": OFF})
    assert said(shop)[-1] == ("user_id:ann", "Segment Exited big", True)
    refresh(shop.rt)
    assert len(said(shop)) == 2


def test_a_crash_before_the_scores_are_written_says_nothing_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.happen(order("ann", 60))
    refresh(shop.rt)
    whole = type(shop.rt.store).apply

    def dying(store: Any, batch: FoldBatch) -> Any:
        if batch.scores:
            raise SystemExit("killed")
        return whole(store, batch)

    shop.send(order("ann", 60), order("new", 500))
    monkeypatch.setattr(type(shop.rt.store), "apply", dying)
    for _ in range(2):
        with pytest.raises(SystemExit):
            catch_up(shop.rt)
    monkeypatch.undo()
    catch_up(shop.rt)
    counted = [one[:2] for one in said(shop)]
    assert sorted(counted) == sorted(set(counted))
    assert {one for _, one in counted} >= {"Segment Entered regulars", "Segment Entered big"}
    assert list(memberships.days(shop.rt).values()) == [
        {"quiet": [2, 0], "regulars": [1, 0], "big": [2, 0], "big_regulars": [1, 0]}
    ]


def test_a_refresh_that_dies_says_nothing_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.happen(order("ann", 600), order("bob", 600))

    def dying(*_: Any) -> Any:
        raise SystemExit("killed")

    monkeypatch.setattr(type(shop.rt.store), "write_scores", dying)
    with pytest.raises(SystemExit):
        refresh(shop.rt)
    monkeypatch.undo()
    assert len(said(shop)) == 2
    refresh(shop.rt)
    assert len(said(shop)) == 2


def test_a_replay_of_the_log_says_nothing_again(shop: Shop) -> None:
    shop.happen(order("ann", 60), order("bob", 5))
    refresh(shop.rt)
    shop.happen(order("bob", 500), order("bob", 5))
    before = said(shop)
    rebuild(shop.rt)
    refresh(shop.rt)
    assert said(shop) == before


def test_merging_and_parting_keep_the_count(shop: Shop) -> None:
    shop.happen(order("ann", 60), order("bob", 60))
    refresh(shop.rt)
    merge(shop.rt, {"userId": "ann"}, {"userId": "bob"}, actor="desk")
    assert [one for _, one, _ in said(shop)] == [
        f"Segment Entered {name}" for name in ("regulars", "big", "big_regulars")
    ]
    unmerge(shop.rt, {"userId": "ann"}, {"userId": "bob"}, actor="desk")
    refresh(shop.rt)
    events = [one for _, one, _ in said(shop)]
    assert sorted(events[3:]) == sorted(f"Segment Exited {name}" for name in ("regulars", "big", "big_regulars"))
    for who in ("ann", "bob"):
        inside = {name for name, count in scores(shop, who)[MEMBERSHIPS].items() if count % 2}
        assert inside == {"quiet"}


def test_a_customer_whose_scores_forgot_goes_on_counting(shop: Shop) -> None:
    shop.happen(order("ann", 600))
    refresh(shop.rt)
    shop.happen(track("Home", "ann") | {"context": OFF})
    shop.rt.store.write_scores([(ident(shop, "ann"), b"{}")]).result()
    on = {"consent": {"categoryPreferences": {"personalization": True}}}
    shop.happen(track("Home", "ann") | {"context": on})
    assert [one for _, one, _ in said(shop)] == ["Segment Entered big", "Segment Exited big", "Segment Entered big"]


def test_the_log_is_read_once_where_many_have_forgotten(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memberships, "LOOKED_UP_MAX", 0)
    shop.happen(order("ann", 600))
    refresh(shop.rt)
    shop.rt.store.write_scores([(ident(shop, "ann"), b"{}")]).result()
    refresh(shop.rt)
    assert [one for _, one, _ in said(shop)] == ["Segment Entered big"]


def test_an_event_of_somebody_who_left_brings_nobody_back(shop: Shop) -> None:
    shop.happen(order("ann", 600), identify("bob", city="Bonn"))
    refresh(shop.rt)
    erase(shop.rt, {"userId": "ann"})
    late = Event(message_id="segment:c_x:big:2", type=SEGMENT, event="Segment Exited", subject="user_id:ann",
                 identifiers={"user_id": "ann"}, time=1, received_at=1,
                 properties={"segment": "big", "because": "", "n": 2}, source="rapport")  # fmt: skip
    shop.rt.store.append([memberships.entry(late)]).result()
    catch_up(shop.rt)
    assert shop.rt.store.count_customers() == 1


def test_without_segments_nothing_is_read_or_kept(open_shop: Any) -> None:
    plain = open_shop()
    rows = [("c_1", b'{"frequency":1}')]
    assert memberships.keep(plain.rt, rows, 0).scores is rows


def test_clients_cannot_say_it(shop: Shop) -> None:
    call = {"type": "segment", "userId": "ann", "event": "Segment Entered", "properties": {"segment": "big"}}
    assert shop.send(call).accepted == 0
