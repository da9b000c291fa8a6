"""What is written reads back as the same product: same names, same configurations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.errors import InvalidDefinition
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.model import Group, Limit, Model, Option, Rule, Table
from rapport.customize.configure.terms import Term, both, either, implies, negated, option, same
from rapport.customize.configure.uvl import read_uvl, write_uvl
from tests.customize.configure.listed import list_all

NAMES = st.sampled_from(["oak", "or", "a.b", 'two "inch"', "it's", "鉄", "1070", "g0", "m", "x (or)"])


def count(model: Model) -> int | None:
    listed = list_all(formula_of(model), np.zeros(len(model.options) + 1, dtype=np.int64))
    assert listed is not None
    return listed.count([])


def terms(numbers: int) -> st.SearchStrategy[Term]:
    leaves = st.integers(1, numbers).map(option) | st.sampled_from([Term("and"), Term("or")])
    return st.recursive(
        leaves,
        lambda inner: (
            inner.map(negated)
            | st.lists(inner, min_size=1, max_size=3).map(lambda parts: both(*parts))
            | st.lists(inner, min_size=1, max_size=3).map(lambda parts: either(*parts))
            | st.tuples(inner, inner).map(lambda two: implies(*two))
        ),
        max_leaves=6,
    )


@st.composite
def models(draw: st.DrawFn) -> Model:
    options: list[Option] = []
    groups: list[Group] = []
    for number in range(draw(st.integers(1, 3))):
        names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
        first, size = len(options) + 1, len(names)
        options += [Option(name=name, price=draw(st.integers(-30_000, 90_000))) for name in names]
        least = draw(st.integers(0, size))
        most = draw(st.integers(max(least, 1), size))
        parent = draw(st.integers(0, first - 1))
        placed = tuple(range(first, first + size))
        groups.append(Group(name=f"g{number}", options=placed, least=least, most=most, parent=parent))
    rules = [
        Rule(name=f"r{place}", term=term) for place, term in enumerate(draw(st.lists(terms(len(options)), max_size=2)))
    ]
    if draw(st.booleans()):
        rules.append(Rule(name="bundle", term=same(option(len(options) + 1), draw(terms(len(options))))))
        options.append(Option(name="bundle", price=-5, hidden=True))
    return Model(name="m", options=tuple(options), groups=tuple(groups), rules=tuple(rules), price=10_000)


@settings(max_examples=60, deadline=None)
@given(models())
def test_reading_what_was_written_keeps_configurations_names_and_prices(model):
    read = read_uvl(write_uvl(model), name="m")
    assert count(read) == count(model)
    assert read.price == model.price
    for group in model.groups:
        names = [model.option(number).name for number in group.options]
        assert [read.option(number).name for number in read.by_group[group.name].options] == names
        prices = [model.option(number).price for number in group.options]
        assert [read.option(number).price for number in read.by_group[group.name].options] == prices


def test_a_model_from_uvl_is_written_as_it_was_read(real_data):
    for file in ("pc_richmond", "bank", "e_shop"):
        model = read_uvl((real_data / "configurator" / f"{file}.uvl").read_text(encoding="utf-8"))
        assert read_uvl(write_uvl(model)).version == model.version


FRAME = Group(name="frame", options=(1, 2))
GLASS = Group(name="glass", options=(3, 4))
OPTIONS = tuple(Option(name=name) for name in ("oak", "steel", "double", "triple"))


@pytest.mark.parametrize(("allows", "left"), [(True, 2), (False, 2)])
def test_a_table_is_written_as_constraints(allows, left):
    table = Table(name="fits", columns=((1, 2), (3, 4)), rows=((1, 0),), allows=allows)
    model = Model(name="window", options=OPTIONS, groups=(FRAME, GLASS), tables=(table,))
    assert count(read_uvl(write_uvl(model))) == left


def test_limits_and_names_that_uvl_cannot_hold_are_refused():
    limit = Limit(name="weight", weights={1: 3}, at_least=None, at_most=2, when=Term("and"))
    with pytest.raises(InvalidDefinition, match="limits"):
        write_uvl(Model(name="window", options=OPTIONS, groups=(FRAME, GLASS), limits=(limit,)))
    with pytest.raises(InvalidDefinition, match="cannot hold"):
        write_uvl(Model(name="w", options=(Option(name="a'\"b"),), groups=(Group(name="g", options=(1,)),)))


def test_what_things_cost_the_company_is_written_only_on_request():
    options = (Option(name="oak", price=20_000, cost=12_345), Option(name="steel"))
    model = Model(name="window", options=options, groups=(FRAME,), price=10_000, cost=5_000)
    shown, own = read_uvl(write_uvl(model)), read_uvl(write_uvl(model, costs=True))
    assert (shown.cost, [one.cost for one in shown.options]) == (0, [0, 0])
    assert (own.cost, [one.cost for one in own.options]) == (5_000, [12_345, 0])
