"""UVL files of others are read as they mean, and what is not known is refused with its place."""

import pytest

from rapport.customize.configure.terms import both, either, holds, implies, negated, option, same
from rapport.customize.configure.uvl import UnreadableUvl, read_uvl

BIKE = """
// A comment, and one over
/* two
lines */
namespace shop.bikes
include
    Boolean.group-cardinality
features
    Bike {abstract true, price 300, title 'City bike'}
        mandatory
            Frame
                alternative
                    "steel 4130" {price 40.5, cost 12, colour 'red', lead_time '36h'}
                    木 {stock 3, partner "Ito", lead_time 2, digital false, handmade}
        optional
            Lamp {digital true, common true}
            Bell
        [1..2]
            Lock
            Pump
            Boolean Bag
constraints
    Lamp | Bell => Lock & !木
    (Lock <=> Pump) | !Bag
    Bike => Frame
"""


def rule(constraint: str, names: str = "abcd"):
    features = "\n".join(f"\t\t\t{name}" for name in names)
    model = read_uvl(f"features\n\troot\n\t\toptional\n{features}\nconstraints\n\t{constraint}")
    return model.rules[0].term


def test_a_file_becomes_groups_options_and_rules():
    model = read_uvl(BIKE)
    assert (model.name, model.title, model.price) == ("shop.bikes", "City bike", 3_000_000)
    assert [one.name for one in model.options] == ["Frame", "steel 4130", "木", "Lamp", "Bell", "Lock", "Pump", "Bag"]
    assert [(one.name, one.options, one.least, one.most, one.parent) for one in model.groups] == [
        ("Bike (mandatory)", (1,), 1, 1, 0),
        ("Bike (optional)", (4, 5), 0, 2, 0),
        ("Bike (1..2)", (6, 7, 8), 1, 2, 0),
        ("Frame", (2, 3), 1, 1, 1),
    ]
    assert [one.name for one in model.rules] == ["line 23", "line 24", "line 25"]
    assert model.rules[0].term == implies(either(option(4), option(5)), both(option(6), negated(option(3))))
    assert model.rules[1].term == either(same(option(6), option(7)), negated(option(8)))


def test_attributes_that_mean_something_here_fill_the_option():
    steel, wood, lamp = (read_uvl(BIKE).option(number) for number in (2, 3, 4))
    assert (steel.price, steel.cost, steel.lead_days, steel.attributes) == (405_000, 120_000, 1.5, {"colour": "red"})
    assert (wood.stock, wood.partner, wood.lead_days, wood.digital) == (3, "Ito", 2.0, False)
    assert wood.attributes == {"handmade": True}
    assert lamp.digital
    assert lamp.common


def test_the_root_is_the_product_and_always_true():
    term = read_uvl(BIKE).rules[2].term
    assert holds(term, {1})
    assert not holds(term, {2})


@pytest.mark.parametrize(
    ("constraint", "meant"),
    [
        ("!a & b | c => d", implies(either(both(negated(option(1)), option(2)), option(3)), option(4))),
        ("a => b => c", implies(implies(option(1), option(2)), option(3))),
        ("a | (b | c) | d", either(option(1), option(2), option(3), option(4))),
        ("!!a", option(1)),
    ],
)
def test_signs_bind_as_in_the_grammar(constraint, meant):
    assert rule(constraint) == meant


def test_ten_thousand_terms_and_deep_trees_are_read():
    names = [f"f{number}" for number in range(10_000)]
    term = rule(" | ".join(names) + " | " + "(" * 20_000 + "!" * 20_000 + "f1" + ")" * 20_000, names)
    assert len(term.parts) == 10_001
    steps = "".join(f"{'  ' * depth} f{depth}\n{'  ' * depth}  or\n" for depth in range(1_500))
    assert len(read_uvl(f"features\n{steps}{'  ' * 1_501}end").options) == 1_500


