"""Who may see what, and the rule that said so."""

from __future__ import annotations

import pytest

from rapport.core.errors import InvalidRule, NotFound
from rapport.customize.eligibility import Eligibility
from rapport.workspace.definitions import Action

COLUMNS = {"orders": "integer", "opted_out": "boolean"}
ACTIONS = {
    "gift": Action(slots=["home", "mail"], rule="orders >= 2"),
    "hello": Action(slots=["home"]),
    "umbrella": Action(slots=["home"], context={"weather = 'sun'": 0.0, "weather = 'rain'": 3.0}),
}


def test_the_eligible_come_in_file_order() -> None:
    eligible, excluded = Eligibility(ACTIONS, COLUMNS).split("home", {"orders": 3}, {})
    assert (eligible, excluded) == (["gift", "hello", "umbrella"], [])


def test_a_rule_that_is_false_excludes_and_is_named() -> None:
    _, excluded = Eligibility(ACTIONS, COLUMNS).split("mail", {"orders": 1}, {})
    assert (excluded[0].action, excluded[0].reason) == ("gift", "the rule does not hold: orders >= 2")


def test_what_is_not_known_to_hold_does_not_hold() -> None:
    eligible, excluded = Eligibility(ACTIONS, COLUMNS).split("mail", {"orders": None}, {})
    assert eligible == []
    assert excluded[0].reason == "the rule cannot be judged, orders is not known: orders >= 2"


def test_a_multiplier_of_zero_excludes_in_that_context_only() -> None:
    rules = Eligibility(ACTIONS, COLUMNS)
    _, excluded = rules.split("home", {"orders": 3}, {"weather": "sun"})
    assert [(one.action, one.reason) for one in excluded] == [("umbrella", "the context rules it out: weather = 'sun'")]
    assert rules.split("home", {"orders": 3}, {"weather": "rain"})[1] == []


def test_an_unknown_slot_is_not_found() -> None:
    with pytest.raises(NotFound, match="did you mean 'home'"):
        Eligibility(ACTIONS, COLUMNS).split("homee", {}, {})


def test_a_rule_that_names_no_column_is_refused_at_once() -> None:
    with pytest.raises(InvalidRule):
        Eligibility({"gift": Action(rule="ordrs >= 2")}, COLUMNS)
