"""Findings and depth are made once a refresh and kept; an erasure takes them away, the next look makes them again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rapport.loop.deciding.decide import Ask, decide
from rapport.loop.deciding.respond import Answer, respond
from rapport.loop.intake.fold import catch_up
from rapport.loop.learning import depth_report, findings
from rapport.loop.learning.showings import read
from rapport.loop.privacy.erase import erase
from rapport.loop.refreshing.refresh import refresh
from tests.loop.conftest import Shop, identify, track

OFFERS = """
tea_set: {slots: [homepage], value: 5, rule: "last_genre = 'tea'", attributes: {kind: tea, size: 3}}
crisps: {slots: [homepage], value: 5, rule: "last_genre = 'crisps'", attributes: {kind: crisps}}
"""
OFF = {"context": {"consent": {"categoryPreferences": {"personalization": False}}}}


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    opened = open_shop(**{"actions/offers.yaml": OFFERS})
    for place, user in enumerate(("ann", "bob", "cyd")):
        kind = ("tea", "crisps", "tea")[place]
        opened.happen(identify(user, city="Bonn"), track("Product Viewed", user, category=kind))
        decided = decide(opened.rt, Ask(customer={"userId": user}, slot="homepage"))
        decided.saved.result()
        decision = decided.decision
        answer = Answer(decision_id=decision.id, action=decision.chosen[0].action, outcome="accepted")
        respond(opened.rt, answer).result()
    catch_up(opened.rt)
    return opened


def test_a_report_is_kept_until_the_next_refresh_and_goes_with_whom_it_counts(shop: Shop) -> None:
    assert findings.report(shop.rt)["showings"] == 3
    assert shop.rt.store.state(findings.STATE) is None
    refresh(shop.rt)
    for module in (findings, depth_report):
        assert shop.rt.store.state(module.STATE) is not None
        assert module.report(shop.rt) == module.report(shop.rt)
    erase(shop.rt, {"user_id": "bob"})
    assert shop.rt.store.state(findings.STATE) is None
    assert shop.rt.store.state(depth_report.STATE) is None
    assert findings.report(shop.rt)["customers"] == 2
    assert shop.rt.store.state(findings.STATE) is not None
    assert depth_report.report(shop.rt)["customers"] == 2


def test_only_the_past_and_who_may_be_told_apart_is_looked_at(shop: Shop) -> None:
    assert read(shop.rt, 0).customers == []
    shop.happen(identify("ann") | OFF)
    refresh(shop.rt)
    assert findings.report(shop.rt)["customers"] == 2


def test_offers_that_fit_are_looked_at_first_by_what_the_decision_knew(shop: Shop) -> None:
    table = read(shop.rt)
    assert table.offered["kind"].names == ["crisps", "tea"]
    assert "size" not in table.offered
    assert table.groups["last_genre"].names == ["crisps", "tea"]
    assert "last_genre" not in table.today
    fits = [one for one in findings.patterns_of(table) if one.family == "fit"]
    assert [(one.asked, one.dimension, one.attribute) for one in fits] == [
        ("accepted", "last_genre", "kind"),
        ("rejected", "last_genre", "kind"),
    ]
