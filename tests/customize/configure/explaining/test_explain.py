"""Every explanation is minimal and valid, and what is given up is enough and no more; checked by trying everything."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.customize.configure.clauses.formula import Reason, formula_of
from rapport.customize.configure.explaining.explain import Explainer
from rapport.customize.configure.explaining.hitting import OutOfTries, smallest_first
from rapport.customize.configure.model import Group, Model, Option, Rule
from rapport.customize.configure.terms import Term, both, either, holds, implies, negated, option
from rapport.customize.configure.uvl import read_uvl

OPTIONS = 6


def obeyed(model: Model, reason: Reason, chosen: set[int]) -> bool:
    """Whether a configuration does what a group or a rule asks."""
    if reason.kind == "rule":
        return holds(next(rule.term for rule in model.rules if rule.name == reason.name), chosen)
    group = model.by_group[reason.name]
    taken, above = len(chosen & set(group.options)), not group.parent or group.parent in chosen
    if reason.kind == "parent":
        return above or taken == 0
    return taken <= group.most if reason.kind == "most" else not above or taken >= group.least


def possible(model: Model, literals: set[int], reasons: set[Reason]) -> bool:
    every = range(1, len(model.options) + 1)
    subsets = (set(chosen) for size in range(len(every) + 1) for chosen in combinations(every, size))
    return any(
        all((literal > 0) == (abs(literal) in chosen) for literal in literals)
        and all(obeyed(model, reason, chosen) for reason in reasons)
        for chosen in subsets
    )


@st.composite
def models(draw: st.DrawFn) -> Model:
    cut = draw(st.integers(2, OPTIONS - 2))
    parts = ((1, cut, 0), (cut + 1, OPTIONS, draw(st.integers(0, cut))))
    groups = []
    for first, last, parent in parts:
        size = last - first + 1
        least = draw(st.integers(0, size))
        most = draw(st.integers(max(1, least), size))
        placed = tuple(range(first, last + 1))
        groups.append(Group(name=f"from {first}", options=placed, least=least, most=most, parent=parent))
    literals = st.integers(1, OPTIONS).map(option) | st.integers(1, OPTIONS).map(lambda one: negated(option(one)))
    terms = st.lists(literals, min_size=1, max_size=3).map(lambda some: either(*some)) | st.tuples(
        literals, literals
    ).map(lambda two: implies(both(*two), two[0]))
    said = draw(st.lists(terms | literals, max_size=4))
    rules = tuple(Rule(name=f"rule {place}", term=term) for place, term in enumerate(said))
    options = tuple(Option(name=str(number)) for number in range(OPTIONS))
    return Model(name="m", options=options, groups=tuple(groups), rules=rules)


def literals_of(draw_from: int = OPTIONS) -> st.SearchStrategy[int]:
    return st.integers(1, draw_from).flatmap(lambda one: st.sampled_from([one, -one]))


@settings(max_examples=60, deadline=None)
@given(models(), st.lists(literals_of(), max_size=4, unique_by=abs), literals_of())
def test_an_explanation_rules_out_and_every_part_of_it_is_needed(model, picks, literal):
    formula = formula_of(model)
    every = {reason for reason in formula.reasons if reason.kind != "count"}
    found = Explainer(formula).explain(picks, literal)
    if found is None:
        assert possible(model, {*picks, literal}, every)
        return
    own, reasons = set(found.picks), set(found.reasons)
    assert own <= set(picks)
    assert not possible(model, own | {literal}, reasons)
    for pick in own:
        assert possible(model, own - {pick} | {literal}, reasons)
    for reason in reasons:
        assert possible(model, own | {literal}, reasons - {reason})


@settings(max_examples=25, deadline=None)
@given(models(), st.lists(literals_of(), max_size=3, unique_by=abs), literals_of())
def test_an_explanation_that_calls_itself_the_smallest_is(model, picks, literal):
    formula = formula_of(model)
    found = Explainer(formula).explain(picks, literal)
    if found is None or not found.smallest:
        return
    reasons = [reason for reason in dict.fromkeys(formula.reasons) if reason.kind != "count"]
    beside = [pick for pick in picks if pick != literal] if found.picks else []
    parts: list[int | Reason] = [*beside, *reasons]
    for fewer in combinations(parts, max(0, len(found.picks) + len(found.reasons) - 1)):
        own = {one for one in fewer if isinstance(one, int)}
        assert possible(model, own | {literal}, {one for one in fewer if isinstance(one, Reason)})


@settings(max_examples=40, deadline=None)
@given(models(), st.lists(literals_of(), max_size=4, unique_by=abs), literals_of())
def test_what_is_given_up_is_enough_and_no_more_fewest_first(model, picks, literal):
    explainer = Explainer(formula_of(model))
    own = [pick for pick in picks if pick != literal]
    found = [set(one) for one in explainer.give_up(picks, literal, most=20)]
    enough = [
        set(given_up)
        for size in range(len(own) + 1)
        for given_up in combinations(own, size)
        if explainer.possible([literal, *(pick for pick in own if pick not in given_up)])
    ]
    least = [one for one in enough if not any(other < one for other in enough)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, least))
    assert [len(one) for one in found] == sorted(len(one) for one in found)


def test_a_model_without_configurations_tells_the_rules_that_contradict():
    rules = [("all oak", option(1)), ("idle", implies(option(1), option(2))), ("no oak", negated(option(1)))]
    options = (Option(name="oak"), Option(name="steel"))
    model = Model(
        name="window", options=options, groups=(Group(name="frame", options=(1, 2), least=0, most=2),),
        rules=tuple(Rule(name=name, term=term) for name, term in rules),
    )  # fmt: skip
    found = Explainer(formula_of(model)).explain([])
    assert found is not None
    assert found.smallest
    assert [reason.name for reason in found.reasons] == ["all oak", "no oak"]


def test_nothing_to_give_up_helps_what_can_never_be():
    rule = Rule(name="sold out", term=negated(option(1)))
    group = Group(name="frame", options=(1, 2))
    model = Model(name="w", options=(Option(name="oak"), Option(name="steel")), groups=(group,), rules=(rule,))
    explainer = Explainer(formula_of(model))
    assert explainer.give_up([2], 1, most=3) == []
    found = explainer.explain([2], 1)
    assert found is not None
    assert (found.picks, [reason.name for reason in found.reasons]) == ((), ["sold out"])


def test_a_shorter_explanation_is_found_where_the_first_one_is_longer():
    chain = [implies(option(one), option(one + 1)) for one in range(1, 6)]
    direct = implies(option(1), negated(option(7)))
    last = implies(option(6), negated(option(7)))
    terms: list[Term] = [*chain, last, direct]
    group = Group(name="parts", options=tuple(range(1, 8)), least=0, most=7)
    options = tuple(Option(name=str(number)) for number in range(7))
    rules = tuple(Rule(name=f"rule {place}", term=term) for place, term in enumerate(terms))
    found = Explainer(formula_of(Model(name="m", options=options, groups=(group,), rules=rules))).explain([1], 7)
    assert found is not None
    assert [reason.name for reason in found.reasons] == ["rule 6"]


def test_a_search_stops_after_its_tries():
    with pytest.raises(OutOfTries):
        list(smallest_first(lambda tried: range(len(tried) * 100, len(tried) * 100 + 50), tries=5))


def test_a_real_shop_tells_why_a_graphics_card_needs_a_larger_supply(real_data):
    model = read_uvl((real_data / "configurator" / "pc_richmond.uvl").read_text(encoding="utf-8"))
    number = {one.name: place for place, one in enumerate(model.options, 1)}
    found = Explainer(formula_of(model)).explain([number["Stufe 2"]], number["Scythe Asura"])
    assert found is not None
    assert (found.picks, found.smallest) == ((number["Stufe 2"],), True)
    assert [reason.name for reason in found.reasons] == ["line 471"]
