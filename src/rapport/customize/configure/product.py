"""A product of the workspace → a model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from rapport.core.money import to_units
from rapport.core.time import DAY_US
from rapport.customize.configure.clauses.sums import whole_numbers
from rapport.customize.configure.conditions import Numbers, condition
from rapport.customize.configure.interfaces import Placed, interface_rules, sold_out
from rapport.customize.configure.model import ROOT, Group, Limit, Model, Option, Rule, Table
from rapport.customize.configure.terms import both, implies, negated, option, same
from rapport.customize.configure.uvl import read_uvl
from rapport.workspace.durations import duration_us
from rapport.workspace.products import (
    Choices,
    ModuleGroup,
    ModuleOption,
    Product,
    ProductLimit,
    ProductRule,
    ProductTable,
)


def of_product(product: Product) -> Model:
    """The model of a product; raises ``InvalidRule`` for a condition that cannot be read."""
    if product.uvl:
        model = read_uvl(product.uvl, name=product.name, where=f"products/{product.name}")
        price, cost = model.price + _units(product.price), model.cost + _units(product.cost)
        return replace(model, title=product.title or model.title, price=price, cost=cost)
    return _Builder(product).model()


def core_literals(model: Model, chosen: Collection[int]) -> list[int]:
    """Literals that hold the services around the product that nothing ties to it as they are among the chosen ones.

    With them a count is that of the products, not of the products times the services around them. A service that a
    rule, table or limit ties to the product is left open and counted with it: holding it would leave products out.
    """
    tied = _tied(model)
    around = (number for group in model.groups if group.around for number in group.options if number not in tied)
    return [number if number in chosen else -number for number in around]


def _tied(model: Model) -> frozenset[int]:
    """Options that hang together with the product's own, over any number of rules, tables, limits and groups."""
    hidden = frozenset(range(1, len(model.options) + 1)) - frozenset(model.visible)
    knots = [rule.term.options for rule in model.rules if not rule.term.options & hidden]  # a bundle forbids nothing
    knots += [frozenset(chain.from_iterable(table.columns)) for table in model.tables]
    knots += [frozenset(limit.weights) | limit.when.options for limit in model.limits]
    knots += [frozenset(group.options) | {group.parent} - {ROOT} for group in model.groups]
    tied = frozenset(number for group in model.groups if not group.around for number in group.options)
    while grown := [knot for knot in knots if knot & tied]:
        knots = [knot for knot in knots if not knot & tied]
        tied = tied.union(*grown)
    return tied


def whole_literals(model: Model, choices: Choices) -> list[int]:
    """Literals of choices that a product's file says as a whole, its standard or a variant: of a group that takes
    several, exactly those that are named."""
    picks = model.literals(choices)
    said = (number for name in choices for number in model.by_group[name].options if number not in picks)
    return [*picks, *(-number for number in said if -number not in picks)]


class _Builder:
    """Numbers the options of a product, group by group, and reads its rules over them."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._options: list[Option] = []
        self._groups: list[Group] = []
        self._placed: dict[int, Placed] = {}

    def model(self) -> Model:
        """The whole model."""
        product = self._product
        self._place(product.groups, ROOT)
        numbers = self._numbers()
        said = (self._rule(name, one, numbers) for name, one in product.rules.items())
        rules = tuple(chain(sold_out(self._placed), interface_rules(self._placed), said, self._bundles(numbers)))
        return Model(
            name=product.name, title=product.title, options=tuple(self._options), groups=tuple(self._groups),
            rules=rules, price=_units(product.price), cost=_units(product.cost),
            tables=tuple(_table(name, one, numbers) for name, one in product.tables.items()),
            limits=tuple(self._limit(name, one, numbers) for name, one in product.limits.items()),
        )  # fmt: skip

    def _place(self, groups: Mapping[str, ModuleGroup], parent: int) -> None:
        for name, group in groups.items():
            first = len(self._options) + 1
            for option_name, said in group.options.items():
                self._options.append(_option(option_name, said))
                self._placed[len(self._options)] = Placed(name, option_name, said)
            placed = tuple(range(first, len(self._options) + 1))
            self._groups.append(Group(
                name=name, options=placed, least=group.least, most=group.most or len(placed), parent=parent,
                title=group.title, titles=group.titles, dimension=group.dimension, around=group.around,
            ))  # fmt: skip
            for number, said in zip(placed, group.options.values(), strict=True):
                self._place(said.groups, number)

    def _numbers(self) -> Numbers:
        return {
            group.name: {self._options[number - 1].name: number for number in group.options} for group in self._groups
        }

    def _rule(self, name: str, said: ProductRule, numbers: Numbers) -> Rule:
        where = self._where("rules", name)
        when = condition(said.when, numbers, where=where)
        if said.never:
            term = negated(both(when, condition(said.never, numbers, where=where)))
        else:
            term = implies(when, condition(said.then, numbers, where=where))
        return Rule(name=name, term=term, says=said.says, says_in=said.says_in)

    def _bundles(self, numbers: Numbers) -> Iterator[Rule]:
        """Each bundle is a hidden option that holds exactly where its condition does."""
        for name, bundle in self._product.bundles.items():
            held = condition(bundle.when, numbers, where=self._where("bundles", name))
            self._options.append(
                Option(name=name, title=bundle.title, titles=bundle.titles, price=_units(bundle.price), hidden=True)
            )
            yield Rule(name=f"bundle {name}", term=same(option(len(self._options)), held))

    def _limit(self, name: str, said: ProductLimit, numbers: Numbers) -> Limit:
        values = {
            number: float(placed.said.attributes[said.sum])
            for number, placed in self._placed.items()
            if said.sum in placed.said.attributes
        }
        whole, at_least, at_most = whole_numbers(values, said.at_least, said.at_most)
        when = condition(said.when, numbers, where=self._where("limits", name))
        return Limit(
            name=name, weights={number: weight for number, weight in whole.items() if weight}, at_least=at_least,
            at_most=at_most, when=when, says=said.says, says_in=said.says_in,
        )  # fmt: skip

    def _where(self, kind: str, name: str) -> str:
        return f"products/{self._product.name}.yaml: {kind}.{name}"


def _option(name: str, said: ModuleOption) -> Option:
    return Option(
        name=name, title=said.title, titles=said.titles, price=_units(said.price), cost=_units(said.cost),
        lead_days=duration_us(said.lead_time) / DAY_US if said.lead_time else 0.0, stock=said.stock,
        digital=said.digital, partner=said.partner, common=said.common, attributes=said.attributes,
        content=said.content,
    )  # fmt: skip


def _table(name: str, said: ProductTable, numbers: Numbers) -> Table:
    known = [numbers[group] for group in said.columns]
    rows = tuple(
        tuple(options[cell] if cell else 0 for cell, options in zip(row, known, strict=True)) for row in said.rows
    )
    return Table(
        name=name, columns=tuple(tuple(options.values()) for options in known), rows=rows, allows=said.allows,
        says=said.says, says_in=said.says_in,
    )  # fmt: skip


def _units(amount: float) -> int:
    units = to_units(amount)
    assert units is not None, "prices are checked when the workspace is read"
    return units
