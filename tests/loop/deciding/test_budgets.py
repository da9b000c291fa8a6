"""Budgets hold whatever happens to a decision, and what is scarce goes to those with whom it earns more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from rapport.core.decision import Decision
from rapport.core.errors import NotFound
from rapport.core.identifier import Identifier
from rapport.loop.deciding.budgets import STATE, Budgets, Planned
from rapport.loop.deciding.decide import Ask, Decided, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.privacy.erase import erase
from tests.loop.conftest import Shop, identify

ACTIONS = """
voucher: {slots: [homepage, vouchers], cost: 5, value: 20}
gift: {slots: [homepage, vouchers], cost: 8, value: 30}
banner: {slots: [homepage], value: 1}
"""


def files(budgets: str) -> dict[str, str]:
    return {"actions/offers.yaml": ACTIONS, "budgets.yaml": budgets}


def ask(shop: Shop, user: str, slot: str = "vouchers", **more: Any) -> Decided:
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot=slot, **more))
    decided.saved.result()
    return decided


def say(shop: Shop, decided: Decided, outcome: str) -> None:
    catch_up(shop.rt)
    for pick in decided.decision.chosen:
        respond(shop.rt, Answer(decision_id=decided.decision.id, action=pick.action, outcome=outcome)).result()
    catch_up(shop.rt)
    shop.clock.time_us += 2_000_000


def why(decision: Decision) -> dict[str, str]:
    return {one.action: one.reason for one in decision.excluded}


def test_what_is_used_up_is_out_of_the_running_until_an_answer_frees_it(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("spring: {actions: [voucher], amount: 10, per: 30d}"))
    first, second = (ask(shop, user, "vouchers", limit=2) for user in ("ann", "ben"))
    third = ask(shop, "cia", "vouchers", limit=2)
    assert why(third.decision)["voucher"] == "budget spring: 10.00 of 10.00 within 30d are spent"
    say(shop, first, "rejected")
    assert "voucher" not in why(ask(shop, "cia").decision)
    say(shop, second, "accepted")
    assert "voucher" in {pick.action for pick in second.decision.chosen}


def test_what_was_accepted_stays_spent_for_the_span(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("few: {actions: [voucher, gift], count: 1, per: 10d}"))
    say(shop, ask(shop, "ann"), "accepted")
    shop.clock.pass_days(9)
    refused = ask(shop, "ben").decision
    assert set(why(refused)) == {"voucher", "gift"}
    assert why(refused)["gift"] == "budget few: 1 of 1 within 10d are taken"
    shop.clock.pass_days(1.1)
    assert len(ask(shop, "ben").decision.chosen) == 1


def test_a_list_may_not_hold_more_than_is_left(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("spring: {amount: 9}"))
    chosen = [pick.action for pick in ask(shop, "ann", "vouchers", limit=2).decision.chosen]
    assert chosen == ["voucher"]


def test_expected_cost_lets_more_go_out(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("spring: {actions: [voucher, gift], count: 2, open: expected}"))
    sent = 0
    for n in range(20):
        chosen = ask(shop, f"u{n}").decision.chosen
        sent += len(chosen)
    spent = shop.rt.budgets.ledger.spent(shop.rt.store, shop.clock.now_us())["spring count"]
    assert 2 < sent < 20
    assert spent.held <= 2.0 + 1e-9


def test_another_process_and_a_restart_count_the_same(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("spring: {actions: [voucher], amount: 10}"))
    say(shop, ask(shop, "ann", "vouchers", limit=2), "accepted")
    ask(shop, "ben", "vouchers", limit=2)
    fresh = Budgets(shop.rt.workspace, shop.rt.columns)
    now = shop.clock.now_us()
    assert fresh.ledger.spent(shop.rt.store, now)["spring amount"].held == 10.0
    shop.clock.time_us += 2_000_000
    own = shop.rt.budgets.ledger.spent(shop.rt.store, shop.clock.now_us())["spring amount"]
    assert own.held == 10.0


def test_a_customer_gets_no_more_than_each_may(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("spring: {actions: [voucher, gift], each: 1, per: 7d}"))
    shop.happen(identify("ann", None))
    ask(shop, "ann")
    again = ask(shop, "ann").decision
    assert again.chosen == []
    assert why(again)["voucher"] == "budget spring: 1 of 1 offers to one customer within 7d"
    shop.clock.pass_days(8)
    assert len(ask(shop, "ann").decision.chosen) == 1


def test_a_visitor_without_any_event_gets_no_more_either(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("spring: {actions: [voucher, gift], each: 1, per: 7d}"))
    assert [len(ask(shop, "new").decision.chosen) for _ in range(2)] == [1, 0]


def test_what_was_spent_on_the_erased_stays_spent_and_names_nobody(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("spring: {actions: [voucher], amount: 5}"))
    shop.happen(identify("ann", None))
    say(shop, ask(shop, "ann", "vouchers", limit=2), "accepted")
    found = shop.rt.store.find(Identifier("user_id", "ann"))
    assert found is not None
    erase(shop.rt, {"id": found.id})
    shop.clock.time_us += 2_000_000
    assert shop.rt.budgets.ledger.spent(shop.rt.store, shop.clock.now_us())["spring amount"].held == 5.0
    assert found.id.encode() not in b"".join(shop.rt.store.states("budgets").values())
    with pytest.raises(NotFound):
        erase(shop.rt, {"id": found.id})


def plan(shop: Shop, price: float, **favours: float) -> None:
    found = Planned(
        made_at=shop.clock.now_us(), definitions=shop.rt.workspace.version, prices={"spring amount": price},
        worth={"spring amount": price}, favours=favours,
    )  # fmt: skip
    from msgspec.json import encode

    shop.rt.store.save_state(STATE, encode(found)).result()
    shop.rt.budgets.look_again()


def test_a_plans_price_enters_the_weights_and_the_record(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("spring: {amount: 1000}"))
    plan(shop, 2.0)
    decision = ask(shop, "ann", "homepage").decision
    assert decision.prices == {"voucher": 10.0, "gift": 16.0}
    weights = dict(zip(decision.candidates, decision.weight, strict=True))
    assert weights == {"voucher": 5.0, "gift": 6.0, "banner": 1.0}


def test_a_price_follows_the_pace(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(**files("spring: {amount: 1000}"))
    plan(shop, 2.0)
    shop.clock.pass_days(3)
    slow = ask(shop, "ann", "homepage").decision.prices["voucher"]
    shop.rt.budgets.ledger.remember("d_many", shop.clock.now_us(), [("gift", 1.0)] * 60)
    shop.rt.budgets.look_again()
    fast = ask(shop, "ben", "homepage").decision.prices["voucher"]
    assert slow == pytest.approx(5 * (2.0 - 2 * 2.0 * 0.1), abs=0.05)
    assert fast > 10.0 > slow


def test_a_group_with_a_floor_is_favoured(open_shop: Callable[..., Shop]) -> None:
    budget = """
spring:
  amount: 1000
  floors: {ulm: {rule: "city = 'Ulm'", share: 0.5}}
"""
    shop = open_shop(**files(budget))
    shop.happen(identify("ann", None, city="Ulm"), identify("ben", None, city="Bonn"))
    plan(shop, 2.0, **{"spring/ulm": 4.0})
    assert ask(shop, "ann", "homepage").decision.prices == {"voucher": 6.0, "gift": 12.0}
    assert ask(shop, "ben", "homepage").decision.prices == {"voucher": 10.0, "gift": 16.0}


def test_decisions_under_way_count(open_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(**files("spring: {actions: [voucher], amount: 5}"))
    never: Future[None] = Future()
    monkeypatch.setattr(type(shop.rt.store), "record", lambda _self, _row: never)
    assert "voucher" not in why(decide(shop.rt, Ask(customer={"userId": "ann"}, slot="vouchers", limit=2)).decision)
    assert "voucher" in why(decide(shop.rt, Ask(customer={"userId": "ben"}, slot="vouchers", limit=2)).decision)
