"""Where the high begin: set, a natural break, the median, or refused."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.differentiate.split import LOOKED_AT_MAX, split


def found(values: object, given: float | None = None, alike: float | None = None):  # type: ignore[no-untyped-def]
    return split(np.asarray(values, dtype=np.float64), given, setting="value_from", alike=alike)


def test_what_the_user_says_counts() -> None:
    assert found([1, 2], given=7.0).at == 7.0
    assert found([], given=7.0).source == "set"


@pytest.mark.parametrize("name", ["normal", "uniform", "exponential", "lognormal"])
def test_one_hill_is_no_natural_break(name: str) -> None:
    chance = np.random.default_rng(3)
    values = getattr(chance, name)(size=3000)
    told = found(values)
    assert told.source == "median"
    assert told.at == pytest.approx(np.median(values))
    assert told.low <= told.at <= told.high
    assert "no natural break among 3000 customers" in told.because


def test_two_hills_are() -> None:
    chance = np.random.default_rng(3)
    told = found(np.concatenate([chance.normal(0, 1, 900), chance.normal(8, 1, 300)]))
    assert told.source == "natural break"
    assert 2 < told.low <= told.at <= told.high < 6


def test_a_handful_of_giants_is_no_group() -> None:
    told = found([*range(1, 200), 1e6])
    assert told.source == "median"
    assert "set 0.5% apart" in told.because


def test_where_half_have_the_least_the_others_are_high() -> None:
    chance = np.random.default_rng(3)
    told = found([0.0] * 700 + chance.uniform(1, 2, 100).tolist() + chance.uniform(1, 9, 200).tolist())
    assert told.source in ("median", "natural break")
    assert told.at > 0.0
    tied = found([0.0] * 60 + list(range(1, 41)))
    assert tied.at == 1.0
    assert "40% are high, as near to half as can be" in tied.because


def test_where_many_have_the_median_the_cut_goes_where_it_comes_nearest_to_half() -> None:
    spread = [*np.linspace(0, 1.9, 30), *[2.0] * 35, *np.linspace(2.1, 4, 35)]
    told = found(spread)
    assert told.source == "median"
    assert told.at == 2.1
    assert told.low <= told.at <= told.high


def test_equals_are_refused_or_judged_against_a_number() -> None:
    assert found([3.0] * 40).at is None
    assert found([3.0] * 40, alike=0.5).at == 0.5
    assert not found([3.0] * 40).above(np.array([9.0])).any()


def test_unknown_values_are_nobody_s_side() -> None:
    told = found([*range(40), np.nan, np.nan])
    assert told.customers == 40
    assert told.above(np.array([np.nan, 39.0, 0.0])).tolist() == [False, True, False]


def test_many_customers_are_thinned_to_the_same_place() -> None:
    values = np.random.default_rng(4).normal(size=40 * LOOKED_AT_MAX)
    assert found(values).at == pytest.approx(np.median(values), abs=0.01)
    assert found(values) == found(values[::-1])
