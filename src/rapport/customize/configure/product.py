"""A product of the workspace → a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rapport.core.money import to_units
from rapport.customize.configure.conditions import Numbers, condition
from rapport.customize.configure.model import ROOT, Group, Model, Option, Rule
from rapport.customize.configure.terms import both, either, implies, negated, option, same
from rapport.workspace.durations import duration_us
from rapport.workspace.products import ModuleGroup, ModuleOption, Product, ProductRule

_DAY_US = 86_400_000_000


def of_product(product: Product) -> Model:
    """The model of a product; raises ``InvalidRule`` for a condition that cannot be read."""
    return _Builder(product).model()


class _Builder:
    """Numbers the options of a product, group by group, and reads its rules over them."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._options: list[Option] = []
        self._groups: list[Group] = []
        self._said: dict[int, ModuleOption] = {}
        self._rules: list[Rule] = []

    def model(self) -> Model:
        """The whole model."""
        product = self._product
        self._place(product.groups, ROOT)
        self._rules.extend(self._interfaces())
        numbers = self._numbers()
        self._rules.extend(_rule(name, one, numbers, product.name) for name, one in product.rules.items())
        self._bundle(numbers)
        return Model(
            name=product.name, title=product.title, options=tuple(self._options), groups=tuple(self._groups),
            rules=tuple(self._rules), price=_units(product.price), cost=_units(product.cost),
        )  # fmt: skip

    def _place(self, groups: Mapping[str, ModuleGroup], parent: int) -> None:
        for name, group in groups.items():
            first = len(self._options) + 1
            for option_name, said in group.options.items():
                self._options.append(_option(option_name, said))
                self._said[len(self._options)] = said
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

    def _interfaces(self) -> Iterator[Rule]:
        """An option that needs an interface goes only with one that offers it."""
        offered: dict[str, list[int]] = {}
        for number, said in self._said.items():
            for interface in said.offers:
                offered.setdefault(interface, []).append(number)
        for number, said in self._said.items():
            for interface in said.needs:
                others = [option(other) for other in offered.get(interface, ()) if other != number]
                name = f"{self._options[number - 1].name} needs {interface}"
                yield Rule(name=name, term=implies(option(number), either(*others)))

    def _bundle(self, numbers: Numbers) -> None:
        for name, bundle in self._product.bundles.items():
            where = f"products/{self._product.name}.yaml: bundles.{name}"
            held = condition(bundle.when, numbers, where=where)
            self._options.append(
                Option(name=name, title=bundle.title, titles=bundle.titles, price=_units(bundle.price), hidden=True)
            )
            self._rules.append(Rule(name=f"bundle {name}", term=same(option(len(self._options)), held)))


def _option(name: str, said: ModuleOption) -> Option:
    return Option(
        name=name, title=said.title, titles=said.titles, price=_units(said.price), cost=_units(said.cost),
        lead_days=duration_us(said.lead_time) / _DAY_US if said.lead_time else 0.0, stock=said.stock,
        digital=said.digital, partner=said.partner, common=said.common, attributes=said.attributes,
        content=said.content,
    )  # fmt: skip


def _rule(name: str, said: ProductRule, numbers: Numbers, product: str) -> Rule:
    where = f"products/{product}.yaml: rules.{name}"
    if said.never:
        term = negated(both(condition(said.when, numbers, where=where), condition(said.never, numbers, where=where)))
    else:
        term = implies(condition(said.when, numbers, where=where), condition(said.then, numbers, where=where))
    return Rule(name=name, term=term, says=said.says, says_in=said.says_in)


def _units(amount: float) -> int:
    units = to_units(amount)
    assert units is not None, "prices are checked when the workspace is read"
    return units
