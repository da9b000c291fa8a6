"""A circuit answers as a list of all configurations does, and its passes agree with their twin bit for bit."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.errors import InvalidInput
from rapport.customize.configure.answering.circuit_reasoner import CircuitReasoner
from rapport.customize.configure.answering.passes import CompiledPasses
from rapport.customize.configure.answering.passes_python import PlainPasses, count_exact
from rapport.customize.configure.answering.reasoner import Impossible
from rapport.customize.configure.clauses.formula import Formula, Reason
from tests.customize.configure.listed import list_all
from tests.customize.configure.shannon import by_branching

OPTIONS = 6


def formula_of(clauses, options=OPTIONS):
    return Formula(options, options, clauses, [0] * len(clauses), [Reason("rule", "drawn")])


def both(formula, prices):
    """The same reasoner on the compiled passes and on the plain ones."""
    circuit = by_branching(formula)
    return [CircuitReasoner(circuit, prices, kind(circuit)) for kind in (CompiledPasses, PlainPasses)]


literals = st.integers(1, OPTIONS).flatmap(lambda number: st.sampled_from([number, -number]))
formulas = st.lists(st.lists(literals, min_size=1, max_size=3).map(tuple), max_size=8).map(formula_of)
picked = st.lists(literals, max_size=2)
amounts = st.lists(st.integers(-(10**15), 10**15), min_size=OPTIONS, max_size=OPTIONS).map(
    lambda row: np.array([0, *row])
)


def answers(reasoner, picks, prices):
    """Everything it says, or that nothing has the picks."""
    try:
        valid, ranges = reasoner.valid(picks), reasoner.prices(picks)
    except Impossible:
        return None
    possible = [0, *valid.possible]
    return (
        valid.state.tolist(), reasoner.count(picks), round(reasoner.count_about(picks), 9),
        ranges.low[possible].tolist(), ranges.high[possible].tolist(),
        int(prices[reasoner.best(picks, prices.astype(np.float64))].sum()),
    )  # fmt: skip


@given(formulas, picked, amounts)
@settings(max_examples=150, deadline=None)
def test_a_circuit_says_what_the_list_of_all_configurations_says(formula, picks, prices):
    expected = answers(list_all(formula, prices), picks, prices)
    for reasoner in both(formula, prices):
        assert answers(reasoner, picks, prices) == expected
        assert reasoner.count(picks) == (expected[1] if expected else 0)


@given(formulas, picked, amounts, st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_passes_and_their_twin_agree_bit_for_bit(formula, picks, prices, seed):
    circuit = by_branching(formula)
    allowed = np.ones(2 * OPTIONS + 1, dtype=np.uint8)
    allowed[OPTIONS - np.array(picks, dtype=np.int64)] = 0
    weights, chance = np.resize(prices, len(allowed)), np.random.default_rng(seed).random(circuit.nodes)
    said = []
    for passes in (CompiledPasses(circuit), PlainPasses(circuit)):
        counts = passes.counts(allowed)
        said.append([
            passes.states(allowed).tolist(), [one.tolist() for one in passes.ranges(allowed, weights)],
            passes.best(allowed, weights // 10**14, weights).tolist(), [one.tolist() for one in counts],
            passes.draw(counts, chance, len(allowed)).tolist(),
        ])  # fmt: skip
    assert said[0] == said[1]


def test_counts_beyond_floats_are_exact_and_their_size_is_told():
    free = by_branching(formula_of([(1, 2)], options=200))
    for passes in (CompiledPasses(free), PlainPasses(free)):
        reasoner = CircuitReasoner(free, np.zeros(201, dtype=np.int64), passes)
        assert reasoner.count([]) == 3 * 2**198 == count_exact(free, [])
        assert math.isclose(reasoner.count_about([]), math.log10(3 * 2**198), rel_tol=1e-14)
        assert reasoner.count([1, *range(-200, -50)]) == 2**49


def test_samples_are_drawn_uniformly_and_again_from_the_same_seed():
    (compiled, plain), size = (
        both(formula_of([(1, 2), (-1, -2), (3, 4, 5), (-3, 6)]), np.zeros(7, dtype=np.int64)),
        5_000,
    )
    drawn = compiled.sample([-4], size, 7)
    assert drawn == plain.sample([-4], size, 7)
    often = Counter(map(tuple, drawn))
    kinds = compiled.count([-4])
    assert len(often) == kinds
    # Pearson's statistic: its mean is kinds - 1, its deviation √(2 (kinds - 1)).
    pearson = sum((count - size / kinds) ** 2 for count in often.values()) / (size / kinds)
    assert abs(pearson - (kinds - 1)) < 4 * math.sqrt(2 * (kinds - 1))


def test_among_equals_the_best_has_the_fewest_options_then_the_lowest_numbers():
    for reasoner in both(formula_of([(3, 4, 5), (2, 6)]), np.zeros(7, dtype=np.int64)):
        assert reasoner.best([], np.zeros(7)) == [2, 3]
        assert reasoner.best([], np.array([0, 0, 0, 0, 0.3, 0.3, 0])) == [2, 4, 5]
        assert reasoner.best([], np.array([0, -1e-9, 0, 0, 1.0, 1.0, 1.0])) == [4, 5, 6]


def test_weights_are_summed_exactly_in_whatever_order_the_circuit_has_them():
    weights = np.array([0, 0.1, 0.2, 0.3, 0.3, 0.2, 0.1])
    either_three = [(1, 4), (-1, -4), (1, -2), (2, -1), (1, -3), (3, -1), (4, -5), (5, -4), (4, -6), (6, -4)]
    for reasoner in both(formula_of(either_three), np.zeros(7, dtype=np.int64)):
        assert reasoner.best([], weights) == [1, 2, 3]


def test_a_best_configuration_keeps_the_picks():
    for reasoner in both(formula_of([(1, 2)]), np.zeros(7, dtype=np.int64)):
        assert reasoner.best([-1, 4], np.array([0, 9.0, 0, 0, -9.0, 0, 0])) == [2, 4]
        with pytest.raises(Impossible, match="no configuration"):
            reasoner.best([-1, -2], np.zeros(7))
        with pytest.raises(Impossible):
            reasoner.sample([3, -3], 1, 0)


def test_even_a_product_that_has_no_configuration_is_warmed():
    for reasoner in both(formula_of([(1,), (-1,)]), np.zeros(7, dtype=np.int64)):
        reasoner.warm()
        assert reasoner.count([]) == 0
        with pytest.raises(Impossible):
            reasoner.valid([])


def test_prices_that_cannot_be_added_up_are_refused():
    prices = np.array([0, 2**61, -(2**61), 0, 0, 0, 0])
    with pytest.raises(InvalidInput, match="too large to be added up"):
        CircuitReasoner(by_branching(formula_of([])), prices)


def test_picks_of_options_that_there_are_not_are_refused():
    for reasoner in both(formula_of([]), np.zeros(7, dtype=np.int64)):
        for pick in (7, -9, 0):
            with pytest.raises(InvalidInput, match=f"no option {pick}"):
                reasoner.valid([pick])
