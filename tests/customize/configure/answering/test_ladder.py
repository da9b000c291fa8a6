"""What does not compile is answered by rungs: never wrong, and certain wherever it says so."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.errors import Conflict, InvalidInput
from rapport.customize.configure.answering.ladder import Ladder
from rapport.customize.configure.answering.reasoner import BEING_CHECKED, Impossible
from rapport.customize.configure.answering.reasoners import reasoner_of
from rapport.customize.configure.clauses.formula import Formula, Reason
from rapport.customize.configure.compiling.compile import Budget
from rapport.customize.configure.model import Group, Model, Option
from tests.customize.configure.listed import list_all

OPTIONS = 6
EVERY = range(1, OPTIONS + 1)
PRICES = np.array([0, 5, -3, 8, 0, 2, 7])


def formula_of(clauses, options=OPTIONS):
    return Formula(options, options, clauses, [0] * len(clauses), [Reason("rule", "drawn")])


def timed(answers):
    """Time that is there for so many looks at the clock."""
    left = itertools.count(answers, -1)
    return lambda: lambda: next(left) <= 0


literals = st.integers(1, OPTIONS).flatmap(lambda number: st.sampled_from([number, -number]))
formulas = st.lists(st.lists(literals, min_size=1, max_size=3).map(tuple), max_size=8).map(formula_of)
picked = st.lists(literals, max_size=2)


def states(reasoner, picks, visible):
    try:
        return reasoner.valid(picks, visible).state.tolist()
    except Impossible:
        return None


@given(formulas, st.lists(picked, min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_visible_options_are_certain_and_right_whatever_was_asked_before(formula, steps):
    ladder, exact = Ladder(formula, PRICES), list_all(formula, PRICES)
    for picks in steps:
        assert states(ladder, picks, EVERY) == states(exact, picks, EVERY)


@given(formulas, picked, st.integers(0, 6))
@settings(max_examples=100, deadline=None)
def test_what_is_not_being_checked_is_right_however_little_time_there_was(formula, picks, answers):
    found = states(Ladder(formula, PRICES, begin=timed(answers)), picks, [1, 2])
    expected = states(list_all(formula, PRICES), picks, EVERY)
    if found is None or expected is None:
        assert expected is None
        return
    for said, right in zip(found[1:], expected[1:], strict=True):
        bits = said & ~BEING_CHECKED
        assert bits & ~right == 0, "nothing impossible is said to be possible"
        assert said & BEING_CHECKED or bits == right


@pytest.mark.parametrize("technique", ["ortools", "pysat"])
@given(formulas, picked)
@settings(max_examples=30, deadline=None)
def test_prices_and_completions_are_exact_by_every_technique(technique, formula, picks):
    ladder, exact = Ladder(formula, PRICES, techniques=[technique]), list_all(formula, PRICES)
    try:
        expected = exact.prices(picks)
    except Impossible:
        with pytest.raises(Impossible):
            ladder.prices(picks, EVERY)
        with pytest.raises(Impossible):
            ladder.best(picks, PRICES.astype(np.float64))
        return
    found = ladder.prices(picks, EVERY)
    possible = [0, *exact.valid(picks).possible]
    assert found.known[possible].all()
    assert found.low[possible].tolist() == expected.low[possible].tolist()
    assert found.high[possible].tolist() == expected.high[possible].tolist()
    best = ladder.completion(picks, PRICES.astype(np.float64))
    assert best.proven
    assert PRICES[best.chosen].sum() == expected.high[0]


def test_without_time_prices_are_marked_and_a_completion_still_keeps_the_rules():
    ladder = Ladder(formula_of([(1, 2), (-1, -2), (-2, 3)]), PRICES, begin=timed(0))
    assert not ladder.prices([], EVERY).known.any()
    completion = ladder.completion([2], PRICES.astype(np.float64))
    assert not completion.proven
    assert {2, 3} <= set(completion.chosen)
    assert 1 not in completion.chosen


def test_what_it_cannot_tell_it_says_so():
    ladder = Ladder(formula_of([(1, 2)]), PRICES)
    assert ladder.count([]) is ladder.count_about([]) is None
    with pytest.raises(Conflict, match="evenly"):
        ladder.sample([], 1, 0)
    with pytest.raises(InvalidInput, match="no option 9"):
        ladder.valid([9])


def test_once_warm_it_has_configurations_to_show_and_without_any_it_says_so_when_asked():
    warmed = Ladder(formula_of([(1, 2)]), PRICES, begin=timed(40))
    warmed.warm()
    assert warmed.valid([]).possible
    contradictory = Ladder(formula_of([(1, 2), (-1, 2), (1, -2), (-1, -2)]), PRICES)
    contradictory.warm()
    with pytest.raises(Impossible):
        contradictory.valid([])


def test_threads_may_ask_at_once():
    ladder = Ladder(formula_of([(1, 2), (-1, -2), (3, 4), (-3, 5)]), PRICES)
    asked = [[1], [2], [3], [-3], [1, -4], []] * 10
    alone = [ladder.valid(picks, EVERY).state.tolist() for picks in asked]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda picks: ladder.valid(picks, EVERY).state.tolist(), asked)) == alone


def test_a_model_that_compiles_within_its_budget_has_a_circuit_and_another_the_ladder():
    model = Model(
        name="m", options=tuple(Option(name=f"o{one}", price=one) for one in range(40)),
        groups=tuple(Group(name=f"g{one}", options=tuple(range(4 * one + 1, 4 * one + 5))) for one in range(10)),
    )  # fmt: skip
    compiled, climbed = reasoner_of(model), reasoner_of(model, budget=Budget(nodes=0, spent=lambda: True))
    assert (compiled.certain, climbed.certain) == (True, False)
    every = range(1, 41)
    assert climbed.valid([3], every).state.tolist() == compiled.valid([3]).state.tolist()
    assert climbed.prices([3]).low[0] == compiled.prices([3]).low[0]
