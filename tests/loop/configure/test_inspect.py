"""What is odd about a product is found where it is written, with the reasons."""

import pytest

from rapport.loop.configure.inspect import inspect
from rapport.workspace import check, read
from rapport.workspace.reading import product_places

WINDOW = """\
groups:
  frame: {options: {oak: {}, steel: {groups: {paint: {least: 0, options: {red: {}, blue: {}}}}}}}
  glass: {options: {double: {}, triple: {title: Triple}}}
rules:
  warm: {when: "glass = 'triple'", then: "frame = 'oak'"}
  heavy: {never: "frame = 'oak' AND glass = 'triple'"}
  rust: {when: "frame = 'steel'", then: "paint = 'red'", says: Steel rusts unless it is painted red.}
"""
CAR = "features\n\tCar\n\t\tor\n\t\t\tsun\n\t\t\tmoon\nconstraints\n\t!sun\n"


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "rapport.yaml").write_text("name: Shop\n", encoding="utf-8")
    (tmp_path / "products").mkdir()
    return tmp_path


def found_in(shop, go_on=lambda: True):
    assert check(shop) == []
    return inspect(read(shop).products, product_places(shop), lambda: go_on)


def test_dead_and_false_optional_options_are_warned_of_in_their_place(shop):
    (shop / "products" / "window.yaml").write_text(WINDOW, encoding="utf-8")
    found = found_in(shop)
    assert found.faults == []
    assert [str(one) for one in sorted(found.warnings)] == [
        "products/window.yaml:2:75: 'red' is always chosen with 'steel', although its group leaves a choice: "
        "Steel rusts unless it is painted red.",
        "products/window.yaml:2:84: 'blue' can never be chosen: Steel rusts unless it is painted red. "
        "Only one of “paint” can be chosen. “paint” can be chosen only with “steel”.",
        "products/window.yaml:3:21: 'double' is always chosen, although its group leaves a choice: "
        "“Triple” goes only with “oak”. “oak” and “Triple” do not go together. One of “glass” must be chosen.",
        "products/window.yaml:3:33: 'Triple' can never be chosen: "
        "“Triple” goes only with “oak”. “oak” and “Triple” do not go together.",
    ]


def test_rules_that_contradict_are_a_fault(shop):
    rules = "{a: {never: \"frame = 'oak'\"}, b: {then: \"frame = 'oak'\"}}"
    text = f"groups: {{frame: {{options: {{oak: {{}}, steel: {{}}}}}}}}\nrules: {rules}\n"
    (shop / "products" / "window.yaml").write_text(text, encoding="utf-8")
    found = found_in(shop)
    assert [one.message for one in found.faults] == ["no configuration is possible"]
    assert found.faults[0].hint == "“oak” cannot be had. “oak” is always included."


def test_a_model_in_uvl_is_looked_at_too(shop):
    (shop / "products" / "car.uvl").write_text(CAR, encoding="utf-8")
    assert [str(one) for one in found_in(shop).warnings] == [
        "products/car.uvl:4:1: 'sun' can never be chosen: “sun” cannot be had.",
        "products/car.uvl:5:1: 'moon' is always chosen, although its group leaves a choice: "
        "“sun” cannot be had. One of “Car” must be chosen.",
    ]


def test_a_model_in_uvl_that_cannot_be_read_is_a_fault_with_its_place(shop):
    (shop / "products" / "car.uvl").write_text(CAR + "\tsum(price) < 3\n", encoding="utf-8")
    fault = found_in(shop).faults[0]
    assert (fault.file, fault.line, fault.column) == ("products/car.uvl", 8, 2)


def test_a_product_that_takes_too_long_says_so(shop):
    (shop / "products" / "car.uvl").write_text(CAR, encoding="utf-8")
    found = found_in(shop, go_on=lambda: False)
    assert "too large to look at all of it" in found.warnings[0].message


def test_many_dead_options_are_counted(shop):
    names = [f"o{number}" for number in range(25)]
    features = "".join(f"\t\t\t{name}\n" for name in names)
    refused = " & ".join(f"!{name}" for name in names[1:])
    text = f"features\n\tCar\n\t\toptional\n{features}constraints\n\t{refused}\n"
    (shop / "products" / "car.uvl").write_text(text, encoding="utf-8")
    messages = [one.message for one in found_in(shop).warnings]
    assert len(messages) == 21
    assert "4 other options can never be chosen either" in messages
