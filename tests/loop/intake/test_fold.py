"""The log becomes people, and their answers become lessons."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rapport.customize import posterior
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up, close_windows, fold
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.view import find, show
from tests.loop.conftest import Shop, identify, track


def test_anonymous_history_joins_on_sign_in(shop: Shop) -> None:
    shop.happen(track("Product Viewed", anonymous="a1", category="poetry"))
    before = find(shop.rt, {"anonymousId": "a1"})
    assert show(shop.rt, {"anonymousId": "a1"})["anonymous"] is True
    shop.happen(identify("ann", "a1", city="Bonn"))
    seen = show(shop.rt, {"userId": "ann"})
    assert seen["anonymous"] is False
    assert seen["features"]["last_genre"] == "poetry"
    assert seen["id"] == before.id


def test_two_known_histories_become_one_when_an_email_joins_them(shop: Shop) -> None:
    shop.happen(track("Product Viewed", anonymous="a1", category="poetry"), track("Order Completed", "ann", revenue=5))
    shop.happen(identify(None, "a1", email="ann@example.com"), identify("ann", None, email="Ann@Example.com"))
    seen = show(shop.rt, {"email": "ann@example.com"})
    assert seen["features"]["spend"] == 5
    assert seen["features"]["genres"] == 1
    assert {one["namespace"] for one in seen["identifiers"]} == {"user_id", "email", "anonymous_id"}
    assert len(seen["aliases"]) == 1
    assert shop.rt.store.count_customers() == 1


def test_a_shared_device_does_not_join_two_people(shop: Shop) -> None:
    shop.happen(
        identify("ann", "tablet"), identify("bob", "tablet"), track("Order Completed", "bob", "tablet", revenue=9)
    )
    assert show(shop.rt, {"userId": "ann"})["features"]["spend"] is None
    assert show(shop.rt, {"userId": "bob"})["features"]["spend"] == 9


def test_order_of_arrival_does_not_matter(open_shop: Callable[..., Shop]) -> None:
    calls = [
        track("Product Viewed", anonymous="a1", category="poetry") | {"messageId": "1"},
        identify("ann", "a1", city="Bonn") | {"messageId": "2"},
        track("Order Completed", "ann", revenue=0.1) | {"messageId": "3"},
        track("Order Completed", "ann", revenue=0.2) | {"messageId": "4"},
    ]
    forth, back = open_shop("forth"), open_shop("back")
    for call in calls:
        forth.happen(call)
    back.happen(*reversed(calls))
    one, other = (show(each.rt, {"userId": "ann"})["features"] for each in (forth, back))
    assert one == other
    assert one["spend"] == 0.3


def test_replay_rebuilds_every_profile_bit_for_bit(shop: Shop) -> None:
    shop.happen(track("Product Viewed", anonymous="a1", category="poetry"), track("Order Completed", "ann", revenue=5))
    shop.happen(identify("ann", "a1", city="Bonn"), track("Order Completed", "ann", revenue=7))
    answer_one(shop, "ann", "accepted")
    before = {row.id: row.profile for row in shop.rt.store.scan_customers()}
    learnt = shop.rt.learner.posterior.to_bytes()
    rebuild(shop.rt)
    assert {row.id: row.profile for row in shop.rt.store.scan_customers()} == before
    assert shop.rt.learner.posterior.to_bytes() == learnt


def answer_one(shop: Shop, user: str, outcome: str) -> tuple[str, str]:
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot="homepage"))
    decided.saved.result()
    action = decided.decision.chosen[0].action
    respond(shop.rt, Answer(decision_id=decided.decision.id, action=action, outcome=outcome)).result()
    catch_up(shop.rt)
    return decided.decision.id, action


def test_a_rejection_lowers_the_next_propensity(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5))
    _, action = answer_one(shop, "ann", "rejected")
    decided = decide(shop.rt, Ask(customer={"userId": "ann"}, slot="homepage"))
    mean = dict(zip(decided.decision.candidates, decided.decision.mean, strict=True))
    assert mean[action] == min(mean.values())
    assert shop.rt.learner.settled_seq > 0


def test_a_purchase_that_meets_the_goal_counts_as_acceptance(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5))
    offered = set()
    for _ in range(150):
        decided = decide(shop.rt, Ask(customer={"userId": "ann"}, slot="homepage"))
        decided.saved.result()
        offered.add(decided.decision.chosen[0].action)
    assert "tea" in offered
    shop.happen(track("Order Completed", "ann", revenue=12.5, coupon="TEA"))
    customer = find(shop.rt, {"userId": "ann"})
    accepted = [offer for offer in shop.rt.store.offers_of([customer.id]) if offer.outcome == "accepted"]
    assert [(offer.action, offer.value) for offer in accepted] == [("tea", 12.5)]


def test_silence_becomes_ignored_when_the_window_closes(shop: Shop) -> None:
    shop.happen(track("Order Completed", "ann", revenue=5))
    decide(shop.rt, Ask(customer={"userId": "ann"}, slot="homepage")).saved.result()
    catch_up(shop.rt)
    assert close_windows(shop.rt) == 0
    shop.clock.pass_days(3)
    assert close_windows(shop.rt) == 1
    catch_up(shop.rt)
    customer = find(shop.rt, {"userId": "ann"})
    assert [offer.outcome for offer in shop.rt.store.offers_of([customer.id])] == ["ignored"]
    assert close_windows(shop.rt) == 0


def test_imported_history_is_never_attributed(shop: Shop) -> None:
    decide(shop.rt, Ask(customer={"userId": "ann"}, slot="homepage")).saved.result()
    shop.happen(track("Order Completed", "ann", revenue=5, coupon="TEA"), live=False)
    customer = find(shop.rt, {"userId": "ann"})
    assert [offer.outcome for offer in shop.rt.store.offers_of([customer.id])] in ([""], ["", ""])


def test_a_restarted_process_knows_what_was_learnt(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    shop.happen(track("Order Completed", "ann", revenue=5))
    answer_one(shop, "ann", "accepted")
    learnt = shop.rt.learner.posterior.to_bytes()
    again = open_shop(clock=shop.clock)
    assert again.rt.learner.posterior.to_bytes() == learnt


def test_a_checkpoint_of_another_format_is_learnt_anew_from_the_log(
    open_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop()
    shop.happen(track("Order Completed", "ann", revenue=5))
    with monkeypatch.context() as before:
        before.setattr(posterior, "FORMAT", posterior.FORMAT - 1)
        answer_one(shop, "ann", "accepted")
        shop.rt.learner.checkpoint(shop.rt.store, shop.clock.now_us())
    again = open_shop(clock=shop.clock)
    assert again.rt.learner.posterior.to_bytes() == shop.rt.learner.posterior.to_bytes()
    again.rt.learner.checkpoint(again.rt.store, shop.clock.now_us())
    assert again.rt.learner.version == shop.rt.learner.version + 1


def test_only_one_process_folds(open_shop: Callable[..., Shop]) -> None:
    one, two = open_shop(), open_shop()
    one.send(track("Order Completed", "ann", revenue=5))
    with one.rt.store.fold_lease() as mine:
        assert mine
        assert fold(two.rt) == 0
    assert fold(two.rt) == 1


def test_late_events_land_where_they_belong(shop: Shop) -> None:
    shop.happen(track("Product Viewed", "ann", category="new") | {"timestamp": "2024-10-03T08:00:00Z"}, live=False)
    shop.happen(track("Product Viewed", "ann", category="old") | {"timestamp": "2024-10-01T08:00:00Z"}, live=False)
    assert show(shop.rt, {"userId": "ann"})["features"]["last_genre"] == "new"
    assert show(shop.rt, {"userId": "ann"})["first_seen"] == "2024-10-01T08:00:00Z"


def test_a_changed_definition_is_a_refold(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop()
    shop.happen(track("Order Completed", "ann", revenue=5), track("Order Completed", "ann", revenue=7))
    shop.rt.close()
    declared = """
largest: {event: Order Completed, measure: max, of: properties.revenue}
orders_90d: {event: Order Completed, measure: count, window: 90d}
"""
    again = open_shop(clock=shop.clock, **{"features.yaml": declared})
    catch_up(again.rt)
    assert show(again.rt, {"userId": "ann"})["features"] == {"largest": 7, "orders_90d": 2}
