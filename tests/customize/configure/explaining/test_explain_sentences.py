"""Reasons read as sentences, in the customer's language."""

import pytest

from rapport.customize.configure.clauses.formula import Reason
from rapport.customize.configure.explaining.sentences import Sentences
from rapport.customize.configure.model import Group, Limit, Model, Option, Rule, Table
from rapport.customize.configure.terms import TRUE, Term, both, either, implies, negated, option, same

OAK, STEEL, DOUBLE, TRIPLE, LAMP, PLAIN = range(1, 7)
OPTIONS = (
    Option(name="oak", title="Oak", titles={"zh": "橡木"}), Option(name="steel", title="Steel"),
    Option(name="double"), Option(name="triple", title="Triple glass"), Option(name="lamp"), Option(name="double"),
)  # fmt: skip
GROUPS = (
    Group(name="frame", options=(OAK, STEEL), title="Frame", titles={"zh": "窗框"}),
    Group(name="glass", options=(DOUBLE, TRIPLE), least=0, most=2),
    Group(name="extras", options=(LAMP,), parent=OAK),
    Group(name="pane", options=(PLAIN,), least=1, most=1, parent=STEEL),
)


def told(term: Term, language: str = "en", **said: object) -> str:
    rule = Rule(name="fits", term=term, **said)  # type: ignore[arg-type]
    model = Model(name="window", options=OPTIONS, groups=GROUPS, rules=(rule,))
    return Sentences(model, language).of([Reason("rule", "fits")])[0]


@pytest.mark.parametrize(
    ("term", "english", "chinese"),
    [
        (implies(option(TRIPLE), either(option(OAK), option(STEEL))),
         "“Triple glass” goes only with “Oak” or “Steel”.", "“Triple glass”只能与“橡木”或“Steel”搭配。"),
        (negated(both(option(OAK), option(TRIPLE))),
         "“Oak” and “Triple glass” do not go together.", "“橡木”和“Triple glass”不能同时选择。"),
        (implies(option(LAMP), both(negated(option(OAK)), negated(option(STEEL)))),
         "“lamp” does not go with “Oak” or “Steel”.", "“lamp”不能与“橡木”或“Steel”搭配。"),
        (implies(either(option(OAK), option(STEEL)), option(LAMP)),
         "“Oak” or “Steel” goes only with “lamp”.", "“橡木”或“Steel”只能与“lamp”搭配。"),
        (negated(option(OAK)), "“Oak” cannot be had.", "“橡木”无法选择。"),
        (option(LAMP), "“lamp” is always included.", "“lamp”始终包含在内。"),
        (either(option(OAK), option(LAMP)), "“Oak” or “lamp” is needed.", "必须选择“橡木”或“lamp”。"),
        (implies(both(option(OAK), option(LAMP)), option(TRIPLE)),
         "“Oak” and “lamp” go together only with “Triple glass”.",
         "“橡木”和“lamp”只有搭配“Triple glass”时才能同时选择。"),
        (implies(option(DOUBLE), option(PLAIN)),
         "“double (glass)” goes only with “double (pane)”.", "“double（glass）”只能与“double（pane）”搭配。"),
        (negated(both(TRUE, both(option(OAK), option(LAMP)))),
         "“Oak” and “lamp” do not go together.", "“橡木”和“lamp”不能同时选择。"),
        (implies(TRUE, option(LAMP)), "“lamp” is always included.", "“lamp”始终包含在内。"),
        (implies(option(OAK), both(option(LAMP), either(option(DOUBLE), negated(option(STEEL))))),
         "“Oak” goes only with (“lamp” and (“double (glass)” or not “Steel”)).",
         "“橡木”只能与(“lamp”和(“double（glass）”或不选“Steel”))搭配。"),
        (both(option(OAK), option(LAMP)), "(“Oak” and “lamp”) must hold.", "必须满足(“橡木”和“lamp”)。"),
        (both(*(same(option(OAK), option(LAMP)) for _ in range(9))),
         "The rule “fits” must be kept.", "必须遵守规则“fits”。"),
    ],
)  # fmt: skip
def test_a_rule_without_a_sentence_is_told_by_what_it_says(term, english, chinese):
    assert told(term) == english
    assert told(term, "zh") == chinese


def test_a_rule_of_its_own_words_is_told_in_them():
    said = {"says": "Oak needs care.", "says_in": {"zh": "橡木需要保养。"}}
    assert [told(option(OAK), language, **said) for language in ("en", "zh", "fr")] == [
        "Oak needs care.", "橡木需要保养。", "Oak needs care.",
    ]  # fmt: skip


def test_long_lists_are_counted():
    options = tuple(Option(name=f"o{number}") for number in range(9))
    group = Group(name="g", options=tuple(range(1, 10)), least=0, most=9)
    rule = Rule(name="r", term=implies(option(1), either(*(option(number) for number in range(2, 10)))))
    model = Model(name="m", options=options, groups=(group,), rules=(rule,))
    sentence = Sentences(model, "en").of([Reason("rule", "r")])
    assert sentence == ["“o0” goes only with “o1”, “o2”, “o3”, “o4”, “o5” or 3 more."]


def test_groups_tables_and_limits_are_told_after_rules():
    table = Table(name="fits", columns=((OAK, STEEL), (DOUBLE, TRIPLE)), rows=((OAK, TRIPLE),))
    limit = Limit(name="weight", weights={OAK: 3}, at_least=None, at_most=2, when=TRUE)
    model = Model(name="window", options=OPTIONS, groups=GROUPS, tables=(table,), limits=(limit,))
    reasons = [
        Reason("parent", "extras"), Reason("least", "frame"), Reason("most", "frame"), Reason("most", "frame"),
        Reason("least", "pane"), Reason("limit", "weight"), Reason("table", "fits"),
    ]  # fmt: skip
    assert Sentences(model, "en").of(reasons) == [
        "“Frame” and “glass” go together only in the combinations of the table “fits”.",
        "The limit “weight” must be kept.",
        "Only one of “Frame” can be chosen.",
        "One of “Frame” must be chosen.",
        "“double (pane)” is included with “Steel”.",
        "“extras” can be chosen only with “Oak”.",
    ]
    assert Sentences(model, "zh").of(reasons)[2:4] == ["“窗框”只能选一项。", "必须选择一项“窗框”。"]
