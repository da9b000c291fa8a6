"""Personalisation off: nothing about the customer enters the decision, its record or its explanation."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from rapport.core.decision import Decision
from rapport.loop.deciding.decide import Ask, answer, decide
from tests.loop.conftest import CountingChance, Shop, identify, track

OFFERS = """
tea: {slots: [homepage], title: A pot of tea, value: 3}
umbrella: {slots: [homepage], title: An umbrella, value: 5, personal: false, context: {"weather = 'rain'": 2.0}}
scarf: {slots: [homepage], title: A scarf, value: 4, personal: false, rule: NOT opted_out}
gold: {slots: [homepage], title: For our best customers, value: 9, personal: false, rule: orders_90d >= 2}
newcomer: {slots: [homepage], title: Welcome, value: 9, personal: false, rule: orders_90d IS NULL OR TRUE}
"""
OFF = {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}


@pytest.fixture
def opposites(open_shop: Any) -> Shop:
    """Ann buys much in Bonn, Bob looked at one thing in Ulm; both switched personalisation off."""
    shop: Shop = open_shop(**{"actions/offers.yaml": OFFERS})
    shop.happen(identify("ann", "a1", city="Bonn", religion="yes") | OFF, identify("bob", "b1", city="Ulm") | OFF)
    shop.happen(*(track("Order Completed", "ann", revenue=number) for number in range(5)))
    shop.happen(track("Product Viewed", "bob", category="tea"))
    teach(shop)
    return shop


def teach(shop: Shop) -> None:
    """Somebody else's answers, so that the model has an opinion."""
    for number in range(20):
        name = f"other{number}"
        shop.happen(identify(name, None, city="Bonn" if number % 2 else "Ulm"))
        made = decide(shop.rt, Ask(customer={"userId": name}, slot="homepage"))
        made.saved.result()
        picked = made.decision.chosen[0].action
        shop.happen(track("Offer Accepted", name, decision_id=made.decision.id, action=picked))


def told(shop: Shop, user: str, **more: Any) -> tuple[Decision, bytes]:
    """The decision, and what anybody is told of it, from the same throw of the dice."""
    rt = dataclasses.replace(shop.rt, chance=CountingChance())
    decided = decide(rt, Ask(customer={"userId": user}, slot="homepage", limit=2, explain=True, **more))
    decided.saved.result()
    said = answer(rt, decided, explain=True)
    del said["customer_id"]
    return decided.decision, msgspec.json.encode(said)


def test_opposites_get_the_same_chances_and_the_same_explanation(opposites: Shop) -> None:
    (ann, told_ann), (bob, told_bob) = told(opposites, "ann"), told(opposites, "bob")

    assert told_ann == told_bob
    private = {"customer_id": "", "subject": ""}
    assert msgspec.structs.replace(ann, **private) == msgspec.structs.replace(bob, **private)
    assert (ann.personalized, ann.impersonal) == (False, "personalisation is switched off")
    assert ann.inputs == {}


def test_the_same_people_would_else_be_told_apart(opposites: Shop) -> None:
    on = {"context": {"consent": {"categoryPreferences": {"personalization": True}}}}
    opposites.happen(identify("ann") | on, identify("bob") | on)
    assert told(opposites, "ann")[1] != told(opposites, "bob")[1]


def test_no_rule_reads_the_customer(opposites: Shop) -> None:
    decision, _ = told(opposites, "ann")
    assert decision.candidates == ["umbrella", "scarf"]
    assert {one.action: one.reason for one in decision.excluded} == {
        "tea": "personalisation is switched off",
        "gold": "personalisation is switched off, and its rule asks for orders_90d",
        "newcomer": "personalisation is switched off, and its rule asks for orders_90d",
    }


def test_the_customer_s_own_instruction_still_counts(opposites: Shop) -> None:
    opposites.happen(identify("ann", None, marketing=False))
    decision, _ = told(opposites, "ann")
    assert decision.candidates == ["umbrella"]


def test_only_the_declared_moment_is_used_and_logged(opposites: Shop) -> None:
    decision, _ = told(opposites, "ann", context={"weather": "rain", "basket": "a diary for Ann"})
    assert decision.context == {"weather": "rain"}
    dry, _ = told(opposites, "ann", context={"weather": "sun"})
    place = dry.candidates.index("umbrella")
    assert decision.weight[place] == pytest.approx(2 * dry.weight[place])


def test_a_till_is_nobody(open_shop: Any) -> None:
    shop: Shop = open_shop(**{"actions/offers.yaml": OFFERS})
    shop.happen(*(track("Product Viewed", f"u{number}", "till", category="tea") for number in range(20)))
    shop.happen(track("Product Viewed", None, "till", category="tea"))
    for customer in ({"anonymousId": "till"}, {"id": shop.rt.store.identifiers_shared()[0].customer_id}):
        decision = decide(shop.rt, Ask(customer=customer, slot="homepage")).decision
        assert (decision.personalized, decision.impersonal) == (False, "several people share this identifier")
    assert decide(shop.rt, Ask(customer={"userId": "u1"}, slot="homepage")).decision.personalized
