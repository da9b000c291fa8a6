"""A circuit has the models of its formula, whatever the formula; and compiling stops when it is told to."""

from itertools import combinations, product
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.renault import renault_model
from rapport.customize.configure.circuit import Circuit
from rapport.customize.configure.clauses.formula import Formula, formula_of
from rapport.customize.configure.compiling.blocks import blocks_of
from rapport.customize.configure.compiling.budget import Meter, Spent
from rapport.customize.configure.compiling.compile import Budget, compile_formula
from rapport.customize.configure.compiling.simplify import simplified
from rapport.customize.configure.model import Group, Limit, Model, Option, Rule, Table
from rapport.customize.configure.terms import TRUE, both, either, implies, negated, option
from rapport.customize.configure.uvl import read_uvl
from tests.customize.configure.soundness import broken, count, models

PUBLISHED = {"pc_richmond": 21, "e_shop": 15, "bank": 32, "e_agribusiness": 559}
"""Decimal digits of the number of configurations; feature-model benchmark, statistics/Complete.csv."""


def formula(options: int, clauses: list[tuple[int, ...]]) -> Formula:
    return Formula(options, options, clauses, [0] * len(clauses), [])


def compiled(said: Formula) -> Circuit:
    circuit = compile_formula(said)
    assert circuit is not None
    return circuit


def literals(variables: int) -> st.SearchStrategy[int]:
    return st.integers(1, variables).flatmap(lambda number: st.sampled_from((number, -number)))


def clauses(variables: int) -> st.SearchStrategy[list[tuple[int, ...]]]:
    return st.lists(st.lists(literals(variables), min_size=1, max_size=6).map(tuple), max_size=16)


@given(said=clauses(6))
def test_it_has_the_models_of_its_clauses(said):
    circuit = compiled(formula(6, said))
    rows = np.array(list(product((False, True), repeat=6)))
    holds = [np.any([rows[:, abs(one) - 1] == (one > 0) for one in clause], axis=0) for clause in said]
    expected = rows[np.all(np.array(holds).reshape(-1, len(rows)), axis=0)]
    np.testing.assert_array_equal(models(circuit), expected)
    assert count(circuit) == len(expected)
    assert not broken(circuit)
    assert circuit.variables == circuit.options == 6


def terms(depth: int) -> st.SearchStrategy:
    if depth == 0:
        return st.integers(1, 9).map(option)
    below = terms(depth - 1)
    several = st.lists(below, min_size=1, max_size=3)
    return (
        below | several.map(lambda parts: both(*parts)) | several.map(lambda parts: either(*parts)) | below.map(negated)
    )


@given(
    said=st.lists(terms(2), max_size=3), rows=st.lists(st.tuples(st.sampled_from((0, 1, 2)), st.sampled_from((0, 4)))),
    bounds=st.tuples(st.none() | st.integers(0, 4), st.integers(0, 12)), least=st.integers(0, 2),
    when=st.sampled_from((TRUE, option(2), negated(either(option(4), option(6))))),
)  # fmt: skip
def test_auxiliary_variables_are_forgotten_and_counts_stay_exact(said, rows, bounds, least, when):
    groups = (
        Group(name="a", options=(1, 2, 3)), Group(name="b", options=(4, 5), least=0),
        Group(name="c", options=(6, 7, 8, 9), least=least, most=3, parent=1),
    )  # fmt: skip
    weights = {number: number % 5 for number in range(1, 10)}
    model = Model(
        name="m", options=tuple(Option(name=f"o{number}") for number in range(1, 10)), groups=groups,
        rules=tuple(Rule(name=f"r{place}", term=one) for place, one in enumerate(said)),
        tables=(Table(name="t", columns=((1, 2, 3), (4, 5)), rows=tuple(rows), allows=False),),
        limits=(Limit(name="l", weights=weights, at_least=bounds[0], at_most=bounds[1], when=when),),
    )  # fmt: skip
    circuit = compiled(formula_of(model))
    assert count(circuit) == len(models(circuit)) == solved(formula_of(model))
    assert not broken(circuit)


def solved(said: Formula) -> int:
    from pysat.solvers import Solver

    with Solver(name="glucose4", bootstrap_with=said.clauses) as solver:
        solver.append_formula([[number, -number] for number in range(1, said.options + 1)])
        return len({tuple(model[: said.options]) for model in solver.enum_models()})


@pytest.mark.parametrize("name", PUBLISHED)
def test_counts_of_real_models_have_the_published_digits(name, real_data: Path):
    model = read_uvl((real_data / "configurator" / f"{name}.uvl").read_text())
    circuit = compiled(formula_of(model))
    assert len(str(count(circuit))) == PUBLISHED[name]
    assert not broken(circuit)


def test_it_compiles_a_real_car_of_tables(real_data: Path):
    model, _ = renault_model(real_data / "configurator" / "renault_small")
    circuit = compiled(formula_of(model))
    assert count(circuit) == 172_056
    assert circuit.edges < 4_000


def test_a_chain_of_two_thousand_options_is_no_danger():
    groups = tuple(Group(name=f"g{number}", options=(number,), least=0, parent=number - 1) for number in range(1, 2001))
    model = Model(name="m", options=tuple(Option(name="o") for _ in groups), groups=groups)
    assert count(compiled(formula_of(model))) == 2001


def test_options_that_no_clause_names_are_free():
    assert count(compiled(formula(3, [(1,)]))) == 4


