"""Which offer an event answers, and what it earned."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from rapport.core.decision import Chosen, Decision, Offer
from rapport.core.event import Event
from rapport.core.time import DAY_US, HOUR_US
from rapport.learn.attribution import closes_at, open_offers, settle
from rapport.workspace.catalogue import Items
from rapport.workspace.definitions import Action, Goal, Settings

ACTIONS = {
    "gift": Action(value=5.0, goal=Goal(event="Order Completed", value="properties.revenue")),
    "wine": Action(value=9.0, goal=Goal(event="Order Completed", where={"properties.products[].category": "wine"})),
    "chat": Action(value=2.0, window="2h"),
}
GIFT = Offer(decision_id="d1", action="gift", customer_id="c1", made_at=1_000, closes_at=9_000)
WINE = Offer(decision_id="d2", action="wine", customer_id="c1", made_at=2_000, closes_at=9_000)


def event(name: str, time: int = 5_000, live: bool = True, **properties: Any) -> Event:
    return Event(
        message_id="m", type="track", event=name, subject="user_id:1", identifiers={"user_id": "1"}, time=time,
        received_at=time, properties=properties, live=live,
    )  # fmt: skip


def answer(name: str, offer: Offer = GIFT, time: int = 5_000, **more: Any) -> Event:
    return event(name, time, decision_id=offer.decision_id, action=offer.action, **more)


def test_a_decision_opens_one_offer_a_pick() -> None:
    picks = [Chosen(action=name, probability=1.0, propensity=0.1, value=1.0, score=0.1) for name in ("gift", "chat")]
    made = Decision(
        id="d1", customer_id="c1", subject="user_id:1", slot="home", made_at=DAY_US, personalized=True,
        candidates=[], mean=[], spread=[], weight=[], choice_probability=[], chosen=picks, excluded=[], inputs={},
        context={}, seed=1, model="m", definitions="d",
    )  # fmt: skip
    gift, chat = open_offers(made, ACTIONS, Settings(attribution_window="7d"))
    assert (gift.action, gift.closes_at, gift.outcome) == ("gift", 8 * DAY_US, "")
    assert chat.closes_at == DAY_US + 2 * HOUR_US
    assert closes_at(0, None, Settings(attribution_window="1d")) == DAY_US


@pytest.mark.parametrize(
    ("name", "outcome", "value"), [("Offer Accepted", "accepted", 5.0), ("Offer Rejected", "rejected", 0.0)]
)
def test_a_response_settles_the_offer_it_names(name: str, outcome: str, value: float) -> None:
    (settled,) = settle(answer(name), 17, [WINE, GIFT], ACTIONS)
    assert settled == msgspec.structs.replace(GIFT, outcome=outcome, value=value, settled_seq=17)


def test_a_response_may_say_what_it_earned() -> None:
    assert settle(answer("Offer Accepted", value="12.50"), 1, [GIFT], ACTIONS)[0].value == 12.5


def test_a_settled_offer_stays_settled() -> None:
    rejected = msgspec.structs.replace(GIFT, outcome="rejected", settled_seq=3)
    assert settle(answer("Offer Accepted"), 9, [rejected], ACTIONS) == []
    assert settle(event("Order Completed"), 9, [rejected], ACTIONS) == []


def test_an_answer_after_the_window_counts_for_nothing_but_silence_is_said_after_it() -> None:
    assert settle(answer("Offer Accepted", time=9_001), 1, [GIFT], ACTIONS) == []
    assert settle(answer("Offer Ignored", time=9_001), 1, [GIFT], ACTIONS)[0].outcome == "ignored"


def test_a_response_to_another_decision_settles_nothing() -> None:
    assert settle(answer("Offer Accepted", WINE), 1, [GIFT], ACTIONS) == []


def test_a_goal_accepts_the_newest_offer_that_has_it() -> None:
    (settled,) = settle(event("Order Completed", products=[{"category": "wine"}]), 4, [WINE, GIFT], ACTIONS)
    assert (settled.decision_id, settled.outcome, settled.value, settled.settled_seq) == ("d2", "accepted", 9.0, 4)


def test_a_goal_earns_the_value_at_its_path() -> None:
    (settled,) = settle(event("Order Completed", revenue="30.10"), 4, [WINE, GIFT], ACTIONS)
    assert (settled.decision_id, settled.value) == ("d1", 30.1)
    assert settle(event("Order Completed"), 4, [GIFT], ACTIONS)[0].value == 5.0


@pytest.mark.parametrize("time", [999, 9_001])
def test_a_goal_outside_the_window_is_not_ours(time: int) -> None:
    assert settle(event("Order Completed", time=time), 4, [GIFT], ACTIONS) == []


def test_imported_history_answers_nothing() -> None:
    assert settle(event("Order Completed", live=False), 4, [GIFT], ACTIONS) == []


def test_other_events_answer_nothing() -> None:
    assert settle(event("Page Read"), 4, [GIFT, WINE], ACTIONS) == []
    assert settle(event("Order Completed"), 4, [msgspec.structs.replace(GIFT, action="gone")], ACTIONS) == []


BOUGHT = Goal(event="Order Completed", item="properties.products[].id", value="properties.products[].price")
SHELF = {"shelf": Action(value=4.0, items=Items(), goal=BOUGHT), "gift": Action(goal=Goal(event="Order Completed"))}


def item(name: str, decision: str = "d_1", made_at: int = 1_000) -> Offer:
    return Offer(decision_id=decision, action=name, customer_id="c", made_at=made_at, closes_at=90_000)


def test_only_the_items_that_an_order_names_are_accepted_each_for_its_own_price() -> None:
    offers = [item("shelf/a"), item("shelf/b"), item("shelf/c")]
    lines = [{"id": "a", "price": 3}, {"id": "x", "price": 50}, {"id": "c", "price": 7}, {"id": "c", "price": 7}]
    found = settle(event("Order Completed", products=lines), 9, offers, SHELF)
    assert {one.action: one.value for one in found} == {"shelf/a": 3.0, "shelf/c": 14.0}
    assert settle(event("Order Completed", products=[{"id": "z"}]), 9, offers, SHELF) == []


def test_of_an_item_offered_twice_the_newest_offer_counts() -> None:
    offers = [item("shelf/a"), item("shelf/a", "d_2", 2_000)]
    (found,) = settle(event("Order Completed", products=[{"id": "a"}]), 9, offers, SHELF)
    assert (found.decision_id, found.value) == ("d_2", 4.0)


def test_an_order_goes_to_whoever_spoke_last_the_items_or_the_other_offer() -> None:
    offers = [item("shelf/a"), item("gift", "d_2", 2_000)]
    assert [one.action for one in settle(event("Order Completed", products=[{"id": "a"}]), 9, offers, SHELF)] == [
        "gift"
    ]
