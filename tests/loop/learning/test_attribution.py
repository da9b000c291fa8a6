"""Credit for what was accepted, from the shop's own records."""

from __future__ import annotations

import pytest

from rapport.core.errors import InvalidInput
from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.learning.attribution import report
from tests.loop.conftest import Shop, identify


def offer(shop: Shop, user: str, accept: bool = False) -> str:
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot="homepage"))
    decided.saved.result()
    catch_up(shop.rt)
    action = decided.decision.chosen[0].action
    shop.clock.pass_days(1)
    if accept:
        respond(shop.rt, Answer(decision_id=decided.decision.id, action=action, outcome="accepted")).result()
        catch_up(shop.rt)
    return action


def test_an_outcome_is_shared_by_the_offers_since_the_one_before(shop: Shop) -> None:
    met = [offer(shop, "ann"), offer(shop, "ann", accept=True), offer(shop, "ann"), offer(shop, "ann", accept=True)]
    offer(shop, "bob")
    told = report(shop.rt)
    assert (told["outcomes"], told["customers"], told["without_outcome"]) == (2, 2, 1)
    last = {one["touch"]: one["last_touch"] for one in told["touches"]}
    assert sum(last.values()) == 2
    assert last[met[3]] >= 1
    linear = {one["touch"]: one["linear"] for one in told["touches"]}
    assert sum(linear.values()) == 2
    assert linear[met[2]] == sum(0.5 for one in met if one == met[2])
    assert {one["removal"] for one in told["touches"]} == {None}, "too few paths"
    assert told["holdout"]["refused"]["code"] == "no_holdout"


def test_offers_outside_the_window_have_no_share(shop: Shop) -> None:
    first = offer(shop, "ann")
    shop.clock.pass_days(40)
    last = offer(shop, "ann", accept=True)
    found = {one["touch"]: one for one in report(shop.rt, by="slot")["touches"]}
    assert list(found) == [f"{last} @ homepage"]
    assert sum(one["linear"] for one in report(shop.rt, window_days=60)["touches"] if one["touch"] == first) >= 0.5


def test_who_switched_personalisation_off_is_in_no_path(shop: Shop) -> None:
    off = {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}
    shop.happen(identify("ann", None) | off)
    offer(shop, "ann", accept=True)
    told = report(shop.rt)
    assert (told["impersonal"], told["customers"], told["touches"]) == (1, 0, [])


def test_another_division_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidInput):
        report(shop.rt, by="colour")
