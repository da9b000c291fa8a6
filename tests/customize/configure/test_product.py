"""A product as the workspace says it becomes a model of exactly its configurations."""

from __future__ import annotations

import msgspec
import pytest

from rapport.core.errors import InvalidRule
from rapport.customize.configure.answering.reasoners import reasoner_of
from rapport.customize.configure.model import Model
from rapport.customize.configure.product import core_literals, of_product, whole_literals
from rapport.workspace.products import Product, ProductRule


def model_of(**said: object) -> Model:
    return of_product(msgspec.convert({"name": "door", **said}, Product))


def plain(*options: str, **said: object) -> dict[str, object]:
    return {"options": {name: {} for name in options}, **said}


def sentences(model: Model, language: str = "") -> list[str]:
    return [rule.says_in.get(language, rule.says) for rule in model.rules]


def configurations(model: Model) -> set[frozenset[str]]:
    reasoner = reasoner_of(model)
    size = reasoner.count([]) or 0
    found = {tuple(one) for one in reasoner.sample([], 60 * size, seed=1)} if size else set()
    assert len(found) == size
    return {frozenset(model.option(number).name for number in one) for one in found}


def test_a_table_allows_its_rows_and_an_empty_cell_anything():
    groups = {"frame": plain("oak", "pine"), "glass": plain("double", "triple")}
    table = {"columns": ["frame", "glass"], "rows": [["oak", ""], ["pine", "double"]]}
    model = model_of(groups=groups, tables={"fits": table})
    assert configurations(model) == {
        frozenset(pair) for pair in [("oak", "double"), ("oak", "triple"), ("pine", "double")]
    }


def test_a_table_that_forbids_leaves_the_rest():
    groups = {"frame": plain("oak", "pine"), "glass": plain("double", "triple")}
    table = {"columns": ["glass", "frame"], "rows": [["triple", "pine"]], "allows": False}
    assert len(configurations(model_of(groups=groups, tables={"fits": table}))) == 3


def test_a_limit_holds_to_the_last_decimal_and_only_where_it_applies():
    parts = {
        "options": {
            "small": {"attributes": {"watts": 0.1}},
            "large": {"attributes": {"watts": 0.2}},
            "mute": {"attributes": {}},
        },
        "least": 0,
        "most": 0,
    }
    limit = {"sum": "watts", "at_most": 0.29, "when": "supply = 'weak'"}
    model = model_of(groups={"supply": plain("weak", "strong"), "parts": parts}, limits={"power": limit})
    found = configurations(model)
    assert frozenset({"strong", "small", "large"}) in found
    assert frozenset({"weak", "small", "large"}) not in found
    assert len(found) == 8 + 6


def test_what_is_sold_out_is_not_offered_and_says_so():
    model = model_of(groups={"g": {"options": {"a": {"title": "Anna", "stock": 0}, "b": {"stock": 3}}}})
    assert configurations(model) == {frozenset({"b"})}
    assert sentences(model) == ["Anna is sold out."]
    assert sentences(model, "zh") == ["Anna已售罄。"]


def test_an_interface_is_needed_of_another_option_and_told_in_a_sentence():
    hubs = {"hub": {"offers": ["usb_c"]}, "dock": {"title": "Dock", "offers": ["usb_c"]}, "none": {}}
    model = model_of(groups={"hubs": {"options": hubs}, "lamps": {"options": {"lamp": {"needs": ["usb_c"]}, "no": {}}}})
    assert frozenset({"lamp", "none"}) not in configurations(model)
    assert len(configurations(model)) == 5
    assert sentences(model) == ["lamp needs usb c, which hub or Dock offers."]


def test_options_that_need_one_another_come_together_or_not_at_all():
    one = {"options": {"x": {"offers": ["i"], "needs": ["j"]}}, "least": 0}
    other = {"options": {"y": {"offers": ["j"], "needs": ["i"]}}, "least": 0}
    assert configurations(model_of(groups={"a": one, "b": other})) == {frozenset(), frozenset({"x", "y"})}


def test_a_bundle_is_a_hidden_option_that_changes_prices_and_not_the_count():
    groups = {"frame": plain("oak", "pine"), "glass": {"options": {"double": {}, "triple": {"price": 20.0}}}}
    model = model_of(
        groups=groups, bundles={"warm": {"when": "frame = 'oak' AND glass = 'triple'", "price": -5.0}}, price=100.0
    )
    reasoner = reasoner_of(model)
    assert reasoner.count([]) == 4
    assert reasoner.prices(model.literals({"frame": "oak"})).high[0] == 150_000
    assert reasoner.prices(model.literals({"frame": "pine"})).high[0] == 200_000
    assert model.price == 1_000_000


def test_services_are_held_to_count_the_product_itself():
    groups = {
        "frame": plain("oak", "pine", "steel"),
        "delivery": plain("van", "pickup", around="delivery"),
        "training": plain("course", around="training", least=0),
    }
    model = model_of(groups=groups)
    reasoner = reasoner_of(model)
    standard = model.literals({"frame": "oak", "delivery": "van"})
    assert reasoner.count([]) == 12
    assert reasoner.count(core_literals(model, standard)) == 3


def test_a_service_that_a_rule_ties_to_the_product_is_counted_with_it():
    groups = {
        "top": plain("granite", "wood"),
        "delivery": plain("van", "pickup", around="delivery"),
        "training": plain("course", around="training", least=0),
    }
    heavy = ProductRule(when="top = 'granite'", then="delivery = 'van'")
    model = model_of(groups=groups, rules={"heavy": heavy})
    for standard in ({"top": "wood", "delivery": "pickup"}, {"top": "granite", "delivery": "van"}):
        assert reasoner_of(model).count(core_literals(model, model.literals(standard))) == 3


def test_a_standard_says_all_that_is_chosen_in_its_groups():
    model = model_of(groups={"drives": plain("small", "large", least=1, most=0), "frame": plain("oak", "pine")})
    assert whole_literals(model, {"drives": ["small"]}) == [1, -2]
    assert whole_literals(model, {"drives": []}) == [-1, -2]
    assert whole_literals(model, {"frame": "pine"}) == [4, -3]


def test_a_uvl_product_keeps_its_name_and_price():
    text = "features\n\tCar\n\t\talternative\n\t\t\tred {price 3}\n\t\t\tblue\n"
    model = model_of(uvl=text, price=10.0, title="A car")
    assert (model.name, model.title, model.price) == ("door", "A car", 100_000)
    assert reasoner_of(model).count([]) == 2


def test_a_condition_that_cannot_be_read_names_its_rule():
    with pytest.raises(InvalidRule) as refused:
        model_of(groups={"g": plain("a")}, rules={"r": {"never": "h = 'a'"}})
    assert refused.value.where == "products/door.yaml: rules.r"