def test_what_contradicts_itself_is_false():
    circuit = compiled(formula(2, [(1, 2), (1, -2), (-1, 2), (-1, -2)]))
    assert (circuit.nodes, circuit.edges, count(circuit)) == (1, 0, 0)


def hard(options: int) -> Formula:
    rng = np.random.default_rng(7)
    drawn = rng.integers(1, options + 1, size=(3 * options, 3)) * rng.choice([-1, 1], size=(3 * options, 3))
    return formula(options, [tuple(clause) for clause in drawn.tolist()])


def test_it_stops_when_the_time_is_over():
    asked = iter(range(400))
    assert compile_formula(hard(300), Budget(spent=lambda: next(asked) == 399)) is None


@pytest.mark.parametrize("budget", [Budget(nodes=2_000), Budget(remembered=100_000)])
def test_it_stops_when_memory_is_used_up(budget):
    assert compile_formula(hard(120), budget) is None


def test_a_stored_circuit_comes_back_and_a_damaged_one_does_not():
    circuit = compiled(formula(4, [(1, 2), (-2, 3)]))
    stored = circuit.to_bytes()
    back = Circuit.from_bytes(stored)
    assert back is not None
    assert (back.variables, back.options) == (circuit.variables, circuit.options)
    for field in ("kind", "literal", "start", "child"):
        np.testing.assert_array_equal(getattr(back, field), getattr(circuit, field))
    for damaged in (stored[:-1], stored[:60] + b"?" + stored[61:], b"rapport circuit 0" + stored[17:], b""):
        assert Circuit.from_bytes(damaged) is None


def test_a_limit_over_many_groups_compiles_from_its_sums():
    groups = tuple(Group(name=f"g{place}", options=tuple(range(place, place + 5))) for place in range(1, 41, 5))
    weights = {number: 7 * number % 20 for number in range(1, 41)}
    limit = Limit(name="power", weights=weights, at_least=None, at_most=70, when=TRUE)
    options = tuple(Option(name=f"o{number}") for number in range(40))
    circuit = compiled(formula_of(Model(name="m", options=options, groups=groups, limits=(limit,))))
    sums = [weights[number] for number in range(1, 6)]
    for start in range(6, 41, 5):
        sums = [total + weights[number] for total in sums for number in range(start, start + 5)]
    assert count(circuit) == sum(total <= 70 for total in sums)


@pytest.mark.parametrize(("size", "least", "most"), [(500, 2, 5), (100, 0, 50), (100, 1, 50), (60, 30, 60)])
def test_a_cardinality_of_many_options_is_a_grid(size, least, most):
    group = Group(name="g", options=tuple(range(1, size + 1)), least=least, most=most)
    options = tuple(Option(name=f"o{number}") for number in range(size))
    circuit = compile_formula(formula_of(Model(name="m", options=options, groups=(group,))), Budget(nodes=20_000))
    assert circuit is not None
    assert count(circuit) == sum(comb(size, chosen) for chosen in range(least, most + 1))
    assert not broken(circuit)


@settings(max_examples=40)
@given(
    weights=st.lists(st.integers(-4, 9), min_size=8, max_size=8),
    other=st.lists(st.integers(0, 6), min_size=8, max_size=8),
    bounds=st.tuples(st.none() | st.integers(-5, 12), st.none() | st.integers(0, 30)), least=st.integers(0, 3),
    most=st.integers(3, 6), below=st.booleans(), scale=st.sampled_from((1, 10**20)),
)  # fmt: skip
def test_two_limits_and_a_cardinality_keep_what_they_say(weights, other, bounds, least, most, below, scale):
    groups = (
        Group(name="a", options=(1,), least=0),
        Group(name="b", options=(2, 3, 4, 5, 6, 7, 8), least=least, most=most, parent=1 if below else 0),
    )
    low, high = (None if bound is None else bound * scale for bound in bounds)
    summed = {number: weight * scale for number, weight in enumerate(weights, 1)}
    limits = (
        Limit(name="l", weights=summed, at_least=low, at_most=high, when=TRUE),
        Limit(name="k", weights=dict(enumerate(other, 1)), at_least=5, at_most=14, when=option(3)),
    )
    options = tuple(Option(name=f"o{number}") for number in range(8))
    circuit = compiled(formula_of(Model(name="m", options=options, groups=groups, limits=limits)))
    expected = [
        chosen for size in range(9) for chosen in map(set, combinations(range(1, 9), size))
        if (least if 1 in chosen or not below else 0) <= len(chosen - {1}) <= (most if 1 in chosen or not below else 0)
        and (low is None or sum(summed[one] for one in chosen) >= low)
        and (high is None or sum(summed[one] for one in chosen) <= high)
        and (3 not in chosen or 5 <= sum(other[one - 1] for one in chosen) <= 14)
    ]  # fmt: skip
    assert count(circuit) == len(expected) == len(models(circuit))
    assert not broken(circuit)


def test_the_passes_before_the_search_stop_too():
    said = [(number, number + 1) for number in range(1, 900)]
    with pytest.raises(Spent):
        simplified(900, said, Meter(Budget(spent=lambda: True)))
    with pytest.raises(Spent):
        blocks_of(900, said, [], Meter(Budget(spent=lambda: True)))


def test_rules_about_one_option_keep_the_rest():
    model = Model(
        name="m", options=tuple(Option(name=name) for name in "abc"), groups=(Group(name="g", options=(1, 2, 3)),),
        rules=(Rule(name="r", term=implies(option(1), either())),),
    )  # fmt: skip
    assert count(compiled(formula_of(model))) == 2
