"""Sold out is sold out: after a rebuild, for a second process, and when a buyer was erased."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rapport.core.time import SECOND_US
from rapport.loop.deciding.decide import Ask, answer, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.deciding.stock import Stock
from rapport.loop.intake.fold import catch_up
from rapport.loop.intake.rebuild import rebuild
from rapport.loop.privacy.erase import erase
from tests.loop.conftest import Shop, identify

ACTIONS = """
seats: {slots: [homepage], stock: 2, value: 9}
news: {slots: [homepage], personal: false}
"""


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop(**{"actions/offers.yaml": ACTIONS})


def offered(shop: Shop, user: str, outcome: str = "") -> bool:
    """Whether a seat is in the running for a customer, who answers it."""
    decided = decide(shop.rt, Ask(customer={"userId": user}, slot="homepage", limit=2))
    decided.saved.result()
    catch_up(shop.rt)
    there = "seats" in decided.decision.candidates
    if there and outcome:
        respond(shop.rt, Answer(decision_id=decided.decision.id, action="seats", outcome=outcome)).result()  # type: ignore[arg-type]
        catch_up(shop.rt)
    return there


def test_two_acceptances_and_no_more(shop: Shop) -> None:
    assert [offered(shop, user, "accepted") for user in ("ann", "bob", "cid")] == [True, True, False]
    told = answer(shop.rt, decide(shop.rt, Ask(customer={"userId": "dee"}, slot="homepage")), explain=True)
    assert told["excluded"] == [{"action": "seats", "reason": "sold out: 2 of 2"}]


def test_refusals_and_open_offers_reserve_nothing(shop: Shop) -> None:
    assert all(offered(shop, user, outcome) for user in ("ann", "bob", "cid") for outcome in ("rejected", ""))
    assert offered(shop, "dee")


def test_a_rebuild_counts_the_same(shop: Shop) -> None:
    assert [offered(shop, user, "accepted") for user in ("ann", "bob")] == [True, True]
    rebuild(shop.rt)
    assert not offered(shop, "cid")
    fresh = Stock(shop.rt.workspace.actions)
    assert fresh.taken(shop.rt.store, shop.clock.now_us()) == {"seats": 2}


def test_what_an_erased_customer_took_stays_taken_and_names_nobody(shop: Shop) -> None:
    shop.happen(identify("ann", None, city="Ulm"))
    assert [offered(shop, user, "accepted") for user in ("ann", "bob")] == [True, True]
    erase(shop.rt, {"userId": "ann"})
    assert not offered(shop, "cid")
    assert shop.rt.store.state("stock:gone") == b'{"seats":1}'
    rebuild(shop.rt)
    assert not offered(shop, "cid")


def test_between_two_looks_nothing_is_read_but_what_this_process_has_folded(shop: Shop) -> None:
    held = Stock(shop.rt.workspace.actions)
    assert held.taken(shop.rt.store, 0) == {}
    assert offered(shop, "ann", "accepted")
    assert held.taken(shop.rt.store, SECOND_US - 1) == {}
    assert held.taken(shop.rt.store, SECOND_US) == {"seats": 1}
    assert offered(shop, "bob", "accepted")
    assert held.taken(shop.rt.store, SECOND_US + 1) == {"seats": 1}
    assert held.taken(shop.rt.store, SECOND_US + 1, shop.rt.learner.settled_seq) == {"seats": 2}