TREE = "features\n\troot\n\t\tor\n\t\t\ta\n\t\t\tb\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "no features"),
        ("features\n", 1, 1, "no feature"),
        ("imports\n\tother as o\n" + TREE, 1, 1, "imports are not read"),
        ("include\n\tFancy\n" + TREE, 2, 2, "no language level"),
        ("colours\n", 1, 1, "opens no part"),
        (TREE + "features\n\tx\n", 6, 1, "a second part"),
        (TREE + "\tx\n", 6, 2, "second root"),
        (TREE + "\t\t  x\n", 6, 5, "fits no line above"),
        (TREE + "\t\t\ta\n", 6, 4, "there twice, first in line 4"),
        (TREE + "\t\t\tInteger x\n", 6, 4, "type Integer"),
        (TREE + "\t\t\tx cardinality [1..3]\n", 6, 6, "occur several times"),
        (TREE + "\t\t\tx y\n", 6, 6, "after a feature's name"),
        (TREE + "\t\t\t1070\n", 6, 4, "no name of a feature"),
        (TREE + "\t\tmandatory\n", 6, 3, "no feature below"),
        (TREE + "\t\t[3..4]\n\t\t\tx\n\t\t\ty\n", 6, 3, "cannot be met by 2"),
        (TREE + "\t\tsome\n\t\t\tx\n", 6, 3, "no kind of choice"),
        (TREE + "\t\t\tor\n", 6, 4, "where a feature should"),
        (TREE + "\t\t\tx {price 'dear'}\n", 6, 13, "no number"),
        (TREE + "\t\t\tx {price 1e9}\n", 6, 14, "after the value"),
        (TREE + "\t\t\tx {price 99999999999999999999}\n", 6, 13, "counted exactly"),
        (TREE + "\t\t\tx {stock 1.5}\n", 6, 13, "number of pieces"),
        (TREE + "\t\t\tx {lead_time 'soon'}\n", 6, 17, "no length of time"),
        (TREE + "\t\t\tx {price 1, price 2}\n", 6, 16, "said twice"),
        (TREE + "\t\t\tx {size [1, 2]}\n", 6, 12, "several values"),
        (TREE + "\t\t\tx {constraint a}\n", 6, 7, "constraints among attributes"),
        (TREE + "\t\t\tx {price 1\n", 6, 13, "not closed"),
        (TREE + "\t\t\t\"x\n", 6, 4, "no part of UVL"),
        (TREE + "constraints\n\ta => c\n", 7, 7, "unknown feature 'c'"),
        (TREE + "constraints\n\ta =>\n", 7, 4, "nothing follows"),
        (TREE + "constraints\n\ta b\n", 7, 4, "without a sign"),
        (TREE + "constraints\n\t(a\n", 7, 2, "not closed"),
        (TREE + "constraints\n\ta)\n", 7, 3, "was not opened"),
        (TREE + "constraints\n\t=> a\n", 7, 2, "where a feature should"),
        (TREE + "constraints\n\ta.price < 3\n", 7, 3, "arithmetic"),
        (TREE + "constraints\n\tsum(price) < 3\n", 7, 2, "arithmetic"),
        (TREE + "constraints\n\t" + "a & (b | (" * 60 + "a" + "))" * 60, 7, 104, "nests deeper"),
        (TREE + "constraints\n\t" + "a" + " <=> b" * 25, 7, 100, "parts"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused_with_its_place(text, line, column, message):
    with pytest.raises(UnreadableUvl, match=message) as caught:
        read_uvl(text, where="bike.uvl")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.where == f"bike.uvl:{line}:{column}"
    assert caught.value.hint


def test_same_names_in_one_choice_are_refused():
    with pytest.raises(UnreadableUvl, match="same 'name'"):
        read_uvl("features\n\tr\n\t\tor\n\t\t\ta {name 'x'}\n\t\t\tb {name 'x'}\n")


@pytest.mark.parametrize(
    ("file", "options"),
    [("pc_richmond", 363), ("e_shop", 172), ("bank", 175), ("e_agribusiness", 2237), ("financial01", 770)],
)
def test_real_files_are_read(real_data, file, options):
    text = (real_data / "configurator" / f"{file}.uvl").read_text(encoding="utf-8")
    assert len(read_uvl(text).options) == options
