"""Wishes that could not be met, and what comes with them: planted effects are found, absent ones are not."""

from __future__ import annotations

import pytest

from rapport.learn.demand.unmet import compare, unmet
from tests.learn.demand.shopping import AS_OF, START, WINDOW, holds, session, walks

OAK = ("frame", "oak")


def test_a_wish_is_told_with_its_rules_and_what_was_taken_instead() -> None:
    sessions = [
        session("a", ("blocked", OAK), ("blocked", OAK), ("pick", ("frame", "steel")), parts=WINDOW.standard),
        session("b", ("blocked", OAK)),
        session("c", ("blocked", OAK), ("pick", OAK), parts=frozenset({OAK})),
        session("d", ("pick", ("frame", "steel")), parts=WINDOW.standard),
        session("e", ("blocked", ("frame", "oak")), us=AS_OF),
    ]
    told = unmet(WINDOW, sessions, AS_OF, seed=1)
    (wish,) = told.wishes
    assert (wish.title, wish.times, wish.sessions, wish.customers, wish.granted) == ("Oak", 5, 4, 4, 1)
    assert (wish.left.count, wish.left.total) == (1, 3), "a session that still runs is not given up"
    assert wish.rules == {"fits": 5}
    assert [(one.title, one.sessions) for one in wish.instead] == [("Steel", 1)]
    assert (told.rules[0].rule, told.rules[0].sessions) == ("fits", 4)
    assert wish.at_stake is None, "three prices carry no mean"
    assert told.compared.difference is None


def test_a_planted_effect_of_refusals_is_found() -> None:
    found = compare(list(walks(1_500, 0.2, 0.05, 0.25)), AS_OF, seed=1)
    assert holds(found.low, 0.20, found.high)
    assert not holds(found.low, 0.0, found.high)
    assert holds(found.lost_low, found.lost or 0.0, found.lost_high)
    assert (found.lost_low or 0.0) > 0


def test_refusals_without_effect_are_told_to_have_none_although_long_sessions_meet_more() -> None:
    """Whoever goes on longer is refused more often and gives up less: sessions with refusals seem to please."""
    found = compare(list(walks(1_500, 0.1, 0.08, 0.08)), AS_OF, seed=2)
    assert (found.without_block.share or 0.0) - (found.with_block.share or 0.0) > 0.1
    assert holds(found.low, 0.0, found.high)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    hits = 0
    for seed in range(16):
        found = compare(list(walks(250, 0.2, 0.1, 0.2, seed)), AS_OF, seed)
        hits += holds(found.low, 0.1, found.high)
    assert hits >= 13


def test_the_same_seed_tells_the_same() -> None:
    sessions = list(walks(200, 0.2, 0.1, 0.2))
    assert compare(sessions, AS_OF, 7) == compare(sessions, AS_OF, 7)


@pytest.mark.parametrize("number", [0, 20])
def test_few_sessions_are_not_compared(number: int) -> None:
    found = compare(list(walks(number, 0.5, 0.1, 0.1)), AS_OF, seed=1)
    assert (found.difference, found.lost) == (None, None)


def test_nothing_refused_is_nothing_unmet() -> None:
    told = unmet(WINDOW, [session("a", ("pick", OAK), parts=WINDOW.standard, us=START)], AS_OF, seed=1)
    assert (told.wishes, told.rules, told.compared.refusals) == ([], [], 0)
