"""The models of a formula are the configurations, one for one."""

from math import comb

import numpy as np
import pytest

from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.model import Group, Model, Option, Rule
from rapport.customize.configure.terms import both, either, implies, negated, option, same
from tests.customize.configure.listed import list_all


def one_group(size: int, least: int, most: int, rules: tuple[Rule, ...] = ()) -> Model:
    options = tuple(Option(name=f"o{number}") for number in range(size))
    group = Group(name="g", options=tuple(range(1, size + 1)), least=least, most=most)
    return Model(name="m", options=options, groups=(group,), rules=rules)


def count(model: Model) -> int | None:
    listed = list_all(formula_of(model), np.zeros(len(model.options) + 1, dtype=np.int64))
    assert listed is not None
    return listed.count([])


@pytest.mark.parametrize("size", range(1, 9))
def test_a_cardinality_keeps_exactly_the_sets_of_its_sizes(size):
    for least in range(size + 1):
        for most in range(max(least, 1), size + 1):
            assert count(one_group(size, least, most)) == sum(comb(size, k) for k in range(least, most + 1))


def test_a_group_below_an_option_is_chosen_from_only_with_it():
    options = tuple(Option(name=name) for name in ("car", "bike", "red", "blue"))
    groups = (Group(name="vehicle", options=(1, 2)), Group(name="paint", options=(3, 4), parent=1))
    assert count(Model(name="m", options=options, groups=groups)) == 3


def test_nested_rules_keep_what_they_say():
    tangled = either(both(option(1), negated(option(2))), negated(either(option(3), both(option(2), option(1)))))
    rules = (Rule(name="tangled", term=tangled), Rule(name="pair", term=same(option(3), option(4))))
    kept = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1) if (a and not b) or not (c or (b and a))]
    assert count(one_group(4, 0, 4, rules)) == len(kept)


def test_rules_that_contradict_leave_nothing():
    rules = (Rule(name="first", term=implies(option(1), option(2))), Rule(name="second", term=negated(option(2))))
    assert count(one_group(2, 2, 2, rules)) == 0
