"""Decisions beside what became of their offers."""

from __future__ import annotations

from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.learning.answered import answered

ANN = {"userId": "ann"}


def _offered(shop) -> tuple[str, str]:
    decided = decide(shop.rt, Ask(customer=ANN, slot="homepage"))
    decided.saved.result()
    return decided.decision.id, decided.decision.chosen[0].action


def test_a_decision_is_told_once_its_offer_is_settled(open_shop) -> None:
    shop = open_shop()
    decision_id, action = _offered(shop)
    catch_up(shop.rt)
    assert list(answered(shop.rt)) == []
    assert [one.offers[0].outcome for one in answered(shop.rt, open_too=True)] == [""]
    respond(shop.rt, Answer(decision_id=decision_id, action=action, outcome="accepted", value=2.5)).result()
    catch_up(shop.rt)
    (told,) = answered(shop.rt)
    assert (told.decision.id, told.offers[0].outcome, told.offers[0].value) == (decision_id, "accepted", 2.5)


def test_reading_goes_on_after_a_place(open_shop) -> None:
    shop = open_shop()
    _offered(shop)
    catch_up(shop.rt)
    (first,) = answered(shop.rt, open_too=True)
    second, _ = _offered(shop)
    assert list(answered(shop.rt, first.seq, open_too=True)) == [], "not folded yet"
    catch_up(shop.rt)
    assert [one.decision.id for one in answered(shop.rt, first.seq, open_too=True)] == [second]
