"""The product that the guide builds is sound, and the numbers that the guide tells are its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rapport.customize.configure.answering.reasoners import reasoner_of
from rapport.customize.configure.product import core_literals, of_product
from rapport.workspace import check, read

GUIDE = (Path(__file__).parents[2] / "docs/guides/configure.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, flags=re.DOTALL)
PARTS = """
groups:
  frame: {options: {steel: {}, oak: {}}}
  fitting: {options: {none: {}, fitted: {}}}
  delivery: {options: {floor: {}, morning: {}, post: {attributes: {kilograms: 2}}}}
  extras: {least: 0, most: 0, options: {lamp: {}}}
  processor: {options: {fast: {attributes: {watts: 60}}}}
  cooler: {options: {flat: {}}}
  supply: {options: {strong: {attributes: {watts: -220}}}}
  case: {options: {cube: {}, tower: {}}}
  colour: {options: {black: {}, white: {}}}
"""


def workspace(root: Path, product: str) -> Path:
    (root / "products" / "tables").mkdir(parents=True)
    (root / "rapport.yaml").write_text("name: Lamp works\n", encoding="utf-8")
    (root / "products" / "tables" / "cooling.csv").write_text("processor,cooler\nfast,flat\n", encoding="utf-8")
    (root / "products" / "lamp.yaml").write_text(product, encoding="utf-8")
    return root


def test_the_lamp_has_nine_configurations_at_the_prices_told(tmp_path):
    product = read(workspace(tmp_path, BLOCKS[0])).products["lamp"]
    model = of_product(product)
    reasoner = reasoner_of(model)
    count = reasoner.count(core_literals(model, model.literals(product.standard)))
    prices = reasoner.prices([])
    low, high = ((units + model.price) / 10_000 for units in (prices.low[0], prices.high[0]))
    assert f"{count} configurations, {low:.2f} to {high:.2f} EUR" in GUIDE


@pytest.mark.parametrize("block", [one for one in BLOCKS if one.startswith(("rules:", "tables:", "limits:"))])
def test_every_excerpt_is_sound(tmp_path, block):
    assert check(workspace(tmp_path, PARTS + block)) == []


def test_all_excerpts_of_rules_tables_and_limits_are_read():
    assert [block.split(":")[0] for block in BLOCKS if block.startswith(("rules:", "tables:", "limits:"))] == [
        "rules", "tables", "limits",
    ]  # fmt: skip
