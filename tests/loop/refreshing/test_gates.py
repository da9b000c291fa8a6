"""The gate inside deciding: degraded data closes it, the simpler treatment takes over, good data opens it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from rapport.core.decision import Decision, decode_decision, encode_decision
from rapport.core.identifier import Identifier
from rapport.core.time import DAY_US
from rapport.differentiate.readiness import Counted
from rapport.loop.deciding.decide import Ask, answer, decide
from rapport.loop.deciding.gatekeeper import LOOK_EVERY_US, STATE
from rapport.loop.intake.fold import catch_up, close_windows
from rapport.loop.refreshing.gates import HISTORY, HISTORY_KEPT, history, measure, readiness
from rapport.loop.refreshing.refresh import refresh
from tests.loop.conftest import HandClock, Shop, identify, track

OFFERS = """
tea: {slots: [homepage], title: A pot of tea, value: 3}
scarf: {slots: [homepage], title: A scarf, value: 4, personal: false}
gold: {slots: [homepage], title: For the best, rule: value_quadrant = 'high_high' OR value_current >= 0}
plain: {slots: [homepage], title: For all others, rule: value_quadrant IS NULL}
near: {slots: [homepage], title: Near you, rule: age >= 18}
"""
TRAITS = """
age: {type: integer, kind: engagement, purpose: age groups}
email: {type: text, kind: engagement, purpose: contact, valid: '[^@]+@[^@]+'}
"""
VALUE = """
current: {indicators: {spent: {of: monetary}}}
potential: {indicators: {orders: {of: frequency}}}
"""
FILES = {"actions/offers.yaml": OFFERS, "traits.yaml": TRAITS, "value.yaml": VALUE}
PEOPLE = 12
NAMES = [f"u{number}" for number in range(PEOPLE)]


def fill(shop: Shop) -> Shop:
    """Twelve customers who are known and have bought."""
    shop.happen(*(identify(name, None, email=f"{name}@x.com", age=20) for name in NAMES))
    shop.happen(*(track("Order Completed", name, revenue=10 * place) for place, name in enumerate(NAMES)))
    return shop


@pytest.fixture
def counted(open_shop: Callable[..., Shop]) -> Shop:
    """The same shop, of which the counts of a refresh are written by hand."""
    return keep(fill(open_shop(**FILES)))


def keep(shop: Shop, **changed: Any) -> Shop:
    """Counts as a refresh would keep them."""
    now = shop.clock.now_us()
    known = {"value": PEOPLE}
    found = {"as_of": now, "arrived": now, "recent": (24, 24), "personal": PEOPLE, "purchasers": PEOPLE, "known": known}
    shop.rt.store.save_state(STATE, msgspec.json.encode(Counted(**found | changed))).result()
    return shop


def decided(shop: Shop, user: str = "u3") -> Decision:
    return decide(shop.rt, Ask(customer={"userId": user}, slot="homepage")).decision


def told(shop: Shop, user: str = "u3") -> dict[str, Any]:
    made = decide(shop.rt, Ask(customer={"userId": user}, slot="homepage", explain=True))
    return answer(shop.rt, made, explain=True)


def level(shop: Shop, stage: str) -> str:
    return next(one["level"] for one in readiness(shop.rt)["stages"] if one["stage"] == stage)


def test_degraded_data_closes_it_and_recovered_data_opens_it_again(open_shop: Callable[..., Shop]) -> None:
    shop = fill(open_shop(**FILES))
    refresh_next_day(shop)
    good_data_closes_nothing(shop)
    a_source_that_goes_bad_has_its_trait_withheld(shop)
    mended_values_are_used_again_but_a_shared_identifier_closes_it(shop)
    people_who_can_be_told_apart_open_it(shop)


def refresh_next_day(shop: Shop) -> None:
    shop.clock.pass_days(1)
    refresh(shop.rt)


def good_data_closes_nothing(shop: Shop) -> None:
    decision = decided(shop)
    assert (decision.personalized, decision.gates) == (True, [])
    assert set(decision.candidates) == {"tea", "scarf", "gold", "near"}
    assert "gates" not in told(shop)
    assert [one["level"] for one in readiness(shop.rt)["stages"]] == [
        "open", "not declared", "open", *["not declared"] * 3, "open", "open",
    ]  # fmt: skip


def a_source_that_goes_bad_has_its_trait_withheld(shop: Shop) -> None:
    shop.happen(*(identify(name, None, email="n/a") for name in NAMES))
    refresh_next_day(shop)
    decision = decided(shop)
    assert decision.personalized
    assert [(gate.stage, gate.withheld) for gate in decision.gates] == [("identify", ["email"])]
    assert decision.inputs.get("email") is None
    assert "0% (0/12" in decision.gates[0].reason


def mended_values_are_used_again_but_a_shared_identifier_closes_it(shop: Shop) -> None:
    shop.happen(*(identify(name, None, email=f"{name}@x.com") for name in NAMES))
    till = [track("Product Viewed", name, "till") for name in NAMES]
    shop.happen(*till, *(track("Product Viewed", None, "till", n=number) for number in range(90)))
    refresh_next_day(shop)
    decision = decided(shop)
    assert not decision.personalized
    (gate,) = decision.gates
    assert "are of people who can be told apart" in gate.reason
    assert "email" not in gate.reason
    assert level(shop, "value") == "closed"


def people_who_can_be_told_apart_open_it(shop: Shop) -> None:
    shop.happen(*(track("Product Viewed", NAMES[number % PEOPLE], n=number) for number in range(120)))
    assert not decided(shop).personalized, "it opens with the next refresh"
    refresh_next_day(shop)
    assert decided(shop).personalized
    levels = [one["levels"]["identify"] for one in readiness(shop.rt)["history"]]
    assert levels == ["open", "open", "closed", "open"]


def test_before_the_first_refresh_nothing_is_closed(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**FILES)
    assert decided(shop).gates == []
    assert {one["level"] for one in readiness(shop.rt)["stages"]} == {"not measured", "not declared"}
    assert any("rapport refresh" in step for step in readiness(shop.rt)["next"])


def test_an_empty_shop_is_not_measured(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**FILES)
    refresh(shop.rt)
    assert level(shop, "identify") == "not measured"
    assert decided(shop).gates == []


def test_a_feed_that_stops_closes_it_by_the_clock_and_one_that_goes_on_opens_it(counted: Shop) -> None:
    good = counted
    good.clock.pass_days(91)
    decision = decided(good)
    assert (decision.personalized, decision.inputs) == (False, {})
    assert [gate.stage for gate in decision.gates] == ["identify"]
    assert decision.gates[0].reason == "the newest event arrived 91 days ago; asked: at most 90"
    assert set(decision.candidates) == {"tea", "scarf"}, "what asks for nothing of the customer still stands"
    assert told(good)["gates"] == [{"stage": "identify", "reason": decision.gates[0].reason}]
    assert "identify is closed: the newest event" in told(good)["items"][0]["because"]["who"]

    good.happen(track("Product Viewed", "u1"))
    good.clock.time_us += LOOK_EVERY_US
    assert decided(good).personalized, "it was the refresh that was old, not the feed"


def test_rapport_s_own_events_are_no_feed(counted: Shop) -> None:
    decide(counted.rt, Ask(customer={"userId": "u1"}, slot="homepage")).saved.result()
    catch_up(counted.rt)
    counted.clock.pass_days(91)
    assert close_windows(counted.rt) == 1
    assert not decided(counted).personalized
    refresh(counted.rt)
    assert history(counted.rt)[-1].arrived < counted.clock.now_us() - 90 * DAY_US
    the_history_is_bounded_and_a_repeated_measure_counts_once(counted)


def the_history_is_bounded_and_a_repeated_measure_counts_once(shop: Shop) -> None:
    counts = [Counted(as_of=number) for number in range(HISTORY_KEPT + 3)]
    shop.rt.store.save_state(HISTORY, msgspec.json.encode(counts)).result()
    measure(shop.rt, shop.clock.now_us())
    measure(shop.rt, shop.clock.now_us())
    kept = history(shop.rt)
    assert len(kept) == HISTORY_KEPT
    assert [one.as_of for one in kept[-2:]] == [HISTORY_KEPT + 2, shop.clock.now_us()]
    what_is_measured_of_the_past_replaces_nothing_newer(shop)


def what_is_measured_of_the_past_replaces_nothing_newer(shop: Shop) -> None:
    past, now = shop.clock.now_us() - DAY_US, shop.clock.now_us()
    state = shop.rt.store.state(STATE)
    newest = history(shop.rt)[-1]
    assert measure(shop.rt, past).as_of == past
    assert history(shop.rt)[-1] == newest
    assert [one.as_of for one in history(shop.rt)[-2:]] == [past, now]
    assert shop.rt.store.state(STATE) == state


def test_a_closed_part_s_columns_are_withheld_and_the_simpler_treatment_takes_over(
    open_shop: Callable[..., Shop],
) -> None:
    shop = open_shop(**FILES | {"policy.yaml": "gates: {purchasers: 5}\ncontext: {weather: text}\n"})
    shop.happen(*(track("Order Completed", f"u{number}", revenue=number + 1) for number in range(3)))
    refresh(shop.rt)
    decision = decided(shop, "u1")
    assert decision.personalized
    assert [gate.stage for gate in decision.gates] == ["value"]
    assert {"value_current", "value_quadrant"} <= set(decision.gates[0].withheld)
    assert "gold" not in decision.candidates
    assert "plain" in decision.candidates
    (gold,) = (one for one in told(shop, "u1")["excluded"] if one["action"] == "gold")
    assert "withheld, because customers who have bought: 3; asked: 5" in gold["reason"]

    shop.happen(*(track("Order Completed", f"u{number}", revenue=number + 1) for number in range(3, 6)))
    refresh(shop.rt)
    decision = decided(shop, "u1")
    assert decision.gates == []
    assert "gold" in decision.candidates
    assert "plain" not in decision.candidates


def test_segments_that_rest_on_a_withheld_column_are_withheld_too(open_shop: Callable[..., Shop]) -> None:
    segments = "rich: {rule: value_current >= 0}\nvip: {rule: rich AND frequency > 0}\nbuyers: {rule: frequency > 0}\n"
    shop = keep(open_shop(**FILES | {"policy.yaml": "gates: {purchasers: 50}\n", "segments.yaml": segments}))
    (gate,) = decided(shop, "u1").gates
    assert {"rich", "vip"} <= set(gate.withheld)
    assert "buyers" not in gate.withheld


def test_gates_that_only_tell_close_nothing(open_shop: Callable[..., Shop]) -> None:
    shop = keep(open_shop(**FILES | {"policy.yaml": "gates: {closed: false, fresh: 1d}\n"}))
    shop.clock.pass_days(2)
    assert decided(shop, "u1").gates == []
    assert level(shop, "identify") == "closed"
    assert readiness(shop.rt)["enforced"] is False


def test_who_switched_personalisation_off_is_served_as_before(counted: Shop) -> None:
    good = counted
    good.happen(identify("u3") | {"context": {"consent": {"categoryPreferences": {"personalization": False}}}})
    good.clock.pass_days(91)
    decision = decided(good)
    assert decision.impersonal == "personalisation is switched off"
    assert decision.candidates == ["scarf"]


def test_another_process_notices_a_refresh(counted: Shop, open_shop: Callable[..., Shop]) -> None:
    other = open_shop("shop", HandClock(counted.clock.time_us), **FILES)
    assert decided(other).personalized
    keep(counted, recent=(0, 24))
    assert decided(other).personalized, "it looks once a second"
    other.clock.time_us += LOOK_EVERY_US
    assert not decided(other).personalized
    keep(counted)
    other.clock.time_us -= 10 * LOOK_EVERY_US
    assert decided(other).personalized, "a clock that was set back is looked at anew"


def test_decisions_stored_before_there_were_gates_can_still_be_read(counted: Shop) -> None:
    stored = msgspec.msgpack.decode(encode_decision(decided(counted)))
    del stored["gates"]
    assert decode_decision(msgspec.msgpack.encode(stored)).gates == []


def test_a_closed_gate_lifts_no_limit_on_contacts(open_shop: Callable[..., Shop]) -> None:
    calls = {"capabilities.yaml": "modes: {mass: {contacts: 1}}\n",
             "actions/offers.yaml": "call: {slots: [homepage], contact: true, personal: false}\n"
             "club: {slots: [homepage], modes: [mass]}\n"}  # fmt: skip
    shop = open_shop(**calls)
    shop.happen(identify("u1", None))
    found = shop.rt.store.find(Identifier("user_id", "u1"))
    shop.rt.store.write_scores([(found.id, b'{"marketing_mode": "mass", "selection": "hold"}')]).result()
    keep(shop)
    shop.clock.pass_days(200)
    first, second = (decided(shop, "u1") for _ in range(2))
    assert first.candidates == ["call"]
    assert second.candidates == []
    assert "contacts within 7d are used up" in {one.action: one.reason for one in second.excluded}["call"]
    assert first.gates
