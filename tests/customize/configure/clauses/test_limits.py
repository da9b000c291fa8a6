"""A limit keeps exactly the configurations whose sum is within its bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.core.errors import TooLarge
from rapport.customize.configure.clauses import limits
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.model import Group, Limit, Model, Option
from rapport.customize.configure.terms import TRUE, both, either, holds, negated, option
from tests.customize.configure.listed import list_all

NUMBERS = range(1, 10)
CONDITIONS = (TRUE, either(), option(1), negated(option(7)), both(option(2), either(option(4), option(9))))


def model(*said: Limit) -> Model:
    groups = (
        Group(name="one", options=(1, 2, 3)),
        Group(name="perhaps", options=(4, 5), least=0),
        Group(name="several", options=(6, 7, 8, 9), least=0, most=3),
    )
    return Model(name="m", options=tuple(Option(name=f"o{number}") for number in NUMBERS), groups=groups, limits=said)


def kept(said: Model) -> set[frozenset[int]]:
    listed = list_all(formula_of(said), np.zeros(len(said.options) + 1, dtype=np.int64))
    assert listed is not None
    return {frozenset(np.flatnonzero(row).tolist()) for row in listed._rows}


@given(
    weights=st.dictionaries(st.sampled_from(NUMBERS), st.integers(-20, 20)), when=st.sampled_from(CONDITIONS),
    low=st.none() | st.integers(-40, 40), high=st.none() | st.integers(-40, 40),
)  # fmt: skip
def test_it_keeps_what_is_within_its_bounds(weights, when, low, high):
    limit = Limit(name="l", weights=weights, at_least=low, at_most=high, when=when)

    def within(chosen: frozenset[int]) -> bool:
        total = sum(weights.get(number, 0) for number in chosen)
        return (low is None or total >= low) and (high is None or total <= high)

    expected = {chosen for chosen in kept(model()) if within(chosen) or not holds(when, chosen)}
    assert kept(model(limit)) == expected


def test_options_of_one_group_are_one_step():
    numbers = range(1, 401)
    groups = tuple(Group(name=f"g{place}", options=tuple(range(place, place + 8))) for place in range(1, 401, 8))
    weights = {number: 5 * (number % 8) for number in numbers}
    limit = Limit(name="power", weights=weights, at_least=None, at_most=500, when=TRUE)
    options = tuple(Option(name=f"o{number}") for number in numbers)
    formula = formula_of(Model(name="m", options=options, groups=groups, limits=(limit,)))
    assert formula.variables < 50 * 101 * 3


def test_a_limit_that_grows_too_large_is_refused_by_its_name(monkeypatch):
    monkeypatch.setattr(limits, "LIMIT_NODES_MAX", 5)
    limit = Limit(name="power", weights={1: 3, 2: 5, 6: 7, 7: 11, 8: 13}, at_least=11, at_most=20, when=TRUE)
    with pytest.raises(TooLarge, match="power"):
        formula_of(model(limit))
