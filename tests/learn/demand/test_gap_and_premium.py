"""What was wanted beside what was bought, and what customization earns."""

from __future__ import annotations

from rapport.learn.demand.abandonment import abandonment
from rapport.learn.demand.gap import gap
from rapport.learn.demand.premium import premium
from tests.learn.demand.shopping import AS_OF, START, WINDOW, bought, holds, session, sold, windows

OAK, STEEL = ("frame", "oak"), ("frame", "steel")
LAMP = ("extras", "lamp")


def test_what_was_wanted_first_and_given_up_is_told_with_the_price_between() -> None:
    sessions = [
        session("a", ("blocked", OAK), ("pick", STEEL), parts=WINDOW.standard),
        session("b", ("pick", OAK), ("pick", STEEL), parts=WINDOW.standard),
        session("c", ("pick", LAMP), ("clear", LAMP), ("pick", STEEL), parts=WINDOW.standard),
        session("d", ("pick", STEEL), parts=WINDOW.standard),
        session("e", ("pick", OAK)),
    ]
    found = gap(WINDOW, sessions, seed=1)
    assert (found.kept.count, found.kept.total) == (2, 5)
    assert (found.untouched.count, found.untouched.total) == (1, 4)
    assert [(one.option, one.taken, one.sessions, one.blocked, one.price) for one in found.given_up] == [
        ("oak", "steel", 2, 1, -20.0), ("lamp", "", 1, 0, -15.0),
    ]  # fmt: skip


def test_the_suggestion_is_held_against_the_purchase() -> None:
    offered = [*[WINDOW.standard] * 20, *[WINDOW.variants[0]] * 20]
    sessions = bought([sold(WINDOW.standard, START, offered=one) for one in offered])
    found = gap(WINDOW, sessions, seed=1)
    assert (found.suggestion.count, found.suggestion.total) == (20, 40)
    assert found.changed.mean == 1.0, "oak and triple glass are two groups"


def test_a_planted_premium_lies_in_its_interval() -> None:
    """Oak in six of ten at 20 more, triple glass in three of ten at 30, half of those tinted at 10, a lamp at 15."""
    sessions = bought(windows(lambda week: 0.6))
    truth = 0.6 * 20 + 0.3 * 30 + 0.15 * 10 + 0.1 * 15
    found = premium(WINDOW, sessions, seed=1)
    assert holds(found.premium.low, truth, found.premium.high)
    assert found.premium.n == 480
    standard = sum(one.sold is not None and one.sold.parts == WINDOW.standard for one in sessions)
    assert found.as_standard.count == standard
    assert found.above.count == 480 - standard
    assert found.margin_standard.mean == 325.0 - WINDOW.standard_cost


def test_without_prices_and_costs_nothing_is_earned_on_paper() -> None:
    found = premium(WINDOW, bought([sold(WINDOW.standard, price=None), sold(WINDOW.standard, cost=None)]), seed=1)
    assert (found.premium.n, found.margin_standard.n, found.premium.mean) == (1, 0, None)


def test_sessions_end_where_they_were_last_at_work() -> None:
    sessions = [
        session("a", ("pick", OAK), ("blocked", ("glass", "triple"))),
        session("b", ("pick", ("glass", "triple")), ("undo", None)),
        session("c"),
        session("d", ("pick", OAK), parts=WINDOW.standard),
        session("e", ("pick", OAK), us=AS_OF),
    ]
    found = abandonment(WINDOW, sessions, AS_OF)
    assert (found.sessions, found.running, found.completed.count, found.given_up.count) == (5, 1, 1, 3)
    assert (found.dead_ends.count, found.dead_ends.total) == (1, 3)
    assert found.last_steps == {"blocked": 1, "undo": 1, "nothing": 1}
    (glass,) = found.places
    assert (glass.group, glass.left.count, glass.left.total, glass.blocked) == ("glass", 2, 2, 1)
