"""Dead, core and false optional options are those that trying everything finds, and those that were published."""

import pytest
from hypothesis import given, settings

from rapport.customize.configure.answering.reasoners import price_row
from rapport.customize.configure.clauses.formula import formula_of
from rapport.customize.configure.explaining.analysis import Analysis, analyse
from rapport.customize.configure.model import Group, Model, Option, Rule
from rapport.customize.configure.terms import negated, option
from rapport.customize.configure.uvl import read_uvl
from tests.customize.configure.explaining.test_explain import OPTIONS, models
from tests.customize.configure.listed import list_all


def all_of(model: Model) -> Analysis:
    return analyse(formula_of(model), model, lambda: True)


@settings(max_examples=60, deadline=None)
@given(models())
def test_the_analysis_is_what_trying_everything_finds(model):
    listed = list_all(formula_of(model), price_row(model))
    assert listed is not None
    found = all_of(model)
    assert found.possible == bool(listed.count([]))
    if not found.possible:
        return
    every = range(1, OPTIONS + 1)
    assert found.dead == tuple(one for one in every if not listed.count([one]))
    assert found.core == tuple(one for one in every if not listed.count([-one]))
    loose = [(one, group.parent) for group in model.groups if group.least < len(group.options) for one in group.options]
    assert found.false_optional == tuple(
        one
        for one, above in loose
        if one not in found.dead and not listed.count([-one] if not above else [-one, above])
    )


def test_what_time_does_not_allow_is_said():
    options = tuple(Option(name=name) for name in "ab")
    group = Group(name="g", options=(1, 2), least=0, most=2)
    model = Model(name="m", options=options, groups=(group,), rules=(Rule(name="r", term=negated(option(1))),))
    assert all_of(model).complete
    cut = analyse(formula_of(model), model, lambda: False)
    assert (cut.complete, cut.dead) == (False, ())


@pytest.mark.parametrize(
    ("file", "core", "dead", "false_optional"),
    [("pc_richmond", 9, 0, 0), ("e_shop", 50, 0, 0), ("bank", 17, 0, 0), ("financial01", 22, 0, 3)],
)
def test_real_models_have_as_many_as_published(real_data, file, core, dead, false_optional):
    """The root, which is no option here, counts as core there."""
    model = read_uvl((real_data / "configurator" / f"{file}.uvl").read_text(encoding="utf-8"))
    found = all_of(model)
    assert (1 + len(found.core), len(found.dead), len(found.false_optional)) == (core, dead, false_optional)
