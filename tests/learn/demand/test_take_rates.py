"""Take rates with intervals, and what moves from week to week."""

from __future__ import annotations

import pytest

from rapport.learn.demand.estimates import share_of
from rapport.learn.demand.sessions import Sold
from rapport.learn.demand.take_rates import TakeRate, take_rates
from tests.learn.demand.shopping import START, WINDOW, holds, sold, windows


def rates(configurations: list[Sold]) -> dict[str, TakeRate]:
    return {one.option: one for one in take_rates(WINDOW, configurations)}


def test_planted_shares_lie_in_the_intervals() -> None:
    found = rates(windows(lambda week: 0.6))
    for option, truth in (("oak", 0.6), ("triple", 0.3), ("lamp", 0.1)):
        taken = found[option].taken
        assert taken.total == 480
        assert holds(taken.low, truth, taken.high)
    assert found["plain"].taken.share == 1.0
    assert found["brass"].taken.count == 0


def test_a_nested_group_is_told_of_where_it_could_be_chosen() -> None:
    tint = rates(windows(lambda week: 0.6))["grey"]
    assert tint.reachable.total == rates(windows(lambda week: 0.6))["triple"].taken.count
    assert holds(tint.reachable.low, 0.5, tint.reachable.high)


def test_an_option_s_rivals_are_those_that_fit_to_the_rest() -> None:
    with_lock = frozenset({("frame", "oak"), ("extras", "lock")})
    without = frozenset({("frame", "oak")})
    configurations = [sold(with_lock)] * 20 + [sold(without)] * 40
    fits = {with_lock: frozenset({("frame", "oak"), ("frame", "steel")}), without: frozenset({("frame", "oak")})}
    possible = [(one.parts, fits[one.parts]) for one in configurations]
    found = {one.option: one.possible for one in take_rates(WINDOW, configurations, possible)}
    assert (found["oak"], found["steel"]) == (share_of(60, 60), share_of(0, 20))


def test_few_configurations_carry_no_share() -> None:
    taken = rates([sold(WINDOW.standard)] * 29)["steel"].taken
    assert (taken.count, taken.total, taken.share) == (29, 29, None)


def test_a_planted_rise_is_found_with_its_slope_and_nothing_else_moves() -> None:
    found = rates(windows(lambda week: 1 / (1 + 2.718281828 ** -(-1.2 + 0.2 * week)), each=60))
    oak = found["oak"].trend
    assert oak.moves == "rising"
    assert holds(oak.low, 0.2, oak.high)
    assert found["steel"].trend.moves == "falling"
    assert {found[name].trend.moves for name in ("triple", "double", "lamp", "grey")} == {"no change seen"}
    assert [week.total for week in oak.weeks] == [60] * 12
    assert oak.weeks[0].monday == "2024-09-30"


def test_where_nothing_moves_hardly_anything_is_told_to() -> None:
    told = [
        one.trend.moves for seed in range(20) for one in rates(windows(lambda week: 0.5, weeks=8, seed=seed)).values()
    ]
    assert told.count("no change seen") > 80
    assert told.count("rising") + told.count("falling") <= 3


def test_weeks_that_scatter_beyond_chance_widen_the_interval() -> None:
    def swinging(week: int) -> float:
        return 0.2 if week % 2 else 0.8

    steady, wild = (rates(windows(oak))["oak"].trend for oak in (lambda week: 0.5, swinging))
    assert (wild.high or 0.0) - (wild.low or 0.0) > 3 * ((steady.high or 0.0) - (steady.low or 0.0)) > 0.0


@pytest.mark.parametrize("weeks", [0, 5])
def test_few_weeks_carry_no_trend(weeks: int) -> None:
    assert {one.trend.moves for one in rates(windows(lambda week: 0.5, weeks=weeks)).values()} == {"too few"}


def test_an_option_in_a_configuration_without_its_parent_counts_where_it_was() -> None:
    found = rates([sold(frozenset({("tint", "grey")}))] * 40)
    assert found["grey"].reachable.share == 1.0


def test_a_moment_long_ago_makes_no_long_row_of_weeks() -> None:
    trend = rates([sold(WINDOW.standard, 0), sold(WINDOW.standard, START)])["steel"].trend
    assert len(trend.weeks) == 104
