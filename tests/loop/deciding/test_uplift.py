"""An offer counts for what it brings about: measured at a refresh, used in the next decision, forgotten with people."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.core.decision import decode_decision
from rapport.loop.deciding.contest import Ask
from rapport.loop.deciding.decide import decide
from rapport.loop.deciding.uplift import report
from rapport.loop.deciding.uplifts import STATE
from rapport.loop.intake.fold import catch_up
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.refresh import refresh

OFFERS = """
tea:
  slots: [homepage]
  title: A pot of tea
  value: 3
  window: 1d
  incremental: true
  goal: {event: Order Completed}
umbrella:
  slots: [homepage]
  title: An umbrella
  value: 3
"""
ANN = {"userId": "c0"}


def _shop(open_shop):
    settings = "name: Corner shop\ncurrency: EUR\nexploration_floor: 0.5\n"
    return open_shop(**{"actions/offers.yaml": OFFERS, "rapport.yaml": settings})


def _visits(shop, count: int, seed: int = 3) -> None:
    """Every second visitor buys, whatever they are shown."""
    rng = np.random.default_rng(seed)
    saved = [decide(shop.rt, Ask(customer={"userId": f"c{n}"}, slot="homepage")).saved for n in range(count)]
    for promise in saved:
        promise.result()
    buys = [f"c{n}" for n in range(count) if rng.random() < 0.5]
    shop.clock.pass_days(0.1)
    shop.happen(
        *({"type": "track", "event": "Order Completed", "userId": who, "properties": {"revenue": 9.0}} for who in buys)
    )


@pytest.fixture
def shop(open_shop):
    made = _shop(open_shop)
    _visits(made, 600)
    made.clock.pass_days(2)
    refresh(made.rt)
    return made


def test_those_who_would_buy_anyway_are_told_and_discounted(shop) -> None:
    (told,) = report(shop.rt)["actions"]
    effect = told["effect"]
    assert effect["decisions"] == 600
    assert effect["low"] < 0.0 < effect["high"]
    assert effect["anyway"] == pytest.approx(0.5, abs=0.1)
    assert "not shown to change anything" in told["in_words"]
    shop.clock.pass_days(0.01)
    decided = decide(shop.rt, Ask(customer=ANN, slot="homepage")).decision
    share = decided.factors["uplift"]["tea"]
    assert share == pytest.approx(effect["own_share"], abs=0.1)
    assert share < 0.35
    weights = dict(zip(decided.candidates, decided.weight, strict=True))
    assert weights["tea"] == pytest.approx(3.0 * share)
    assert weights["umbrella"] == 3.0


def test_what_was_measured_leaves_with_a_person(shop) -> None:
    erase(shop.rt, ANN)
    assert shop.rt.store.state(STATE) is None
    assert report(shop.rt)["reason"] == "nothing is measured yet: run rapport refresh"
    refresh(shop.rt)
    assert report(shop.rt)["actions"][0]["effect"]["decisions"] == 599


def test_a_window_that_is_still_open_carries_no_claim(open_shop) -> None:
    shop = _shop(open_shop)
    _visits(shop, 20)
    refresh(shop.rt)
    (told,) = report(shop.rt)["actions"]
    assert told["effect"] is None
    assert told["refusal"] == "its window of 1 days is longer than the time since the first of 20 decisions"
    assert told["window_still_open"] == 20
    assert not decide(shop.rt, Ask(customer=ANN, slot="homepage")).decision.factors


def test_a_shop_without_such_offers_is_told_so(open_shop) -> None:
    shop = open_shop()
    refresh(shop.rt)
    assert report(shop.rt) == {"reason": "no action is declared `incremental: true`", "actions": []}
    catch_up(shop.rt)
    decided = decide(shop.rt, Ask(customer=ANN, slot="homepage"))
    decided.saved.result()
    assert decode_decision(shop.rt.store.decision(decided.decision.id).body).factors == {}
