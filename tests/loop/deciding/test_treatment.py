"""Two customers alike but for their marketing mode are treated differently; limits hold, whatever is under way."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from rapport.loop.deciding.decide import Ask, Decided, answer, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from tests.loop.conftest import Shop, identify, track

CAPABILITIES = """
modes:
  mass: {contacts: 1, per: 7d, budget: 6, configure: none}
  one_to_one: {contacts: 3, per: 7d, budget: 50, configure: full}
  exclude: {contacts: 0}
"""
ACTIONS = """
call: {slots: [homepage, outbound], contact: true, value: 9}
gift: {slots: [homepage, gifts], cost: 8, value: 9}
cake: {slots: [homepage, gifts], cost: 5, value: 9}
atelier: {slots: [homepage], modes: [one_to_one], value: 9}
banner: {slots: [homepage, outbound, gifts], value: 1}
"""
FILES = {"capabilities.yaml": CAPABILITIES, "actions/offers.yaml": ACTIONS}


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(**FILES)


def put_in(shop: Shop, mode: str | None, *users: str, selection: str = "prioritise") -> None:
    """Gives customers who are alike in all else a mode, as a refresh would."""
    for user in users:
        shop.happen(identify(user, None, city="Ulm"), track("Order Completed", user, revenue=5))
        found = shop.rt.store.find(identifier(user))
        assert found is not None
        scores = json.dumps({"marketing_mode": mode, "selection": selection}).encode()
        shop.rt.store.write_scores([(found.id, scores)]).result()


def identifier(user: str):  # type: ignore[no-untyped-def]
    from rapport.core.identifier import Identifier

    return Identifier("user_id", user)


def ask(shop: Shop, user: str, slot: str = "homepage", *, fold: bool = True, **more: Any) -> Decided:
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot=slot, **more))
    decided.saved.result()
    if fold:
        catch_up(shop.rt)
    return decided


def told(shop: Shop, user: str, slot: str = "homepage") -> dict[str, Any]:
    return answer(shop.rt, ask(shop, user, slot), explain=True)


def contacted(shop: Shop, user: str, times: int) -> int:
    """How many of so many decisions in a row reach out to the customer."""
    return sum("call" in ask(shop, user, "outbound", limit=2).decision.candidates for _ in range(times))


def test_a_mode_changes_contacts_budget_offers_and_configuration_rights(shop: Shop) -> None:
    put_in(shop, "mass", "ann")
    put_in(shop, "one_to_one", "bob")
    ann, bob = told(shop, "ann"), told(shop, "bob")

    assert ann["treatment"] == {"mode": "mass", "contacts_left": 1, "budget_left": 6.0, "configure": "none"}
    assert bob["treatment"] == {"mode": "one_to_one", "contacts_left": 3, "budget_left": 50.0, "configure": "full"}
    assert {one["action"]: one["reason"] for one in ann["excluded"]} == {
        "atelier": "only for the marketing modes one_to_one; this customer's is mass",
        "gift": "mass: 8.00 is more than the 6.00 left of 6.00 within 7d",
    }
    assert bob["excluded"] == []


def test_contacts_are_used_up_by_mode(shop: Shop) -> None:
    put_in(shop, "mass", "ann")
    put_in(shop, "one_to_one", "bob")
    put_in(shop, None, "cid", selection="exclude")
    put_in(shop, None, "dee", selection="hold")
    assert [contacted(shop, user, 5) for user in ("ann", "bob", "cid", "dee")] == [1, 3, 0, 5]


def test_contacts_come_back_when_their_span_is_over(shop: Shop) -> None:
    put_in(shop, "mass", "ann")
    assert contacted(shop, "ann", 2) == 1
    shop.clock.pass_days(7)
    assert contacted(shop, "ann", 2) == 1


def test_the_budget_counts_what_is_accepted_and_what_is_open(shop: Shop) -> None:
    put_in(shop, "mass", "ann")
    first = ask(shop, "ann", "gifts", limit=2).decision
    assert {pick.action for pick in first.chosen} == {"cake", "banner"}
    second = told(shop, "ann", "gifts")
    assert second["treatment"]["budget_left"] == 1.0
    assert "cake" in {one["action"] for one in second["excluded"]}
    respond(shop.rt, Answer(decision_id=first.id, action="cake", outcome="rejected")).result()
    catch_up(shop.rt)
    assert told(shop, "ann", "gifts")["treatment"]["budget_left"] == 6.0


def test_what_is_decided_but_not_folded_counts(shop: Shop) -> None:
    put_in(shop, "mass", "ann")
    for _ in range(50):
        ask(shop, "ann", "gifts", fold=False)
    ask(shop, "ann", "outbound", fold=False, limit=2)
    assert contacted(shop, "ann", 1) == 0


def test_what_is_not_on_disk_yet_counts(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(shop, "mass", "ann")
    waiting: list[tuple[Any, Future[None]]] = []

    def slow(row: Any) -> Future[None]:
        waiting.append((row, Future()))
        return waiting[-1][1]

    with monkeypatch.context() as patched:
        patched.setattr(type(shop.rt.store), "record", lambda _self, row: slow(row))
        first = decide(shop.rt, Ask(customer={"userId": "ann"}, slot="outbound", limit=2)).decision
        second = decide(shop.rt, Ask(customer={"userId": "ann"}, slot="outbound", limit=2)).decision
    assert "call" in first.candidates
    assert "call" not in second.candidates
    for row, saved in waiting:
        shop.rt.store.record(row).result()
        saved.set_result(None)
    assert shop.rt.in_flight.of(first.customer_id) == []
    assert contacted(shop, "ann", 1) == 0


def test_the_record_holds_the_treatment_and_stays_exact(shop: Shop) -> None:
    put_in(shop, "mass", "ann")
    decided = ask(shop, "ann")
    kept = shop.rt.store.decision(decided.decision.id)
    assert kept is not None
    assert kept.decision == decided.decision
    assert kept.decision.treatment is not None
    assert sum(kept.decision.choice_probability) == pytest.approx(1.0)
    assert not {one.action for one in kept.decision.excluded} & set(kept.decision.candidates)


def test_who_is_not_to_be_told_apart_gets_nothing_reserved(shop: Shop) -> None:
    put_in(shop, "one_to_one", "ann")
    decided = decide(shop.rt, Ask(customer={"userId": "ann"}, slot="homepage"), withheld=["personalization"])
    assert decided.decision.treatment is None
    assert "atelier" not in decided.decision.candidates


def test_a_stranger_has_no_mode(shop: Shop) -> None:
    assert "treatment" not in told(shop, "nobody")
