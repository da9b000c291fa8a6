"""What a product is made of, as the demand chain needs it: every option with its place, price, cost and lead time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import msgspec

Pick = tuple[str, str]
"""Group and option."""
Parts = frozenset[Pick]
"""A configuration: every option that is in it."""
MADE: Final = frozenset({"", "bundle", "packaging", "packaging_style"})
"""What is made or packed; all else around a product is a service, which nobody builds or stocks."""


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """One option of a group."""

    group: str
    option: str
    title: str = ""
    parent: Pick | None = None
    """The option that must be chosen before this one can be."""
    single: bool = True
    """Whether at most one option of its group is chosen."""
    around: str = ""
    """Which service around the product its group is; empty: the product itself."""
    price: float = 0.0
    """In the workspace's currency."""
    cost: float = 0.0
    lead_days: float = 0.0
    stock: int | None = None
    digital: bool = False
    partner: str = ""
    common: bool = False

    @property
    def pick(self) -> Pick:
        """Its group and name."""
        return self.group, self.option


class Modules(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One product, its options in the order that people see."""

    product: str
    title: str = ""
    options: tuple[Module, ...]
    standard: Parts = frozenset()
    """The standard product."""
    variants: tuple[Parts, ...] = ()
    """Configurations that stand ready, the standard product not among them."""
    designers: Mapping[str, str] = {}
    """Variant → the customer who is credited with it."""
    cost: float = 0.0
    """Before any option is chosen."""

    @cached_property
    def by_pick(self) -> Mapping[Pick, Module]:
        """Group and option → module."""
        return {one.pick: one for one in self.options}

    @cached_property
    def groups(self) -> Mapping[str, tuple[Module, ...]]:
        """Group → its options, in the product's order."""
        found: dict[str, list[Module]] = {}
        for one in self.options:
            found.setdefault(one.group, []).append(one)
        return {name: tuple(options) for name, options in found.items()}

    @cached_property
    def made(self) -> Mapping[str, tuple[Module, ...]]:
        """The groups that are made or packed, in the product's order."""
        return {name: options for name, options in self.groups.items() if options[0].around in MADE}

    def made_of(self, parts: Parts) -> Parts:
        """A configuration without the services around it."""
        return frozenset(pick for pick in parts if pick[0] in self.made)

    @cached_property
    def ready(self) -> frozenset[Parts]:
        """What stands ready to be made ahead: the standard product and the variants, without services."""
        return frozenset(map(self.made_of, (self.standard, *self.variants)))

    @property
    def standard_cost(self) -> float:
        """What the standard product costs the company, by today's definition."""
        return self.cost + sum(self.by_pick[pick].cost for pick in self.standard if pick in self.by_pick)

    def title_of(self, pick: Pick) -> str:
        """What people read; of an option that there is no more, its name."""
        module = self.by_pick.get(pick)
        return (module.title if module else "") or pick[1]

    def open_in(self, group: str, parts: Parts) -> bool:
        """Whether a group could be chosen in a configuration: its parent is in it."""
        parent = self.groups[group][0].parent
        return parent is None or parent in parts

    def changes(self, first: Parts, second: Parts) -> int:
        """In how many groups two configurations differ."""
        return len({group for group, _ in first ^ second})
