"""A table or a limit is one reason with one sentence, however many clauses stand for it."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.solvers import Solver

from rapport.customize.configure.clauses.formula import Formula, Reason, formula_of
from rapport.customize.configure.explaining.explain import Explainer
from rapport.customize.configure.explaining.sentences import Sentences
from rapport.customize.configure.model import Group, Limit, Model, Option, Table
from rapport.customize.configure.terms import TRUE

GROUPS = ((1, 2, 3), (4, 5), (6, 7))
OPTIONS = tuple(Option(name=f"o{number}") for number in range(1, 8))


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Three groups of which one option each is taken, with a table over all of them and a limit on their weights."""
    cells = st.tuples(*(st.sampled_from([0, *options]) for options in GROUPS))
    table = Table(
        name="fits", columns=GROUPS, rows=tuple(draw(st.lists(cells, min_size=1, max_size=5))),
        allows=draw(st.booleans()),
    )  # fmt: skip
    weights = {number: draw(st.integers(0, 4)) for group in GROUPS for number in group}
    limit = Limit(name="weight", weights=weights, at_least=None, at_most=draw(st.integers(2, 9)), when=TRUE)
    groups = tuple(Group(name=f"g{place}", options=options) for place, options in enumerate(GROUPS))
    return Model(name="m", options=OPTIONS, groups=groups, tables=(table,), limits=(limit,))


def kept(model: Model, chosen: tuple[int, ...]) -> bool:
    """Whether one option of each group keeps the table and the limit, by what these say."""
    (table,), (limit,) = model.tables, model.limits
    agrees = any(all(cell in (0, one) for cell, one in zip(row, chosen, strict=True)) for row in table.rows)
    assert limit.at_most is not None
    return agrees == table.allows and sum(limit.weights[one] for one in chosen) <= limit.at_most


def satisfiable(formula: Formula, literals: set[int], reasons: set[Reason]) -> bool:
    """Whether literals can hold when only these reasons count."""
    said = [
        clause for clause, origin in zip(formula.clauses, formula.origins, strict=True)
        if formula.reasons[origin] in reasons or formula.reasons[origin].kind == "count"
    ]  # fmt: skip
    with Solver(name="minisat22", bootstrap_with=[*said, *([literal] for literal in literals)]) as solver:
        return bool(solver.solve())


@settings(max_examples=80, deadline=None)
@given(models(), st.lists(st.sampled_from(range(1, 8)), max_size=2, unique=True), st.sampled_from(range(1, 8)))
def test_what_tables_and_limits_exclude_is_explained_by_as_few_parts_as_are_needed(model, picks, literal):
    formula = formula_of(model)
    found = Explainer(formula).explain(picks, literal)
    every = [(one, two, three) for one in GROUPS[0] for two in GROUPS[1] for three in GROUPS[2]]
    assert (found is None) == any(kept(model, one) and {*picks, literal} <= set(one) for one in every)
    if found is None:
        return
    own, reasons = set(found.picks), set(found.reasons)
    assert not satisfiable(formula, own | {literal}, reasons)
    for fewer in combinations(own, len(own) - 1) if own else ():
        assert satisfiable(formula, {*fewer, literal}, reasons)
    for left in reasons:
        assert satisfiable(formula, own | {literal}, reasons - {left})


def window() -> Model:
    """Oak carries triple glass in a small window only; steel, double glass and large are too heavy together."""
    names = ["oak", "steel", "pine", "double", "triple", "small", "large"]
    groups = tuple(Group(name=f"g{place}", options=options) for place, options in enumerate(GROUPS))
    rows = ((1, 4, 6), (1, 4, 7), (1, 5, 6), (2, 0, 0), (3, 4, 0))
    says = {"says": "Triple glass in oak comes small only.", "says_in": {"zh": "橡木三层玻璃只有小号。"}}
    table = Table(name="fits", columns=GROUPS, rows=rows, **says)  # type: ignore[arg-type]
    limit = Limit(
        name="kilos", weights={2: 5, 4: 2, 5: 3, 7: 4}, at_least=None, at_most=10, when=TRUE, says="Too heavy."
    )
    options = tuple(Option(name=name) for name in names)
    return Model(name="window", options=options, groups=groups, tables=(table,), limits=(limit,))


def test_a_table_of_many_clauses_is_told_as_one_sentence():
    model = window()
    found = Explainer(formula_of(model)).explain([1, 5], 7)
    assert found is not None
    assert (set(found.picks), found.smallest) == ({1, 5}, True)
    assert [reason for reason in found.reasons if reason.kind == "table"] == [Reason("table", "fits")]
    assert Sentences(model, "en").of(found.reasons)[0] == "Triple glass in oak comes small only."
    assert Sentences(model, "zh").of(found.reasons)[0] == "橡木三层玻璃只有小号。"


def test_a_limit_is_told_as_one_sentence():
    model = window()
    found = Explainer(formula_of(model)).explain([2], 7)
    assert found is not None
    assert found.picks == (2,)
    assert Reason("limit", "kilos") in found.reasons
    assert Sentences(model, "en").of([one for one in found.reasons if one.kind == "limit"]) == ["Too heavy."]
