"""Lists end to end: groups, kinds and exact chances, also for who switched personalisation off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rapport.customize.choice import probabilities
from rapport.customize.listing import standing
from rapport.loop.deciding.decide import Ask, answer, decide
from tests.loop.conftest import Shop, identify, track

OFFERS = """
voucher: {slots: [homepage], personal: false, value: 4, group: discounts, attributes: {genre: any}}
coupon: {slots: [homepage], personal: false, value: 4, group: discounts}
crime: {slots: [homepage], personal: false, value: 3, attributes: {genre: crime}}
night: {slots: [homepage], personal: false, value: 3, attributes: {genre: crime}}
private: {slots: [homepage], value: 9}
"""
OFF = {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    policy = "lists:\n  homepage: {diverse_by: genre, again: 0}\n"
    shop: Shop = open_shop(**{"actions/offers.yaml": OFFERS, "policy.yaml": policy})
    shop.happen(identify("ann", None, city="Ulm") | OFF, track("Order Completed", "bob", revenue=5))
    return shop


@pytest.mark.parametrize(("user", "offered"), [("ann", 2), ("bob", 3)])
def test_a_list_of_what_gets_along_with_exact_chances(shop: Shop, user: str, offered: int) -> None:
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot="homepage", limit=5))
    decided.saved.result()
    kept = shop.rt.store.decision(decided.decision.id)
    assert kept is not None
    decision = kept.decision
    names = {one.action for one in decision.chosen}
    assert len(names) == offered
    assert len(names & {"voucher", "coupon"}) == len(names & {"crime", "night"}) == 1
    mean, spread = (dict(zip(decision.candidates, one, strict=True)) for one in (decision.mean, decision.spread))
    for pick in decision.chosen:
        field = standing(decision, pick)
        chances = probabilities(
            [mean[name] for name in field], [spread[name] for name in field], list(field.values()), floor=decision.floor
        )
        assert pick.probability == pytest.approx(dict(zip(field, chances, strict=True))[pick.action], abs=2e-6)


def test_every_item_of_a_list_is_told(shop: Shop) -> None:
    ann = answer(shop.rt, decide(shop.rt, Ask(customer={"userId": "ann"}, slot="homepage", limit=5)))
    assert all("everybody" in one["sentence"]["en"] and "所有人" in one["sentence"]["zh"] for one in ann["items"])
