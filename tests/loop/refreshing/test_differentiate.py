"""Scores move with each live event as a refresh would have set them, and stay what they are through a replay."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from rapport.core.customer import decode_profile
from rapport.core.identifier import Identifier
from rapport.loop.columns import customer_row
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy.consent import Word, state
from rapport.loop.refreshing.differentiate import models, report_frame, warm_up
from rapport.loop.refreshing.refresh import refresh
from tests.loop.conftest import Shop, identify, track


def scores(shop: Shop, user: str) -> dict:
    found = shop.rt.store.find(Identifier("user_id", user))
    return msgspec.json.decode(found.scores)


@pytest.fixture
def trading(shop: Shop) -> Shop:
    for week in range(4):
        shop.clock.pass_days(7)
        shop.send(*(track("Order Completed", name, revenue=10 * (place + 1)) for place, name in enumerate("abcde")))
        shop.send(track("Order Completed", "a", revenue=week))
    catch_up(shop.rt)
    return shop


def test_before_the_first_refresh_nobody_is_scored(trading: Shop) -> None:
    assert models(trading.rt) == {}
    assert scores(trading, "a") == {}


def test_a_live_event_moves_the_scores_at_once(trading: Shop) -> None:
    refresh(trading.rt)
    before = scores(trading, "a")
    trading.clock.pass_days(3)
    trading.happen(track("Order Completed", "a", revenue=100))
    after = scores(trading, "a")
    assert (before["frequency"], before["monetary"]) == (8, 46.0)
    assert (after["frequency"], after["monetary"], after["recency_days"]) == (9, 146.0, 0)
    assert after["m_score"] > before["m_score"]
    assert after["refreshed_at"] == trading.clock.now_us()
    assert scores(trading, "b")["recency_days"] == 0


def test_a_refund_is_taken_off(trading: Shop) -> None:
    refresh(trading.rt)
    trading.happen(track("Order Refunded", "a", revenue=6))
    assert (scores(trading, "a")["monetary"], scores(trading, "a")["frequency"]) == (40.0, 8)


def test_live_scores_are_those_of_the_next_refresh(trading: Shop) -> None:
    refresh(trading.rt)
    trading.happen(track("Order Completed", "a", revenue=100), track("Order Completed", "new", revenue=1))
    live = {name: scores(trading, name) for name in ("a", "new")}
    learnt = models(trading.rt)
    frames = {name: report_frame(trading.rt, {"userId": name}) for name in live}
    assert {name: frame.scores["monetary"][0] for name, frame in frames.items()} == {"a": 146.0, "new": 1.0}
    assert learnt["rfm"].monetary
    assert live["new"]["frequency"] == 1


def test_imported_history_waits_for_the_next_refresh(trading: Shop) -> None:
    refresh(trading.rt)
    before = scores(trading, "a")
    trading.send(track("Order Completed", "a", revenue=100), live=False)
    catch_up(trading.rt)
    assert scores(trading, "a") == before
    refresh(trading.rt)
    assert scores(trading, "a")["monetary"] == 146.0


def test_a_sign_in_joins_the_scores_of_both(trading: Shop) -> None:
    trading.send(track("Order Completed", None, "browser", revenue=7))
    refresh(trading.rt)
    trading.happen(identify("a", "browser"))
    assert scores(trading, "a")["monetary"] == 53.0


def test_a_replay_leaves_the_scores_as_they_were(trading: Shop) -> None:
    refresh(trading.rt)
    trading.happen(track("Order Completed", "a", revenue=100))
    before = {name: scores(trading, name) for name in "abcde"}
    rebuild(trading.rt)
    assert {name: scores(trading, name) for name in "abcde"} == before


def test_who_switched_personalisation_off_is_told_nothing_apart(trading: Shop) -> None:
    refresh(trading.rt)
    off = {"consent": {"categoryPreferences": {"personalization": False}}}
    trading.happen(track("Home", "a") | {"context": off})
    from rapport.loop.view import show

    assert show(trading.rt, {"userId": "a"})["differences"] == {}
    assert show(trading.rt, {"userId": "b"})["differences"]["rfm"]["frequency"] == 4


@pytest.mark.parametrize("given", [False, True])
def test_a_word_noted_by_staff_counts_at_once_as_the_customers_own_does(
    open_shop: Callable[..., Shop], given: bool
) -> None:
    shop = open_shop(**{"segments.yaml": "met: {rule: events_total >= 1}\n"})
    shop.happen(track("Home", "a"))
    state(shop.rt, {"userId": "a"}, Word(purpose="personalization", given=not given), actor="desk")
    refresh(shop.rt)
    assert ("met" in scores(shop, "a")) is not given
    shop.clock.pass_days(1)
    state(shop.rt, {"userId": "a"}, Word(purpose="personalization", given=given), actor="desk")
    catch_up(shop.rt)
    assert ("met" in scores(shop, "a")) is given


def test_what_happens_during_a_refresh_is_not_overtaken(trading: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    refresh(trading.rt)
    export = trading.rt.warehouse.export

    def meanwhile(*asked):
        receipt = export(*asked)
        trading.happen(track("Order Completed", "a", revenue=100))
        return receipt

    monkeypatch.setattr(trading.rt.warehouse, "export", meanwhile, raising=False)
    refresh(trading.rt)
    assert scores(trading, "a")["monetary"] == 146.0


def test_warming_up_needs_no_customer_and_no_refresh(shop: Shop) -> None:
    warm_up(shop.rt)
    refresh(shop.rt)
    warm_up(shop.rt)
    assert shop.rt.store.count_customers() == 0


def test_a_visit_is_over_when_nothing_happens(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**{"stages.yaml": "visit: 30m\n"})
    shop.happen(track("Order Completed", "a", revenue=1))
    refresh(shop.rt)
    shop.happen(track("Checkout Started", "a"), track("Payment Info Entered", "a"))
    found = shop.rt.store.find(Identifier("user_id", "a"))
    profile, now_us = decode_profile(found.profile), shop.clock.now_us()
    during = customer_row(shop.rt, found.id, profile, found.scores, now_us)
    after = customer_row(shop.rt, found.id, profile, found.scores, now_us + 31 * 60_000_000)
    assert (during["visit_intent"], after["visit_intent"]) == ("buying", None)
